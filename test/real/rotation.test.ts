import { type InstalledForesail, installForesail } from '../rig/foresail.ts';
import { scalerManifest } from '../rig/manifests.ts';
import { until } from '../rig/until.ts';
import { realTest, useRig } from './real-test.ts';
import { scaleWrites } from './scale-writes.ts';

/* Pods leave the endpoints of a real Service before a real ReplicaSet removes them, and come back without a start. */

const NAMESPACE = 'shop';
const HOLD_SECONDS = 12;
const LABELS = { app: 'web', 'foresail.dev/in-rotation': 'true' };
const metadata = { name: 'web', namespace: NAMESPACE };
const manifests = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 6,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: LABELS, annotations: { 'foresail.dev/rig-startup-seconds': '1' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'app', image: 'rig.invalid/app', ports: [{ containerPort: 8000 }] }],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: LABELS, ports: [{ port: 80, targetPort: 8000 }] },
  },
];

let foresail: InstalledForesail | undefined;
const rig = useRig({ name: 'rotation' }, async (rig) => {
  await rig.kubectl(['create', 'namespace', NAMESPACE]);
  await rig.apply(`${manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n')}\n`);
  foresail = await installForesail(rig, { stepSeconds: 5, names: ['foresail-0'] });
});

const get = async (what: string, path: string) =>
  (await rig().kubectl(['get', ...what.split(' '), '-n', NAMESPACE, `-o=jsonpath={${path}}`])).stdout;
const names = async (what: string, path: string) => (await get(what, path)).split(' ').filter(Boolean).sort();
const podNames = () => names('pods -l app=web', '.items[*].metadata.name');
const inEndpoints = () =>
  names('endpointslices -l kubernetes.io/service-name=web', '.items[*].endpoints[*].targetRef.name');
const outNames = () => names('pods -l foresail.dev/in-rotation=false', '.items[*].metadata.name');
const replicas = () => get('deployment web', '.spec.replicas');

async function scaler(spec: object): Promise<void> {
  const scaleTargetRef = { kind: 'Deployment', name: 'web' };
  const behavior = { scaleDown: { rotationSeconds: HOLD_SECONDS } };
  await rig().apply(
    scalerManifest(NAMESPACE, 'web', {
      scaleTargetRef,
      mode: 'Automatic',
      behavior,
      maxReplicas: 20,
      ...spec,
    }),
  );
}

realTest('without the right to label pods nothing is removed, and the status says the command', async (t) => {
  await until(async () => (await inEndpoints()).length === 6, 60_000);
  await scaler({ maxReplicas: 4 });
  const said = () => get('pscaler web', '.status.conditions[?(@.type=="Ready")].message');
  const command = /kubectl (create rolebinding foresail-rotation .*--serviceaccount=foresail:foresail)/;
  await until(async () => command.test(await said()), 30_000);
  t.is(await replicas(), '6');
  const [, grant = ''] = command.exec(await said()) ?? [];
  t.is((await rig().kubectl(grant.split(' '))).code, 0);
});

realTest('pods that are to go leave the endpoints first, and exactly they are removed later', async (t) => {
  await until(async () => (await inEndpoints()).length === 4, 30_000);
  const [all, out] = [await podNames(), await outNames()];
  t.is(all.length, 6, 'they still run');
  t.is(out.length, 2);
  t.is(await replicas(), '6');
  const staying = all.filter((name) => !out.includes(name));
  t.deepEqual(await inEndpoints(), staying);
  const leftMs = Math.max(
    ...(
      await names(
        'pods -l foresail.dev/in-rotation=false',
        '.items[*].metadata.annotations.foresail\\.dev/out-of-rotation-since',
      )
    ).map(Number),
  );
  await until(async () => (await replicas()) === '4', 40_000);
  const [write] = await scaleWrites(rig(), NAMESPACE, 'web');
  const heldSeconds = ((write?.atMs ?? Number.NaN) - leftMs) / 1000;
  t.log(`removed ${heldSeconds.toFixed(1)} s after they had left`);
  t.true(heldSeconds >= HOLD_SECONDS);
  await until(async () => (await podNames()).length === 4, 30_000);
  t.deepEqual(await podNames(), staying);
  t.deepEqual(await inEndpoints(), staying);
});

realTest('wanted again in time they are back in the endpoints at once, and no pod is started', async (t) => {
  const before = await podNames();
  await scaler({ maxReplicas: 2 });
  await until(async () => (await inEndpoints()).length === 2, 30_000);
  const startedMs = performance.now();
  await scaler({ minReplicas: 4 });
  await until(async () => (await inEndpoints()).length === 4, 30_000);
  t.log(`back after ${(performance.now() - startedMs).toFixed(0)} ms`);
  t.deepEqual(await podNames(), before);
  t.deepEqual(await outNames(), []);
  t.is(await replicas(), '4');
  const cost = await get(
    'pods -l app=web',
    '.items[*].metadata.annotations.controller\\.kubernetes\\.io/pod-deletion-cost',
  );
  t.is(cost, '');
});

realTest(
  'with its scaler gone half way, what was out is back, also when Foresail was not there',
  async (t) => {
    await scaler({ maxReplicas: 2 });
    await until(async () => (await inEndpoints()).length === 2, 30_000);
    const [controller] = foresail?.controllers ?? [];
    await controller?.part.kill('SIGKILL');
    await rig().kubectl(['delete', 'pscaler', 'web', '-n', NAMESPACE]);
    t.is((await inEndpoints()).length, 2);
    await controller?.part.start();
    await until(async () => (await inEndpoints()).length === 4, 60_000);
    t.is(await replicas(), '4');
    t.deepEqual(await outNames(), []);
  },
);

realTest('the API server refuses Foresail everything else on a pod', async (t) => {
  const [name = ''] = await podNames();
  const lease = '-o=jsonpath={.spec.leaseTransitions}/{.spec.holderIdentity}';
  const leader = (await rig().kubectl(['get', 'lease', 'foresail', '-n', 'foresail', lease])).stdout;
  await rig().kubectl(['create', 'clusterrole', 'get-pods', '--verb=get', '--resource=pods']);
  await rig().kubectl([
    ...['create', 'clusterrolebinding', 'get-pods', '--clusterrole=get-pods'],
    '--serviceaccount=foresail:foresail',
  ]);
  const attempt = async (patch: object) =>
    (
      await rig().kubectl([
        ...['patch', 'pod', name, '-n', NAMESPACE, '--type=strategic', `-p=${JSON.stringify(patch)}`],
        ...[`--field-manager=foresail/${leader}`, '--as=system:serviceaccount:foresail:foresail'],
      ])
    ).stderr;
  const cost = 'controller.kubernetes.io/pod-deletion-cost';
  for (const [patch, says] of [
    [{ spec: { containers: [{ name: 'app', image: 'evil' }] } }, /everything of spec must be as it was/],
    [
      { metadata: { labels: { app: 'other' } } },
      /every label but foresail\.dev\/in-rotation must be as it was/,
    ],
    [{ metadata: { labels: { 'foresail.dev/in-rotation': 'maybe' } } }, /must be true or false/],
    [{ metadata: { labels: { 'foresail.dev/in-rotation': 'false' } } }, /deletion cost must be negative/],
    [{ metadata: { annotations: { [cost]: '-5' } } }, /left out for any other/],
    [{ metadata: { annotations: { a: 'b' } } }, /everything of metadata but/],
  ] as const) {
    t.regex(await attempt(patch), says, JSON.stringify(patch));
  }
});
