import { join } from 'node:path';
import fc from 'fast-check';
import { injectSidecar } from '../../controller/inject/inject.ts';
import { policyManifests, reportManifests } from '../../controller/inject/policy.ts';
import { createAuthority } from '../../controller/webhook/certificate.ts';
import { madeUpPod } from '../inject/made-up-pods.ts';
import { patched } from '../inject/patched.ts';
import { app, candidateOf, cases, istioProxy, linkerdProxy, terms } from '../inject/pods.ts';
import { startInjector } from '../rig/fake-injector.ts';
import { DEPLOY } from '../rig/manifests.ts';
import { until } from '../rig/until.ts';
import { type InstalledWebhook, installWebhook } from '../rig/webhook.ts';
import { admitted, hasSidecar, makeNamespaces, namespaceOf, yamlOf } from './injected-pods.ts';
import { realTest, useRig } from './real-test.ts';

const rig = useRig({ name: 'injection' }, makeNamespaces);
let webhook: InstalledWebhook | undefined;

const plain = candidateOf({ name: 'plain' }).pod;
const injects = async () => hasSidecar(await admitted(rig(), plain, 'on'));

/** Both ways are held to the same table, one after the other. */
function conforms(way: string): void {
  for (const case_ of cases) {
    realTest(`the ${way} does what the function does: ${case_.name}`, async (t) => {
      const namespace = namespaceOf(case_);
      const candidate = candidateOf(case_, namespace);
      const injection = injectSidecar(candidate, terms);
      const expected = injection.kind === 'patch' ? patched(candidate.pod, injection.patch) : candidate.pod;
      const inCluster = await admitted(rig(), candidate.pod, namespace);
      // What the function made is left alone in the cluster, so this is its result with the API server's defaults.
      const byFunction = await admitted(rig(), expected, namespace);
      t.deepEqual(inCluster.spec, byFunction.spec);
      t.is(injection.kind === 'skipped' ? injection.reason : undefined, case_.skipped);
    });
  }

  realTest(`the ${way} does what the function does with 150 made-up pods`, async (t) => {
    const judged = fc.sample(madeUpPod, { numRuns: 2000, seed: 6 }).map((case_) => {
      const candidate = candidateOf(case_, namespaceOf(case_));
      return { name: case_.name, candidate, injection: injectSidecar(candidate, terms) };
    });
    const some = (kind: string, count: number) =>
      judged.filter(({ injection }) => injection.kind === kind).slice(0, count);
    const chosen = [...some('patch', 100), ...some('skipped', 50)];
    t.is(chosen.length, 150);
    for (const { name, candidate, injection } of chosen) {
      const { pod, namespace } = candidate;
      const expected = injection.kind === 'patch' ? patched(pod, injection.patch) : pod;
      const byFunction = await admitted(rig(), expected, namespace.name ?? '');
      t.deepEqual((await admitted(rig(), pod, namespace.name ?? '')).spec, byFunction.spec, name);
    }
  });

  realTest(`the ${way} leaves alone what the cluster itself needs, whatever is asked for`, async (t) => {
    await rig().kubectl(['label', 'namespace', 'kube-system', 'foresail.dev/inject=enabled']);
    await rig().kubectl([
      'wait',
      'serviceaccount/default',
      '-n',
      'kube-system',
      '--for=create',
      '--timeout=30s',
    ]);
    const { pod } = candidateOf({ name: '', annotations: { 'foresail.dev/inject': 'enabled' } });
    t.false(hasSidecar(await admitted(rig(), pod, 'kube-system')));
    t.true(hasSidecar(await admitted(rig(), pod, 'plain')));
  });

  realTest(`the ${way} keeps a pod within the restricted standard, with or without limits`, async (t) => {
    const securityContext = { runAsNonRoot: true };
    const limits = { cpu: '1', memory: '1Gi' };
    for (const container of [app, { ...app, resources: { limits } }]) {
      const spec = { containers: [container], securityContext };
      t.true(hasSidecar(await admitted(rig(), { spec }, 'strict')));
    }
    const weak = { containers: [{ name: 'app', image: 'app' }] };
    await t.throwsAsync(admitted(rig(), { spec: weak }, 'strict'), { message: /violates PodSecurity/ });
  });

  for (const [mesh, proxy] of Object.entries({ istio: istioProxy, linkerd: linkerdProxy })) {
    for (const order of ['a', 'z']) {
      realTest(
        `the ${way} and an injector like ${mesh}’s, named ${order}-${mesh}: both are in, once`,
        async (t) => {
          const injector = await startInjector(`${order}-${mesh}`, proxy);
          try {
            await rig().apply(yamlOf([injector.configuration]));
            const names = async () =>
              (await admitted(rig(), plain, 'on')).spec.initContainers?.map(({ name }) => name) ?? [];
            await until(async () => (await names()).includes(proxy.name));
            t.deepEqual(await names(), [proxy.name, 'foresail']);
          } finally {
            await rig().kubectl(['delete', 'mutatingwebhookconfiguration', `${order}-${mesh}`]);
            await injector.stop();
          }
        },
      );
    }
  }

  realTest(`the ${way} waits for the proxy that a profile needs, whoever injects first`, async (t) => {
    const pod = candidateOf({ name: '', annotations: { 'foresail.dev/inject-profile': 'meshed' } }).pod;
    await until(async () => !hasSidecar(await admitted(rig(), pod, 'on')));
    const injector = await startInjector('z-mesh', linkerdProxy);
    try {
      await rig().apply(yamlOf([injector.configuration]));
      await until(async () => hasSidecar(await admitted(rig(), pod, 'on')), 10_000);
      t.pass();
    } finally {
      await rig().kubectl(['delete', 'mutatingwebhookconfiguration', 'z-mesh']);
      await injector.stop();
    }
  });
}

