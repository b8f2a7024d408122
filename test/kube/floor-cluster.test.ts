import type { ServerResponse } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import type { PredictiveScaler } from '../../controller/api/predictive-scaler.ts';
import { systemClock } from '../../controller/clock.ts';
import { KubeCluster } from '../../controller/kube/cluster.ts';
import { createConnection } from '../../controller/kube/connection.ts';
import { answer, eventually, type FakeObject, startFakeApi, status } from './fake-api.ts';

const DEPLOYMENTS = '/apis/apps/v1/deployments';
const SCALERS = '/apis/foresail.dev/v1alpha1/predictivescalers';
const HPAS = '/apis/autoscaling/v2/horizontalpodautoscalers';
const web = { namespace: 'shop', kind: 'Deployment', name: 'web' };
const scaler = (actuation: object, spec: object = {}): FakeObject => ({
  metadata: { namespace: 'shop', name: 'web', creationTimestamp: '2026-01-01T00:00:01Z', generation: 1 },
  spec: {
    ...{ scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 20, mode: 'Automatic', actuation },
    ...spec,
  },
});
const hpa = (min: number, max: number, annotations: object = {}): FakeObject => ({
  metadata: { namespace: 'shop', name: 'web', annotations },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    ...{ minReplicas: min, maxReplicas: max },
  },
});
const raised = (before: string, set: string) => ({
  'foresail.dev/replicas-before': before,
  'foresail.dev/replicas-set': set,
  'foresail.dev/replicas-set-by': 'web',
});

interface Patch {
  readonly metadata: { readonly annotations: Record<string, string | null> };
  readonly spec: { readonly minReplicas: number; readonly maxReplicas?: number };
}

/** A fake API that takes patches of HPAs, before anything is listed. */
async function bench(t: ExecutionContext, objects: { scaler?: FakeObject; hpa?: FakeObject }) {
  const api = await startFakeApi();
  api.put(DEPLOYMENTS, { metadata: { namespace: 'shop', name: 'web', uid: 'd-1' }, spec: { replicas: 4 } });
  if (objects.scaler) api.put(SCALERS, objects.scaler);
  if (objects.hpa) api.put(HPAS, objects.hpa);
  api.faults.push((request, response) => {
    if (request.method !== 'PATCH' || !request.path.includes('horizontalpodautoscalers/web')) return false;
    const { metadata, spec } = request.body as Patch;
    const before = api.get(HPAS, 'shop/web') as FakeObject & { spec: object };
    const annotations = Object.fromEntries(
      Object.entries(metadata.annotations).filter(([, value]) => value !== null),
    );
    const after = { metadata: { ...before.metadata, annotations }, spec: { ...before.spec, ...spec } };
    answer(response, 200, api.put(HPAS, after));
    return true;
  });
  const connection = createConnection(api.config(), systemClock);
  const lead = { leading: true, epoch: 7, holder: 'a_1' };
  const failures: string[] = [];
  const cluster = new KubeCluster({
    ...{ connection, clock: systemClock, random: () => 0.5, instance: 'a' },
    leadership: { current: () => lead },
    onFailure: (what, error) => failures.push(`${what}: ${error.message}`),
    timing: { firstBackOffMs: 5, maxBackOffMs: 20, refusedMs: 20 },
  });
  t.teardown(async () => {
    await cluster.stop();
    connection.close();
    await api.close();
  });
  const start = async () => {
    cluster.start();
    await eventually('all is listed', () => cluster.synced());
  };
  const patches = () =>
    api.seen.filter(({ method, path }) => method === 'PATCH' && path.includes('autoscalers')) as {
      body: Patch;
    }[];
  const write = (replicas: number) => {
    const [first] = cluster.scalers();
    return cluster.scale({
      ...{ scaler: first as PredictiveScaler, replicas, epoch: 7, reason: 'ForecastDemand', message: 'm' },
    });
  };
  return { api, cluster, lead, failures, start, patches, write };
}

const asHpa = { kind: 'HorizontalPodAutoscaler' };

test('over an HPA the floor is what is asked for, within what its owner wants', async (t) => {
  const { cluster, start } = await bench(t, { scaler: scaler(asHpa), hpa: hpa(2, 10) });
  await start();
  t.like(cluster.target(web), {
    ...{ replicas: 2, workloadReplicas: 4, ready: 0, starting: 4, rivals: [] },
    limits: { minReplicas: 2, maxReplicas: 10, of: 'HorizontalPodAutoscaler web' },
  });
});

test('a floor that was written is shown at once, and the scale is left alone', async (t) => {
  const { api, cluster, start, write, patches } = await bench(t, { scaler: scaler(asHpa), hpa: hpa(2, 10) });
  await start();
  t.deepEqual(await write(6), { kind: 'written', replicas: 6 });
  t.like(cluster.target(web), { replicas: 6, workloadReplicas: 4, limits: { minReplicas: 2 } });
  await eventually('the watch', () => cluster.counts().reflectors.horizontalpodautoscalers?.events === 1);
  t.like(cluster.target(web), { replicas: 6, limits: { minReplicas: 2 } });
  t.is(
    api.count(({ path }) => path.endsWith('/scale')),
    0,
  );
  t.deepEqual(await write(6), { kind: 'written', replicas: 6 });
  t.is(patches().length, 1, 'what stands already is not written again');
});

test('the most is raised only where the scaler says so', async (t) => {
  const { cluster, start, write, patches } = await bench(t, {
    scaler: scaler({ ...asHpa, mayRaiseMaximum: true }),
    hpa: hpa(2, 10),
  });
  await start();
  t.is(cluster.target(web)?.limits?.maxReplicas, 20);
  await write(14);
  t.deepEqual(patches()[0]?.body.spec, { minReplicas: 14, maxReplicas: 14 });
});

