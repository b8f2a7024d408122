import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../controller/clock.ts';
import { createConnection } from '../../controller/kube/connection.ts';
import { messageOf } from '../../controller/kube/kube-object.ts';
import { loadKubeconfig } from '../../controller/kube/kubeconfig.ts';
import { installForesail } from '../rig/foresail.ts';
import { scalerManifest } from '../rig/manifests.ts';
import { sampleWorkload } from '../rig/sample.ts';
import { until } from '../rig/until.ts';
import { realTest, useRig } from './real-test.ts';
import { holderOf, scaleWrites } from './scale-writes.ts';

/*
 * What the number is written to, and who else writes: Foresail as installed beside the HPA controller of a real
 * controller manager. No telemetry comes in, so the numbers follow minReplicas and maxReplicas of the scaler.
 */

const NAMESPACE = 'shop';
const BINDING =
  /kubectl (create rolebinding foresail-floor -n shop --clusterrole=foresail-floor --serviceaccount=foresail:foresail)/;

const rig = useRig({ name: 'actuation' }, async (rig) => {
  await rig.kubectl(['create', 'namespace', NAMESPACE]);
  for (const name of ['web', 'api', 'git']) {
    await rig.apply(sampleWorkload({ namespace: NAMESPACE, name, replicas: 2, startupSeconds: 1 }));
  }
  await installForesail(rig, { stepSeconds: 5, names: ['foresail-0'] });
});

const get = async (what: string, path: string) =>
  (await rig().kubectl(['get', ...what.split(' '), '-n', NAMESPACE, `-o=jsonpath={${path}}`])).stdout;
const replicasOf = (name: string) => get(`deployment ${name}`, '.spec.replicas');
const rangeOf = async (name: string) =>
  `${await get(`hpa ${name}`, '.spec.minReplicas')}..${await get(`hpa ${name}`, '.spec.maxReplicas')}`;
const wordOn = (name: string) => get(`hpa ${name}`, '.metadata.annotations');
const condition = (name: string, type: string, field: string) =>
  get(`pscaler ${name}`, `.status.conditions[?(@.type=="${type}")].${field}`);

async function scaler(name: string, spec: object): Promise<void> {
  const scaleTargetRef = { kind: 'Deployment', name };
  await rig().apply(
    scalerManifest(NAMESPACE, name, { scaleTargetRef, maxReplicas: 20, mode: 'Automatic', ...spec }),
  );
}

/** By CPU, which nothing in the rig measures: only its range moves the Deployment. */
async function hpa(name: string, minReplicas: number, maxReplicas: number): Promise<void> {
  const spec = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    ...{ minReplicas, maxReplicas },
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
      },
    ],
  };
  const metadata = { name, namespace: NAMESPACE };
  await rig().apply(
    `${JSON.stringify({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec })}\n`,
  );
}

const actuation = { kind: 'HorizontalPodAutoscaler' };

realTest('without the right to change an HPA the status says the command that grants it', async (t) => {
  await hpa('web', 2, 10);
  await scaler('web', { actuation, minReplicas: 6 });
  const said = () => condition('web', 'Ready', 'message');
  await until(async () => BINDING.test(await said()), 30_000);
  t.is(await condition('web', 'Ready', 'reason'), 'ScaleRefused');
  t.is(await rangeOf('web'), '2..10');
  const [, grant = ''] = BINDING.exec(await said()) ?? [];
  const granted = await rig().kubectl(grant.split(' '));
  t.is(granted.code, 0, granted.stderr);
});

realTest("the number is an HPA's floor: the HPA controller scales to it, Foresail does not", async (t) => {
  await until(async () => (await rangeOf('web')) === '6..10', 60_000);
  t.deepEqual(JSON.parse(await wordOn('web')), {
    'foresail.dev/replicas-before': '2..10',
    'foresail.dev/replicas-set': '6..10',
    'foresail.dev/replicas-set-by': 'web',
  });
  await until(async () => (await replicasOf('web')) === '6', 60_000);
  t.deepEqual(await scaleWrites(rig(), NAMESPACE, 'web'), []);
  await until(async () => (await condition('web', 'Ready', 'status')) === 'True', 30_000);
  t.is(await condition('web', 'SoleWriter', 'status'), 'True');
});