realTest('the API server takes the policies and finds nothing to warn of', async (t) => {
  await rig().apply(yamlOf([...policyManifests(terms), ...reportManifests(terms)]));
  await until(injects);
  const got = await rig().kubectl(['get', 'validatingadmissionpolicies', '-o', 'json']);
  const { items } = JSON.parse(got.stdout);
  t.is(items.length, 1);
  for (const { status } of items) t.deepEqual(status?.typeChecking?.expressionWarnings ?? [], []);
});

conforms('policy');

realTest(
  'a pod that should have a sidecar and gets none is told why; one that need not have one is not',
  async (t) => {
    const made = async (spec: object, annotations = {}) => {
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'told', annotations }, spec };
      const args = ['create', '--dry-run=server', '-n', 'on', '-f', '-'];
      return (await rig().kubectl(args, { stdin: JSON.stringify(pod) })).stderr;
    };
    const unknown = await made(plain.spec, { 'foresail.dev/inject-profile': 'mine' });
    t.regex(
      unknown,
      /Warning: .*no sidecar of Foresail: ProfileUnknown: .* must be one of default, large, meshed/,
    );
    t.is(await made(plain.spec), '');
    t.is(await made({ ...plain.spec, restartPolicy: 'Never' }), '');
  },
);

realTest('without the policy nothing is injected, and the report says so', async (t) => {
  await rig().kubectl(['delete', 'mutatingadmissionpolicybinding', 'foresail-inject']);
  await until(async () => !(await injects()));
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'told' }, spec: plain.spec };
  const args = ['create', '--dry-run=server', '-n', 'on', '-f', '-'];
  const { stderr } = await rig().kubectl(args, { stdin: JSON.stringify(pod) });
  t.regex(stderr, /Warning: .*nothing added it; the webhook or the policy/);
});

realTest(
  'the webhook’s manifests are taken, and keep to the restricted standard of the namespace',
  async (t) => {
    await rig().apply(join(DEPLOY, 'base', 'namespace.yaml'));
    for (const what of [
      ['-k', join(DEPLOY, 'injection', 'webhook')],
      ['-f', join(DEPLOY, 'injection', 'policy.yaml')],
    ]) {
      const { code, stderr } = await rig().kubectl(['apply', '--server-side', '--dry-run=server', ...what]);
      t.is(code, 0, stderr);
      t.notRegex(stderr, /would violate PodSecurity/);
    }
  },
);

