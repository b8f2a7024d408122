import type { ServerResponse } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import type { PredictiveScaler } from '../../controller/api/predictive-scaler.ts';
import { systemClock } from '../../controller/clock.ts';
import { KubeCluster } from '../../controller/kube/cluster.ts';
import { createConnection } from '../../controller/kube/connection.ts';
import { answer, eventually, startFakeApi, status } from './fake-api.ts';

const DEPLOYMENTS = '/apis/apps/v1/deployments';
const SCALERS = '/apis/foresail.dev/v1alpha1/predictivescalers';
const web = { namespace: 'shop', kind: 'Deployment', name: 'web' };
const deployment = (replicas: number) => ({
  metadata: { namespace: 'shop', name: 'web' },
  spec: { replicas },
});
const scaler = (name: string, second: number, spec: object = {}) => ({
  metadata: { namespace: 'shop', name, creationTimestamp: `2026-01-01T00:00:0${second}Z`, generation: 1 },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 9, mode: 'Automatic', ...spec },
});

async function bench(t: ExecutionContext) {
  const api = await startFakeApi();
  api.put(DEPLOYMENTS, deployment(2));
  api.put(SCALERS, scaler('web', 1));
  const connection = createConnection(api.config(), systemClock);
  const lead = { leading: true, epoch: 7, holder: 'a_1' };
  const gone: string[] = [];
  const cluster = new KubeCluster({
    onPodGone: (uid) => void gone.push(uid),
    ...{ connection, clock: systemClock, random: () => 0.5, instance: 'a' },
    leadership: { current: () => lead },
    timing: { firstBackOffMs: 5, maxBackOffMs: 20 },
  });
  t.teardown(async () => {
    await cluster.stop();
    connection.close();
    await api.close();
  });
  cluster.start();
  await eventually('all is listed', () => cluster.synced());
  const writes = () => api.seen.filter(({ path }) => path.endsWith('/scale'));
  const [first] = cluster.scalers();
  const write = (replicas: number, epoch = 7) =>
    cluster.scale({
      scaler: first as PredictiveScaler,
      replicas,
      epoch,
      reason: 'ForecastDemand',
      message: 'm',
    });
  /** What the API server says to writes of the scale, in turn; the last for ever. */
  const says = (...answers: ((response: ServerResponse, replicas: number) => void)[]) => {
    api.faults.push((request, response) => {
      if (!request.path.endsWith('/scale')) return false;
      const next = answers.length > 1 ? answers.shift() : answers[0];
      next?.(response, (request.body as { spec: { replicas: number } }).spec.replicas);
      return true;
    });
  };
  return { api, cluster, lead, gone, writes, write, says };
}

const accept = (resourceVersion: string) => (response: ServerResponse, replicas: number) =>
  answer(response, 200, { metadata: { resourceVersion }, spec: { replicas } });
const fence = (response: ServerResponse) =>
  answer(
    response,
    422,
    status(422, "ValidatingAdmissionPolicy 'foresail-fence' denied request: the epoch must be 6"),
  );

test("a new leader's write that the fence does not know yet is tried again", async (t) => {
  const { write, writes, says } = await bench(t);
  says(fence, fence, accept('900'));
  t.deepEqual(await write(4), { kind: 'written', replicas: 4 });
  t.is(writes().length, 3);
});

test('a write of an earlier epoch is refused at once', async (t) => {
  const { write, writes, says } = await bench(t);
  says(fence);
  t.like(await write(4, 6), { kind: 'refused', reason: 'FencedOut' });
  t.is(writes().length, 1);
});

test('a leader that lost its lease while it was refused does not try again', async (t) => {
  const { write, writes, says, lead } = await bench(t);
  says((response) => {
    lead.leading = false;
    fence(response);
  });
  t.like(await write(4), { kind: 'refused', reason: 'FencedOut' });
  t.is(writes().length, 1);
});

test('what was written is shown until the watch has caught up, and then what the watch says', async (t) => {
  const { api, cluster, write, says } = await bench(t);
  says(accept('103'));
  await write(5);
  t.like(cluster.target(web), { replicas: 5, starting: 5, resourceVersion: '101' });
  api.put(DEPLOYMENTS, deployment(5));
  await eventually('the watch', () => cluster.target(web)?.resourceVersion === '103');
  t.is(cluster.target(web)?.replicas, 5);
  api.put(DEPLOYMENTS, deployment(3));
  await eventually('somebody else', () => cluster.target(web)?.replicas === 3);
});

test('an older event that is still on its way does not undo what was written', async (t) => {
  const { api, cluster, write, says } = await bench(t);
  says(accept('500'));
  await write(5);
  api.put(DEPLOYMENTS, deployment(2));
  await eventually('the event', () => cluster.target(web)?.resourceVersion === '103');
  t.is(cluster.target(web)?.replicas, 5);
});

