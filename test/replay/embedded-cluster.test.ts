import test from 'ava';
import { EmbeddedCluster } from '../../bench/replay/embedded-cluster.ts';
import { type PredictiveScaler, predictiveScalerSpec } from '../../controller/api/predictive-scaler.ts';
import { VirtualClock } from '../../controller/clock.ts';
import { type ClusterBench, clusterBehaviours } from '../conformance/cluster.ts';

const STARTUP_SECONDS = 20;

function openBench(): ClusterBench {
  const clock = new VirtualClock(1_700_000_000_000);
  const cluster = new EmbeddedCluster(clock);
  const named = (namespace: string, name: string): PredictiveScaler | undefined =>
    cluster.scalers().find((scaler) => scaler.namespace === namespace && scaler.name === name);
  const apply = (namespace: string, name: string, generation: number, spec: unknown) =>
    cluster.apply({
      namespace,
      name,
      uid: `${namespace}-${name}`,
      generation,
      resourceVersion: String(generation),
      spec: predictiveScalerSpec.parse(spec),
    });
  return {
    cluster,
    epoch: 3,
    namespace: 'shop',
    createWorkload: async (workload, replicas) =>
      cluster.deploy({ workload, replicas, startupSeconds: STARTUP_SECONDS, epoch: 3 }),
    deleteWorkload: async (workload) => cluster.undeploy(workload),
    createScaler: async (namespace, name, spec) => apply(namespace, name, 1, spec),
    replaceScaler: async (namespace, name, spec) =>
      apply(namespace, name, (named(namespace, name)?.generation ?? 0) + 1, spec),
    deleteScaler: async (namespace, name) => {
      const scaler = named(namespace, name);
      if (scaler) cluster.withdraw(scaler);
    },
    readStatus: async (namespace, name) => {
      const scaler = named(namespace, name);
      return scaler && cluster.status(scaler);
    },
    readEvents: async (namespace, name) => {
      const scaler = named(namespace, name);
      return scaler ? cluster.events(scaler) : [];
    },
    until: async (what, condition) => {
      for (let second = 0; second < 120; second++) {
        if (await condition()) return;
        clock.advance(1000);
        cluster.settle();
      }
      throw new Error(`${what}: it never did`);
    },
    close: async () => {},
  };
}

for (const behaviour of clusterBehaviours) {
  test(`embedded ${behaviour.name}`, async (t) => {
    const bench = openBench();
    await behaviour.run(t, bench);
    await bench.close();
  });
}

const workload = { namespace: 'shop', kind: 'Deployment', name: 'web' };
const scaler: PredictiveScaler = {
  namespace: 'shop',
  name: 'web',
  uid: 'web',
  generation: 1,
  resourceVersion: '1',
  spec: predictiveScalerSpec.parse({ scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 9 }),
};

function running(replicas: number) {
  const clock = new VirtualClock(1_700_000_000_000);
  const cluster = new EmbeddedCluster(clock);
  cluster.deploy({ workload, replicas, startupSeconds: STARTUP_SECONDS });
  cluster.apply(scaler);
  const scale = (to: number, epoch = 1) =>
    cluster.scale({ scaler, replicas: to, epoch, reason: 'ForecastDemand', message: 'a test' });
  return { clock, cluster, scale };
}

test('a pod asked for is starting for exactly its start-up, then Ready, with both times', async (t) => {
  const { clock, cluster, scale } = running(1);
  const askedMs = clock.wallMs();
  await scale(2);
  clock.advance(19_999);
  t.like(cluster.target(workload), { replicas: 2, ready: 1, starting: 1 });
  t.is(cluster.pods(workload)[1]?.readyMs, undefined);
  clock.advance(1);
  t.like(cluster.target(workload), { replicas: 2, ready: 2, starting: 0 });
  t.like(cluster.pods(workload)[1], { createdMs: askedMs, readyMs: askedMs + 20_000, ready: true });
});

test('the resourceVersion moves with a write and with a pod that turns Ready, not with time', async (t) => {
  const { clock, cluster, scale } = running(1);
  const version = () => cluster.target(workload)?.resourceVersion;
  const versions = [version()];
  await scale(2);
  versions.push(version());
  clock.advance(19_000);
  t.is(version(), versions[1]);
  clock.advance(1_000);
  versions.push(version());
  await scale(2);
  t.is(version(), versions[2], 'nothing was changed');
  t.is(new Set(versions).size, 3);
});

test('once a later epoch has written, an earlier one is refused', async (t) => {
  const { cluster, scale } = running(1);
  t.is((await scale(2, 5)).kind, 'written');
  t.like(await scale(3, 4), { kind: 'refused', reason: 'FencedOut' });
  t.is(cluster.target(workload)?.replicas, 2);
  t.is((await scale(3, 5)).kind, 'written');
});

test('Events are kept distinct, and not without end', (t) => {
  const { cluster } = running(1);
  for (let i = 0; i < 300; i++) cluster.event(scaler, 'Scaled', `to ${i}`);
  t.is(cluster.events(scaler).length, 100);
  t.is(cluster.events(scaler).at(-1)?.message, 'to 299');
});