realTest(
  'what the HPA may scale to holds the floor down, and is raised where the scaler says so',
  async (t) => {
    await scaler('web', { actuation, minReplicas: 12 });
    await until(async () => (await rangeOf('web')) === '10..10', 30_000);
    await until(
      async () =>
        /maxReplicas of HorizontalPodAutoscaler web is 10/.test(
          await condition('web', 'ScalingLimited', 'message'),
        ),
      30_000,
    );
    await scaler('web', { actuation: { ...actuation, mayRaiseMaximum: true }, minReplicas: 12 });
    await until(async () => (await rangeOf('web')) === '12..12', 30_000);
    await until(async () => (await replicasOf('web')) === '12', 60_000);
    t.pass();
  },
);

realTest(
  'the floor comes down with the number, and what its owner changes is theirs from then on',
  async (t) => {
    await scaler('web', { actuation, minReplicas: 1, maxReplicas: 5 });
    await until(async () => (await rangeOf('web')) === '5..10', 30_000);
    await rig().kubectl([
      'patch',
      'hpa',
      'web',
      '-n',
      NAMESPACE,
      '--type=merge',
      '-p={"spec":{"minReplicas":3}}',
    ]);
    await sleep(7_000);
    await scaler('web', { actuation, minReplicas: 4 });
    await until(async () => (await rangeOf('web')) === '4..10', 30_000);
    t.is(
      (JSON.parse(await wordOn('web')) as Record<string, string>)['foresail.dev/replicas-before'],
      '3..10',
    );
  },
);

realTest('paused, the floor stays; with the scaler gone, what the owner wanted is there again', async (t) => {
  await scaler('web', { actuation, minReplicas: 4, paused: true });
  await until(async () => (await condition('web', 'ScalingActive', 'reason')) === 'Paused', 30_000);
  t.is(await rangeOf('web'), '4..10');
  await rig().kubectl(['delete', 'pscaler', 'web', '-n', NAMESPACE]);
  await until(async () => (await rangeOf('web')) === '3..10', 30_000);
  t.is(await wordOn('web'), '');
});

realTest('the API server refuses Foresail everything else on an HPA', async (t) => {
  await scaler('web', { actuation, minReplicas: 4 });
  await until(async () => (await rangeOf('web')) === '4..10', 30_000);
  const epoch = (
    await rig().kubectl([
      'get',
      'lease',
      'foresail',
      '-n',
      'foresail',
      '-o=jsonpath={.spec.leaseTransitions}',
    ])
  ).stdout;
  const manager = `foresail/${epoch}/${await holderOf(rig())}`;
  const kubeconfig = await rig().serviceAccountKubeconfig('foresail', 'foresail');
  const connection = createConnection(loadKubeconfig({ path: kubeconfig }), systemClock);
  t.teardown(() => connection.close());
  const attempt = async (patch: object, fieldManager = manager) => {
    const reply = await connection.send({
      method: 'PATCH',
      path: '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/web',
      query: { fieldManager },
      contentType: 'application/merge-patch+json',
      body: patch,
    });
    return reply.status === 200 ? '' : messageOf(reply);
  };
  const word = (set: string, before = '3..10') => ({
    metadata: { annotations: { 'foresail.dev/replicas-before': before, 'foresail.dev/replicas-set': set } },
  });
  for (const [patch, says] of [
    [
      { ...word('2..10'), spec: { minReplicas: 2 } },
      /must be at least 3\.\.10, which its owner wants; was 2\.\.10/,
    ],
    [{ ...word('6..10', '1..10'), spec: { minReplicas: 6 } }, /must be 3\.\.10 and 6\.\.10/],
    [{ spec: { minReplicas: 6 } }, /must be 3\.\.10 and 6\.\.10/],
    [
      { ...word('6..15'), spec: { minReplicas: 6, maxReplicas: 15 } },
      /maxReplicas must be 10, or actuation\.mayRaise/,
    ],
    [{ spec: { scaleTargetRef: { name: 'api' } } }, /spec but minReplicas and maxReplicas must be as it was/],
    [{ spec: { metrics: [] } }, /spec but minReplicas and maxReplicas must be as it was/],
    [{ metadata: { labels: { a: 'b' } } }, /metadata but annotations of foresail\.dev must be as it was/],
    [
      { metadata: { annotations: { a: 'b' } } },
      /metadata but annotations of foresail\.dev must be as it was/,
    ],
    [{ metadata: { finalizers: ['a.b/c'] } }, /metadata but annotations of foresail\.dev must be as it was/],
  ] as const) {
    t.regex(await attempt(patch), says, JSON.stringify(patch));
  }
  t.regex(await attempt({ ...word('6..10'), spec: { minReplicas: 6 } }, 'foresail/0/x'), /the epoch must be/);
  t.is(await attempt({ ...word('6..10'), spec: { minReplicas: 6 } }), '');
});