test('replicas outside the bounds are refused before anything is sent, NaN too', async (t) => {
  const { write, writes } = await bench(t);
  for (const replicas of [0, 10, Number.NaN]) {
    const outcome = await write(replicas);
    t.like(outcome, { kind: 'refused', reason: 'ScaleRefused' });
    t.regex('message' in outcome ? outcome.message : '', /within minReplicas \(1\)\.\.maxReplicas \(9\)/);
  }
  t.is(writes().length, 0);
});

test('a follower tells nobody that a scaler is invalid; when it leads, it does', async (t) => {
  const { api, cluster, lead } = await bench(t);
  const told = () => api.seen.filter(({ path }) => path.endsWith('/predictivescalers/bad/status'));
  lead.leading = false;
  api.put(SCALERS, scaler('bad', 2, { maxReplicas: 0 }));
  await eventually('it is seen', () => cluster.counts().reflectors.predictivescalers?.events === 1);
  t.is(told().length, 0);
  lead.leading = true;
  cluster.publishInvalid();
  await eventually('it is told', () => told().length > 0);
  const [written] = told().map(({ body }) => (body as { status: { conditions: object[] } }).status);
  t.like(written?.conditions[0], { type: 'Ready', status: 'False', reason: 'InvalidSpec' });
  const events = () => api.count(({ path }) => path.includes('events.k8s.io'));
  await eventually('the event', () => events() === 1);
  cluster.publishInvalid();
  t.is(events(), 1);
});

test('a change of a scaler calls back with its old target and its new one', async (t) => {
  const { api, cluster } = await bench(t);
  const told: string[] = [];
  cluster.onChange(({ name }) => told.push(name));
  api.put(SCALERS, scaler('web', 1, { scaleTargetRef: { kind: 'StatefulSet', name: 'db' } }));
  await eventually('both', () => told.length === 2);
  t.deepEqual(told, ['web', 'db']);
});

test('a pod that is going, and one that is gone, is told of by its UID', async (t) => {
  const { api, gone } = await bench(t);
  const pod = (name: string, uid: string, more: object = {}) => ({
    metadata: { namespace: 'shop', name, uid, ...more },
    status: {},
  });
  api.put('/api/v1/pods', pod('a', 'uid-a'));
  api.put('/api/v1/pods', pod('b', 'uid-b'));
  await eventually('both were seen', () => api.watchers('/api/v1/pods') === 1);
  t.deepEqual(gone, []);
  api.put('/api/v1/pods', pod('a', 'uid-a', { deletionTimestamp: '2026-01-01T00:00:00Z' }));
  await eventually('a is going', () => gone.includes('uid-a'));
  api.remove('/api/v1/pods', 'shop/b');
  await eventually('b is gone', () => gone.includes('uid-b'));
});

test('a pod that is out of rotation serves nobody, and is not starting', async (t) => {
  const { api, cluster } = await bench(t);
  const uid = api.get(DEPLOYMENTS, 'shop/web')?.metadata.uid;
  api.put('/apis/apps/v1/replicasets', {
    metadata: {
      ...{ namespace: 'shop', name: 'web-1', uid: 'rs' },
      ownerReferences: [{ kind: 'Deployment', name: 'web', uid, controller: true }],
    },
  });
  const pod = (name: string, labels: object, annotations: object = {}) => ({
    metadata: {
      ...{ namespace: 'shop', name, uid: name, labels, annotations },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web-1', uid: 'rs', controller: true }],
    },
    status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
  });
  api.put('/api/v1/pods', pod('a', { 'foresail.dev/in-rotation': 'true' }));
  const since = { 'foresail.dev/out-of-rotation-since': '1' };
  api.put('/api/v1/pods', pod('b', { 'foresail.dev/in-rotation': 'false' }, since));
  await eventually('both are seen', () => cluster.pods(web).length === 2);
  t.like(cluster.target(web), { replicas: 2, ready: 1, starting: 0 });
});

test('a pod that is out of rotation for a scaler that takes none out is put back', async (t) => {
  const { api, cluster, lead } = await bench(t);
  lead.leading = true;
  const uid = api.get(DEPLOYMENTS, 'shop/web')?.metadata.uid;
  api.put('/api/v1/pods', {
    metadata: {
      ...{ namespace: 'shop', name: 'b', uid: 'b', labels: { 'foresail.dev/in-rotation': 'false' } },
      annotations: { 'foresail.dev/out-of-rotation-since': '1' },
      ownerReferences: [{ kind: 'Deployment', name: 'web', uid, controller: true }],
    },
    status: {},
  });
  await eventually('it is seen', () => cluster.pods(web).length === 1);
  cluster.publishInvalid();
  const patches = () => api.seen.filter(({ method, path }) => method === 'PATCH' && path.endsWith('/pods/b'));
  await eventually('it is put back', () => patches().length > 0);
  t.like(patches()[0]?.body, { metadata: { labels: { 'foresail.dev/in-rotation': 'true' } } });
});