for (const [name, change] of [
  ['its scaler is gone', (api) => api.remove(SCALERS, 'shop/web')],
  ['its scaler writes to something else', (api) => api.put(SCALERS, scaler({ kind: 'Scale' }))],
  ['its scaler only advises', (api) => api.put(SCALERS, scaler(asHpa, { mode: 'Advisory' }))],
] as readonly [string, (api: Awaited<ReturnType<typeof startFakeApi>>) => void][]) {
  test(`what an owner wants is put back when ${name}`, async (t) => {
    const floor = hpa(6, 10, raised('2..10', '6..10'));
    const { api, start, patches } = await bench(t, { scaler: scaler(asHpa), hpa: floor });
    await start();
    t.is(patches().length, 0);
    change(api);
    await eventually('it is put back', () => patches().length === 1);
    t.like(patches()[0]?.body, { spec: { minReplicas: 2 } });
    t.deepEqual(api.get(HPAS, 'shop/web')?.metadata.annotations, {});
  });
}

test('a floor whose scaler went while nobody led is put back by the next leader', async (t) => {
  const { cluster, lead, start, patches } = await bench(t, { hpa: hpa(6, 10, raised('2..10', '6..10')) });
  lead.leading = false;
  await start();
  cluster.publishInvalid();
  t.is(patches().length, 0);
  lead.leading = true;
  cluster.publishInvalid();
  await eventually('it is put back', () => patches().length === 1);
});

test('paused, or with a spec that cannot be read, nothing is put back', async (t) => {
  const floor = hpa(6, 10, raised('2..10', '6..10'));
  const { api, cluster, start, patches } = await bench(t, { scaler: scaler(asHpa), hpa: floor });
  await start();
  for (const spec of [{ paused: true }, { maxReplicas: 0 }]) {
    const seen = cluster.counts().reflectors.predictivescalers?.events ?? 0;
    api.put(SCALERS, scaler(asHpa, spec));
    await eventually('it is seen', () => cluster.counts().reflectors.predictivescalers?.events === seen + 1);
  }
  t.is(patches().length, 0);
});

test('an HPA of the same target is a rival as soon as it is there, and none when it is gone', async (t) => {
  const { api, cluster, start } = await bench(t, { scaler: scaler({ kind: 'Scale' }) });
  await start();
  t.deepEqual(cluster.target(web)?.rivals, []);
  const told: string[] = [];
  cluster.onChange(({ name }) => told.push(name));
  api.put(HPAS, hpa(1, 5));
  await eventually('it is seen', () => cluster.target(web)?.rivals?.length === 1);
  t.deepEqual(cluster.target(web)?.rivals, [{ kind: 'HorizontalPodAutoscaler', name: 'web' }]);
  api.remove(HPAS, 'shop/web');
  await eventually('it is gone', () => cluster.target(web)?.rivals?.length === 0);
  t.deepEqual(told, ['web', 'web']);
});

test('where HPAs may not be watched it goes on, says so, and sees them once it may', async (t) => {
  const { api, cluster, start, failures } = await bench(t, {
    scaler: scaler({ kind: 'Scale' }),
    hpa: hpa(1, 5),
  });
  let allowed = false;
  const forbid = (response: ServerResponse) => answer(response, 403, status(403, 'HPAs is forbidden'));
  api.faults.unshift((request, response) => {
    if (allowed || request.path !== HPAS) return false;
    forbid(response);
    return true;
  });
  await start();
  t.true(cluster.staleSeconds() < 60);
  t.regex(cluster.target(web)?.rivalsUnknown ?? '', /ClusterRole foresail must allow list and watch of/);
  await eventually('it is asked for again', () => api.count(({ path }) => path === HPAS) > 2);
  t.is(failures.filter((text) => text.includes('HPAs is forbidden')).length, 1, 'told once');
  allowed = true;
  await eventually('it is seen', () => cluster.target(web)?.rivals?.length === 1);
  t.is(cluster.target(web)?.rivalsUnknown, undefined);
});

test('with nothing to write to, a write is refused with what must be', async (t) => {
  const { cluster, start, write } = await bench(t, { scaler: scaler(asHpa) });
  await start();
  t.like(cluster.target(web), { replicas: 4 });
  t.regex(cluster.target(web)?.actuatorMissing ?? '', /there must be a HorizontalPodAutoscaler/);
  const outcome = await write(6);
  t.like(outcome, { kind: 'refused', reason: 'ScaleRefused' });
});

test('what a ScaledObject asks for is offered, not written, and withdrawn with the lead', async (t) => {
  const owner = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    name: 'web',
    uid: 'so',
    controller: true,
  };
  const made = hpa(1, 10);
  const { cluster, lead, start, write, patches } = await bench(t, {
    scaler: scaler({ kind: 'ExternalScaler' }),
    hpa: { ...made, metadata: { ...made.metadata, ownerReferences: [owner] } },
  });
  await start();
  t.like(cluster.target(web), { replicas: 4, workloadReplicas: 4, asker: 'web', rivals: [] });
  t.deepEqual(await write(7), { kind: 'written', replicas: 7 });
  t.like(cluster.target(web), { replicas: 7, workloadReplicas: 4, starting: 4 });
  t.like(await write(11), { kind: 'written', replicas: 11 });
  t.like(await write(21), { kind: 'refused' });
  t.is(patches().length, 0);
  lead.leading = false;
  t.like(cluster.target(web), { replicas: 4, workloadReplicas: 4 });
});