realTest('beside an HPA Foresail only advises and names it; once it is gone, Foresail scales', async (t) => {
  await hpa('api', 2, 10);
  await scaler('api', { minReplicas: 5 });
  await until(async () => (await condition('api', 'SoleWriter', 'status')) === 'False', 30_000);
  t.regex(
    await condition('api', 'SoleWriter', 'message'),
    /HorizontalPodAutoscaler api scales Deployment api too, so Foresail only advises 5; delete it, or set spec\.actuation\.kind/,
  );
  const events = () => get('events.events.k8s.io --field-selector=reason=OtherWriter', '.items[*].note');
  await until(async () => /HorizontalPodAutoscaler api scales/.test(await events()), 30_000);
  await sleep(12_000);
  t.deepEqual(await scaleWrites(rig(), NAMESPACE, 'api'), []);
  await rig().kubectl(['delete', 'hpa', 'api', '-n', NAMESPACE]);
  await until(async () => (await replicasOf('api')) === '5', 30_000);
  await until(async () => (await condition('api', 'SoleWriter', 'status')) === 'True', 30_000);
});

realTest('a writer that sets the replicas anew each time is named and not fought', async (t) => {
  let reverting = true;
  const git = (async () => {
    while (reverting) {
      if ((await replicasOf('git')) !== '2') {
        const manifest = sampleWorkload({
          namespace: NAMESPACE,
          name: 'git',
          replicas: 2,
          startupSeconds: 1,
        });
        await rig().kubectl(
          ['apply', '--server-side', '--force-conflicts', '--field-manager=argocd', '-f', '-'],
          {
            stdin: manifest,
          },
        );
      }
      await sleep(500);
    }
  })();
  await scaler('git', { minReplicas: 5 });
  await until(async () => (await condition('git', 'SoleWriter', 'status')) === 'False', 60_000);
  t.regex(
    await condition('git', 'SoleWriter', 'message'),
    /argocd has changed back what Foresail wrote 2 times within an hour/,
  );
  const before = (await scaleWrites(rig(), NAMESPACE, 'git')).length;
  await sleep(20_000);
  t.is((await scaleWrites(rig(), NAMESPACE, 'git')).length, before);
  t.log(`${before} writes before Foresail gave way`);
  t.true(before <= 3, `${before} writes`);
  reverting = false;
  await git;
});

realTest(
  'where HPAs may not be watched Foresail goes on scaling, and its status says what is to be allowed',
  async (t) => {
    const role = JSON.parse(
      (await rig().kubectl(['get', 'clusterrole', 'foresail', '-o', 'json'])).stdout,
    ) as {
      rules: { apiGroups: string[] }[];
    };
    const rules = role.rules.filter(({ apiGroups }) => !apiGroups.includes('autoscaling'));
    await rig().kubectl([
      'patch',
      'clusterrole',
      'foresail',
      '--type=merge',
      `-p=${JSON.stringify({ rules })}`,
    ]);
    // The watch that is open goes on until it ends.
    await until(async () => (await condition('api', 'SoleWriter', 'status')) === 'Unknown', 90_000);
    t.regex(
      await condition('api', 'SoleWriter', 'message'),
      /the ClusterRole foresail must allow list and watch of horizontalpodautoscalers/,
    );
    await scaler('api', { minReplicas: 6 });
    await until(async () => (await replicasOf('api')) === '6', 30_000);
  },
);
