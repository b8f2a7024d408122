import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, systemRandom } from '../../controller/clock.ts';
import { createKubeCluster, type Kube } from '../../controller/kube/kube.ts';
import { TELEMETRY_AUDIENCE } from '../../sidecar/signals.ts';
import { type ClusterBench, clusterBehaviours, type ReadStatus } from '../conformance/cluster.ts';
import { installManifests, scalerManifest } from '../rig/manifests.ts';
import { sampleWorkload } from '../rig/sample.ts';
import { until } from '../rig/until.ts';
import { realTest, useRig } from './real-test.ts';

const NAMESPACE = 'conformance';
const USER = 'system:serviceaccount:foresail:foresail';
const failures: string[] = [];
let kube: Kube | undefined;

const rig = useRig({ name: 'kube-cluster' }, async (rig) => {
  await installManifests(rig);
  await rig.apply(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"${NAMESPACE}"}}\n`);
});

/** One controller's view for all tests of this file, under its own ServiceAccount, leading. */
async function started(): Promise<Kube> {
  if (kube) return kube;
  kube = createKubeCluster({
    kubeconfig: await rig().serviceAccountKubeconfig('foresail', 'foresail'),
    clock: systemClock,
    random: systemRandom,
    instance: 'foresail-0',
    onFailure: (what, error) => failures.push(`${what}: ${error.message}`),
  });
  kube.start();
  const { leadership, synced } = kube;
  await until(() => synced() && leadership.current().leading);
  return kube;
}

async function json(args: readonly string[]): Promise<unknown> {
  const result = await rig().kubectl([...args, '-o', 'json']);
  return result.code === 0 ? JSON.parse(result.stdout) : undefined;
}

async function openBench(): Promise<ClusterBench> {
  const { cluster, leadership } = await started();
  const apply = async (namespace: string, name: string, spec: unknown) => {
    await rig().apply(scalerManifest(namespace, name, spec));
  };
  return {
    cluster,
    epoch: leadership.current().epoch,
    namespace: NAMESPACE,
    createWorkload: async ({ namespace, name }, replicas) => {
      await rig().apply(sampleWorkload({ namespace, name, replicas, startupSeconds: 1 }));
    },
    deleteWorkload: async ({ namespace, name }) => {
      await rig().kubectl(['delete', 'deployment', name, '-n', namespace]);
    },
    createScaler: apply,
    replaceScaler: apply,
    deleteScaler: async (namespace, name) => {
      await rig().kubectl(['delete', 'pscaler', name, '-n', namespace]);
    },
    readStatus: async (namespace, name) => {
      const got = (await json(['get', 'pscaler', name, '-n', namespace])) as
        | { status?: ReadStatus }
        | undefined;
      return got?.status;
    },
    readEvents: async (namespace, name) => {
      const field = `--field-selector=regarding.kind=PredictiveScaler,regarding.name=${name}`;
      const got = (await json(['get', 'events.events.k8s.io', '-n', namespace, field])) as {
        items: { reason: string; note: string }[];
      };
      return got.items.map(({ reason, note: message }) => ({ reason, message }));
    },
    until: (_what, condition) => until(condition, 20_000, 50),
    close: async () => undefined,
  };
}

for (const behaviour of clusterBehaviours) {
  realTest(behaviour.name, async (t) => behaviour.run(t, await openBench()));
}

realTest('an invalid scaler is left out and told so; two of one target: the older has it', async (t) => {
  const { cluster } = await started();
  const spec = { scaleTargetRef: { kind: 'Deployment', name: 'twice' }, maxReplicas: 3 };
  await rig().apply(scalerManifest(NAMESPACE, 'first', spec));
  await sleep(1100);
  await rig().apply(scalerManifest(NAMESPACE, 'a-second', spec));
  const ready = async () => {
    const got = (await json(['get', 'pscaler', 'a-second', '-n', NAMESPACE])) as {
      status?: { conditions?: { reason: string; message: string }[]; observedGeneration?: number };
    };
    return got.status?.conditions?.[0];
  };
  await until(async () => (await ready()) !== undefined);
  t.like(await ready(), { type: 'Ready', status: 'False', reason: 'InvalidSpec', observedGeneration: 1 });
  t.regex(
    (await ready())?.message ?? '',
    /must name a target of its own: PredictiveScaler first has this one/,
  );
  const names = cluster.scalers().map((scaler) => scaler.name);
  t.true(names.includes('first'));
  t.false(names.includes('a-second'));
});

realTest('an unchanged status is not written again', async (t) => {
  const { cluster } = await started();
  const scaler = cluster.scalers().find((candidate) => candidate.name === 'published');
  if (!scaler) return t.fail('the conformance tests left this scaler');
  const writes = async () => {
    const audit = await rig().audit();
    return audit.filter((event) => event.name === 'published' && event.subresource === 'status').length;
  };
  const status = {
    currentReplicas: 1,
    desiredReplicas: 2,
    leadSeconds: 20,
    conditions: [{ type: 'Ready', status: 'True', reason: 'Steady', message: 'as it was' }],
  } as const;
  const before = await writes();
  await cluster.publish(scaler, status);
  await until(async () => (await writes()) === before + 1);
  for (let n = 0; n < 5; n++) {
    await cluster.publish(scaler, status);
    await sleep(100);
  }
  t.is(await writes(), before + 1);
});

realTest(
  'a pod is told by its token; another audience, an expired, an unbound or no token is refused',
  async (t) => {
    const { identifier, cluster } = await started();
    await rig().apply(
      sampleWorkload({ namespace: NAMESPACE, name: 'sender', replicas: 1, startupSeconds: 1 }),
    );
    const workload = { namespace: NAMESPACE, kind: 'Deployment', name: 'sender' };
    await until(() => cluster.pods(workload)[0]?.ready === true);
    const [pod] = cluster.pods(workload);
    if (!pod) return t.fail('no pod');
    const asked = { namespace: NAMESPACE, serviceAccount: 'default', audience: TELEMETRY_AUDIENCE, pod };
    const token = await rig().token(asked);
    t.deepEqual(await identifier.identify(token), {
      kind: 'pod',
      workload,
      podUid: pod.uid,
      podName: pod.name,
    });
    const cases: [string, string, RegExp][] = [
      ['no token', '', /must be a ServiceAccount token/],
      ['not a token', 'abc', /must be valid for audience foresail\.dev\/otlp/],
      ['another audience', await rig().token({ ...asked, audience: 'api' }), /must be valid for audience/],
      ['expired', await rig().token({ ...asked, expirationSeconds: -60 }), /must be valid for audience/],
      ['changed', `${token.slice(0, -8)}AAAAAAAA`, /must be valid for audience/],
      [
        'bound to no pod',
        await rig().token({ namespace: NAMESPACE, serviceAccount: 'default', audience: TELEMETRY_AUDIENCE }),
        /must be bound to a pod/,
      ],
    ];
    for (const [name, bad, says] of cases) {
      const identity = await identifier.identify(bad);
      t.like(identity, { kind: 'refused', reason: 'TokenRefused' }, name);
      t.regex('message' in identity ? identity.message : '', says, name);
    }
    await rig().kubectl(['delete', 'deployment', 'sender', '-n', NAMESPACE]);
    // Well before the minute for which the API server's word on a token is remembered.
    await until(async () => (await identifier.identify(token)).kind !== 'pod', 20_000);
  },
);

realTest('a pod of nothing that can be scaled is refused as WorkloadUnknown', async (t) => {
  const { identifier } = await started();
  await rig().apply(
    `${JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'lone', namespace: NAMESPACE },
      spec: { containers: [{ name: 'app', image: 'rig.invalid/app' }] },
    })}\n`,
  );
  const pod = (await json(['get', 'pod', 'lone', '-n', NAMESPACE])) as { metadata: { uid: string } };
  const bound = { name: 'lone', uid: pod.metadata.uid };
  const token = await rig().token({
    ...{ namespace: NAMESPACE, serviceAccount: 'default', audience: TELEMETRY_AUDIENCE, pod: bound },
  });
  await until(async () => (await identifier.identify(token)).kind === 'refused');
  t.like(await identifier.identify(token), { reason: 'WorkloadUnknown' });
});

realTest(
  'all of the above was done by the ServiceAccount, and it was forbidden nothing it needs',
  async (t) => {
    const forbidden = failures.filter((failure) => /forbidden|403/.test(failure));
    t.deepEqual(forbidden, []);
    const audit = await rig().audit();
    const scaled = audit.filter((event) => event.user === USER && event.subresource === 'scale');
    t.true(scaled.length > 0);
    // No right to KEDA's objects is given where nobody asks for it: that they are refused is how it is noticed.
    const ours = audit.filter((event) => event.user === USER && event.resource !== 'scaledobjects');
    const codes = new Set(ours.map((event) => event.responseStatus.code));
    t.false(codes.has(403), 'no request of ours was forbidden by RBAC');
  },
);

realTest('the ServiceAccount may do what the golden file says, and no more', async (t) => {
  const listed = await rig().kubectl(['auth', 'can-i', '--list', `--as=${USER}`, '-n', 'default']);
  const inside = await rig().kubectl(['auth', 'can-i', '--list', `--as=${USER}`, '-n', 'foresail']);
  const text = `# in any namespace\n${tidy(listed.stdout)}\n# in its own\n${tidy(inside.stdout)}`;
  const golden = join(import.meta.dirname, 'rbac.golden.txt');
  if (process.env.FORESAIL_UPDATE_GOLDEN === '1') writeFileSync(golden, text);
  t.is(text, readFileSync(golden, 'utf8'), 'if this is meant: FORESAIL_UPDATE_GOLDEN=1');
});

realTest('a stopped controller gives its lease back', async (t) => {
  const { leadership, stop } = await started();
  await until(() => leadership.current().leading, 40_000);
  const { epoch } = leadership.current();
  await stop();
  t.false(leadership.current().leading);
  const lease = (await json(['get', 'lease', 'foresail', '-n', 'foresail'])) as {
    spec: { holderIdentity?: string; leaseTransitions: number };
  };
  t.is(lease.spec.holderIdentity, undefined);
  t.is(lease.spec.leaseTransitions, epoch);
});

/** Without the column's padding, and without what every authenticated user may do. */
function tidy(list: string): string {
  const everybody = /selfsubject|clustertrustbundles|^\s+\[\//;
  return list
    .split('\n')
    .filter((line) => line.trim() !== '' && !everybody.test(line))
    .map((line) => line.trimEnd().replace(/ {2,}/g, '  '))
    .join('\n');
}
