import test from 'ava';
import type { PredictiveScaler } from '../controller/api/predictive-scaler.ts';
import { VirtualClock } from '../controller/clock.ts';
import type { Dossier } from '../controller/dossier.ts';
import { gather } from '../controller/gather.ts';
import { initialBudget } from '../controller/policy/budget.ts';
import { initialCapacity } from '../controller/policy/capacity.ts';
import { initialHighWater } from '../controller/policy/high-water.ts';
import { initialLadder } from '../controller/policy/ladder.ts';
import { initialLeadTime } from '../controller/policy/lead-time.ts';
import { freshMemory } from '../controller/policy/memory.ts';
import { initialResources } from '../controller/policy/resources.ts';
import type { Account } from '../controller/ports.ts';
import { reconcile } from '../controller/reconcile.ts';
import { WorkloadSeries } from '../controller/series/workload-series.ts';
import { fakeCluster, scalerOf } from './fakes/cluster.ts';

const web = { namespace: 'shop', kind: 'Deployment', name: 'web' };
const startMs = Date.UTC(2026, 0, 5);

/** One replica asked for and minReplicas 3: the next decision writes 3, whatever is known of the load. */
function setUp() {
  const clock = new VirtualClock(startMs);
  const cluster = fakeCluster();
  cluster.setTarget(web, { replicas: 1, ready: 1, starting: 0, resourceVersion: '1' });
  const leader = { leading: true, epoch: 4, holder: 'a' };
  const accounts: Account[] = [];
  const recorder = { decided: (account: Account) => void accounts.push(account), forgotten: () => {} };
  const parts = { clock, cluster, leadership: { current: () => leader }, recorder, stepSeconds: 15 };
  const dossier: Dossier = {
    workload: web,
    series: new WorkloadSeries(),
    leadTime: initialLeadTime(),
    capacity: initialCapacity(),
    ladder: initialLadder(),
    budget: initialBudget(),
    highWater: initialHighWater(),
    memory: freshMemory(clock.monotonicMs()),
    recalled: true,
    trails: new Map(),
    resources: initialResources(),
  };
  const scaler: PredictiveScaler = scalerOf({
    minReplicas: 3,
    behavior: { scaleUp: { cooldownSeconds: 60 } },
  });
  return { clock, cluster, leader, accounts, dossier, parts, scaler };
}

test('a write that stood is remembered: the cooldown runs, and the time to the first pod is measured from it', async (t) => {
  const { cluster, dossier, parts, scaler } = setUp();
  const { outcome } = await reconcile(scaler, dossier, parts);
  t.deepEqual(outcome, { kind: 'written', replicas: 3 });
  t.is(dossier.memory.lastUpMs, 0);
  t.is(dossier.leadTime.orderedAtMs, startMs);
  t.is(cluster.written[0]?.epoch, 4);
  t.deepEqual(
    cluster.events.map(({ reason }) => reason),
    ['Scaled'],
  );
});

for (const kind of ['conflict', 'unreachable'] as const) {
  test(`a write that ended in ${kind} starts no cooldown and no measurement`, async (t) => {
    const { cluster, dossier, parts, scaler } = setUp();
    cluster.failNext({ kind, message: 'not now' });
    await reconcile(scaler, dossier, parts);
    t.is(dossier.memory.lastUpMs, undefined);
    t.is(dossier.leadTime.orderedAtMs, undefined);
    t.is(dossier.last?.outcome?.kind, kind);
  });
}

test('what took over while a write was under way has watched from then on, not from before', async (t) => {
  const { clock, cluster, dossier, parts, scaler } = setUp();
  const { scale } = cluster;
  cluster.scale = async (write) => {
    clock.advance(20_000);
    dossier.memory = { ...dossier.memory, sinceMs: clock.monotonicMs() };
    return scale(write);
  };
  await reconcile(scaler, dossier, parts);
  t.is(dossier.memory.sinceMs, 20_000);
});

test('a follower decides and records, and tells nobody: no write, no status, no Event', async (t) => {
  const { cluster, leader, accounts, dossier, parts, scaler } = setUp();
  const stuck = { uid: 'pod-0', name: 'web-0', ready: false, terminating: false };
  cluster.setPods(web, [{ ...stuck, createdMs: startMs - 3_600_000 }]);
  leader.leading = false;
  await reconcile(scaler, dossier, parts);
  t.is(accounts[0]?.decision.replicas, 3);
  t.deepEqual([cluster.written, cluster.published, cluster.events], [[], [], []]);
  leader.leading = true;
  await reconcile(scaler, dossier, parts);
  t.true(cluster.events.some(({ reason }) => reason === 'PodsNotStarting'));
});

test('telemetry that was never heard is infinitely old, and one from the future is not younger than now', (t) => {
  const { clock, dossier, parts, scaler } = setUp();
  t.is(gather(scaler, dossier, parts).telemetryAgeSeconds, Number.POSITIVE_INFINITY);
  dossier.series.preload(startMs - 60_000, Float64Array.of(10, 20));
  t.is(gather(scaler, dossier, parts).telemetryAgeSeconds, 30);
  clock.advance(15_000);
  t.is(gather(scaler, dossier, parts).telemetryAgeSeconds, 45);
  dossier.series.preload(startMs + 60_000, Float64Array.of(10));
  t.is(gather(scaler, dossier, parts).telemetryAgeSeconds, 0);
});

test('a view of the cluster older than a minute is stale, and one that never was is too', (t) => {
  const { cluster, dossier, parts, scaler } = setUp();
  for (const [seconds, stale] of [
    [0, false],
    [60, false],
    [61, true],
    [Number.POSITIVE_INFINITY, true],
  ] as const) {
    cluster.staleFor = seconds;
    t.is(gather(scaler, dossier, parts).clusterStale, stale, `${seconds} s`);
  }
});
