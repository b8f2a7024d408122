import test, { type ExecutionContext } from 'ava';
import { systemClock } from '../../controller/clock.ts';
import { KubeCluster } from '../../controller/kube/cluster.ts';
import { createConnection } from '../../controller/kube/connection.ts';
import { answer, eventually, type FakeApi, startFakeApi, status } from './fake-api.ts';

const SCALERS = '/apis/foresail.dev/v1alpha1/predictivescalers';
const APPROVALS = '/apis/foresail.dev/v1alpha1/scaleapprovals';
const web = { namespace: 'shop', kind: 'Deployment', name: 'web' };

async function bench(t: ExecutionContext, prepare: (api: FakeApi) => void = () => {}) {
  const api = await startFakeApi();
  api.put('/apis/apps/v1/deployments', {
    metadata: { namespace: 'shop', name: 'web' },
    spec: { replicas: 2 },
  });
  api.put(SCALERS, {
    metadata: { namespace: 'shop', name: 'web-scaler', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 9 },
  });
  prepare(api);
  const connection = createConnection(api.config(), systemClock);
  const failures: string[] = [];
  const cluster = new KubeCluster({
    ...{ connection, clock: systemClock, random: () => 0.5, instance: 'a' },
    leadership: { current: () => ({ leading: false, epoch: 0, holder: 'a_1' }) },
    onFailure: (_what, error) => failures.push(error.message),
    timing: { firstBackOffMs: 5, maxBackOffMs: 20, refusedMs: 20 },
  });
  t.teardown(async () => {
    await cluster.stop();
    connection.close();
    await api.close();
  });
  cluster.start();
  await eventually('all that is needed is listed', () => cluster.synced());
  const approvals = () => cluster.scalers().flatMap((scaler) => cluster.approvals(scaler));
  const approve = () =>
    api.put(APPROVALS, {
      metadata: {
        namespace: 'shop',
        name: 'web-abc1',
        creationTimestamp: new Date(systemClock.wallMs()).toISOString(),
      },
      spec: { scaler: 'web-scaler', planHash: 'abc1', approvedBy: 'ann', expiresSeconds: 600 },
    });
  return { api, cluster, failures, approvals, approve };
}

test('an approval is known as soon as it is there, its workload is told, and it can be taken back', async (t) => {
  const { api, cluster, approvals, approve } = await bench(t);
  await eventually('approvals are listed', () => cluster.counts().reflectors.scaleapprovals?.lists === 1);
  const told: string[] = [];
  cluster.onChange(({ name }) => told.push(name));
  approve();
  await eventually('it is seen', () => approvals().length === 1);
  t.like(approvals()[0], { planHash: 'abc1', by: 'ann' });
  t.deepEqual(told, ['web']);
  api.remove(APPROVALS, 'shop/web-abc1');
  await eventually('it is gone', () => approvals().length === 0);
});

for (const code of [403, 404]) {
  test(`where approvals are refused with ${code} all else goes on, and it is said once what must be`, async (t) => {
    let refused = true;
    const { api, cluster, failures, approvals, approve } = await bench(t, (fake) => {
      fake.faults.push((request, response) => {
        if (!refused || request.path !== APPROVALS) return false;
        answer(response, code, status(code, 'no such thing'));
        return true;
      });
    });
    await eventually('it is asked for again', () => api.count(({ path }) => path === APPROVALS) > 2);
    t.true(cluster.synced());
    t.true(cluster.staleSeconds() < 60);
    t.is(cluster.target(web)?.replicas, 2);
    t.deepEqual(approvals(), []);
    t.is(failures.length, 1);
    t.regex(
      failures[0] ?? '',
      /CRD scaleapprovals\.foresail\.dev must be installed, .*ClusterRole foresail must allow/,
    );
    refused = false;
    approve();
    await eventually('it is seen', () => approvals().length === 1);
  });
}

test('approvals that never come hold nothing up, and make nothing stale', async (t) => {
  const { cluster, approvals } = await bench(t, (fake) => {
    fake.faults.push((request, response) => {
      if (request.path !== APPROVALS) return false;
      answer(response, 500, status(500, 'etcd is away'));
      return true;
    });
  });
  t.true(cluster.synced());
  t.true(cluster.staleSeconds() < 60);
  t.deepEqual(approvals(), []);
});