realTest('the webhook is called by its Service’s name, with the authority that was printed', async (t) => {
  webhook = await installWebhook(rig(), terms.config);
  await until(injects);
  t.regex(await webhook.metrics(), /foresail_injection_reviews_total\{outcome="Injected"\} \d+/);
});

conforms('webhook');

realTest('policy and webhook together add one sidecar', async (t) => {
  const names = async () =>
    (await admitted(rig(), plain, 'on')).spec.initContainers?.map(({ name }) => name) ?? [];
  const counted = async (outcome: string): Promise<number> => {
    const sample = `foresail_injection_reviews_total{outcome="${outcome}"} `;
    const line = (await webhook?.metrics())?.split('\n').find((text) => text.startsWith(sample));
    return Number(line?.slice(sample.length) ?? 0);
  };
  const grows = async (outcome: string) => {
    const before = await counted(outcome);
    t.deepEqual(await names(), ['foresail']);
    return (await counted(outcome)) > before;
  };
  await rig().apply(yamlOf(policyManifests(terms)));
  await until(() => grows('SidecarPresent')); // the policy was first
  await rig().kubectl(['delete', 'mutatingadmissionpolicybinding', 'foresail-inject']);
  await until(() => grows('Injected')); // the policy is gone
});

realTest('200 pods while the webhook is killed: every one is made', async (t) => {
  const [part] = webhook?.parts ?? [];
  if (!part) throw new Error('the webhook must be installed');
  const made: boolean[] = [];
  let slowestMs = 0;
  for (let batch = 0; batch < 20; batch++) {
    // SIGSTOP first: a webhook that hangs is worse than one that is gone.
    if (batch === 5) await part.kill('SIGSTOP');
    if (batch === 8) await part.kill('SIGKILL');
    if (batch === 14) await part.start();
    const pods = Array.from({ length: 10 }, async (_, n) => {
      const startedMs = performance.now();
      const metadata = { name: `pod-${batch}-${n}` };
      const body = { apiVersion: 'v1', kind: 'Pod', metadata, spec: plain.spec };
      const response = await rig().api.request('POST', '/api/v1/namespaces/on/pods', body);
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      t.is(response.status, 201, JSON.stringify(response.body));
      made.push(hasSidecar(response.body as typeof plain));
    });
    await Promise.all(pods);
  }
  t.is(made.length, 200);
  t.true(made.slice(0, 50).every(Boolean), 'before');
  t.true(
    made.slice(50, 140).every((injected) => !injected),
    'while it hung and while it was gone',
  );
  t.true(made.slice(-50).every(Boolean), 'after');
  t.log(`${made.filter(Boolean).length} of 200 with a sidecar; the slowest took ${Math.round(slowestMs)} ms`);
});

realTest('an authority that the API server does not trust costs the sidecar, not the pod', async (t) => {
  const stranger = createAuthority('foresail-webhook.foresail.svc', Date.now(), 86_400_000).certificate;
  const trusted = await rig().kubectl([
    'get',
    'mutatingwebhookconfiguration',
    'foresail-inject',
    '-o',
    'json',
  ]);
  const before = JSON.parse(trusted.stdout).webhooks as { clientConfig: { caBundle: string } }[];
  const trust = (bundles: readonly string[]) =>
    rig().kubectl([
      ...['patch', 'mutatingwebhookconfiguration', 'foresail-inject', '--type=json', '-p'],
      JSON.stringify(
        bundles.map((value, n) => ({ op: 'replace', path: `/webhooks/${n}/clientConfig/caBundle`, value })),
      ),
    ]);
  const encoded = Buffer.from(stranger).toString('base64');
  await trust(before.map(() => encoded));
  await until(async () => !(await injects()));
  // as `--also-trust` prints it, while replicas still have the old authority
  const both = before.map(({ clientConfig }) =>
    Buffer.from(stranger + Buffer.from(clientConfig.caBundle, 'base64').toString()).toString('base64'),
  );
  await trust(both);
  await until(injects);
  t.pass();
});
