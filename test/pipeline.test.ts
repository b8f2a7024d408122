import test from 'ava';
import { VirtualClock } from '../controller/clock.ts';
import { createPipeline } from '../controller/pipeline.ts';
import type { Account, Leadership } from '../controller/ports.ts';
import { type Workload, workloadKey } from '../controller/workload.ts';
import { fakeCluster, readyPods, scalerOf } from './fakes/cluster.ts';
import { fakeForecaster } from './fakes/forecaster.ts';
import { fakeHistory } from './fakes/history.ts';

const web: Workload = { namespace: 'shop', kind: 'Deployment', name: 'web' };
const startMs = Date.UTC(2026, 0, 5);
const stepMs = 15_000;

function setUp(
  options: {
    rpsAhead?: number;
    past?: (atMs: number) => number;
    wobble?: number;
    spec?: Record<string, unknown>;
  } = {},
) {
  const { wobble = 0 } = options;
  const clock = new VirtualClock(startMs);
  const cluster = fakeCluster();
  const history = fakeHistory(options.past);
  const forecaster = fakeForecaster(() => options.rpsAhead ?? 100);
  const leader = { leading: true, epoch: 7, holder: 'a' };
  const leadership: Leadership = { current: () => leader };
  const accounts: Account[] = [];
  const forgotten: Workload[] = [];
  const recorder = {
    decided: (account: Account) => void accounts.push(account),
    forgotten: (workload: Workload) => void forgotten.push(workload),
  };
  cluster.setScalers([
    scalerOf({
      capacity: { requestsPerSecondPerReplica: 50 },
      forecast: { leadSeconds: 30 },
      ...options.spec,
    }),
  ]);
  cluster.setTarget(web, { replicas: 2, ready: 2, starting: 0, resourceVersion: '10' });
  cluster.setPods(web, readyPods(2, startMs - 60_000));
  const pipeline = createPipeline({
    ...{ clock, cluster, history, forecaster, leadership, recorder, stepSeconds: 15, graceMs: 0 },
    historySeconds: 3600,
  });
  const totals = new Map<string, number>();
  const play = async (rpsPerPod: number, steps = 1): Promise<readonly Account[]> => {
    let last: readonly Account[] = [];
    for (let step = 0; step < steps; step++) {
      clock.advance(stepMs);
      for (const { uid, name } of cluster.pods(web)) {
        const total = (totals.get(uid) ?? 0) + rpsPerPod * 15 + (step % 5) * wobble;
        totals.set(uid, total);
        const counter = {
          kind: 'counter',
          signal: 'requests',
          outcome: 'ok',
          temporality: 'cumulative',
        } as const;
        pipeline.receive({
          ...{ workload: web, podUid: uid, podName: name, receivedAtMs: clock.wallMs() },
          points: [{ ...counter, startMs, atMs: clock.wallMs(), value: total }],
        });
      }
      last = await pipeline.tick();
    }
    return last;
  };
  return { clock, cluster, history, forecaster, leader, accounts, forgotten, pipeline, play };
}

test('replicas are asked for before the load is there', async (t) => {
  const { play, cluster } = setUp({ rpsAhead: 200 });
  await play(30, 3);
  const [write] = cluster.written;
  t.is(write?.replicas, 4, '200 requests/s at 50 per replica');
  t.is(write?.epoch, 7);
  t.is(write?.reason, 'ForecastDemand');
});

test('a written scale is not written again before the cluster shows it', async (t) => {
  const { play, cluster } = setUp({ rpsAhead: 400 });
  await play(30, 3);
  const count = cluster.written.length;
  t.is(count, 1);
});

test('a follower decides all the same and writes nothing', async (t) => {
  const { play, cluster, leader, accounts } = setUp({ rpsAhead: 200 });
  leader.leading = false;
  await play(30, 3);
  t.is(cluster.written.length, 0);
  t.is(cluster.published.length, 0);
  t.is(accounts.at(-1)?.decision.replicas, 4);
  leader.leading = true;
  await play(30);
  t.is(cluster.written.at(-1)?.replicas, 4);
});

test('far more than was ever seen is held, until somebody approves the plan', async (t) => {
  const { play, cluster, accounts, pipeline } = setUp({ rpsAhead: 400 });
  await play(30, 3);
  t.is(cluster.written.at(-1)?.replicas, 4, 'three times the 60 requests/s that were seen');
  const held = accounts.at(-1)?.decision;
  t.is(held?.reason, 'PlanHeld');
  t.regex(held?.message ?? '', /foresail approve shop\/web --plan [0-9a-f]{16}/);
  const { hash = '', to } = held?.memory.plan ?? {};
  t.is(to, 8);
  t.is(cluster.published.at(-1)?.heldPlan?.hash, hash);
  cluster.approvals = () => [{ planHash: hash, by: 'ana', expiresMs: startMs + 600_000 }];
  await play(30);
  t.is(cluster.written.at(-1)?.replicas, 8);
  t.is(cluster.written.at(-1)?.reason, 'PlanApproved');
  await play(30);
  t.is(pipeline.dossier(web)?.memory.plan, undefined);
});

test('who takes over makes a plan of its own: what was approved of another leader is void', async (t) => {
  const { play, accounts, pipeline } = setUp({ rpsAhead: 400 });
  await play(30, 3);
  const before = accounts.at(-1)?.decision.memory.plan?.hash;
  pipeline.takeOver();
  await play(30);
  const after = accounts.at(-1)?.decision.memory.plan?.hash;
  t.truthy(before);
  t.truthy(after);
  t.not(after, before);
});

test('what was seen outlives the process, and is told from stored rates where nobody had written it down', async (t) => {
  const remembered = setUp({ rpsAhead: 400 });
  remembered.history.remember(workloadKey(web), 'high-water', [[0, 400]]);
  await remembered.play(30, 3);
  t.is(remembered.cluster.written.at(-1)?.replicas, 8);
  const stored = setUp({ rpsAhead: 400, past: (atMs) => (atMs < startMs - 60_000 ? 400 : 60) });
  await stored.play(30, 3);
  t.is(stored.cluster.written.at(-1)?.replicas, 8);
});

test('a write that failed is tried again at the next tick, and the refusal is told', async (t) => {
  const { play, cluster } = setUp({ rpsAhead: 400 });
  cluster.failNext({ kind: 'refused', reason: 'FencedOut', message: 'epoch must be at least 8' });
  await play(30, 2);
  t.true(cluster.written.length >= 2);
  t.true(cluster.events.some(({ reason }) => reason === 'FencedOut'));
});

test('telemetry that stops holds the replicas, whatever the forecast says', async (t) => {
  const { play, cluster, clock, pipeline } = setUp({ rpsAhead: 100 });
  await play(50, 4);
  const before = cluster.written.length;
  for (let step = 0; step < 40; step++) {
    clock.advance(stepMs);
    await pipeline.tick();
  }
  t.deepEqual(
    cluster.written.slice(before).filter(({ replicas }) => replicas < 2),
    [],
  );
  t.true(
    cluster.published.some(({ conditions }) =>
      conditions.some(({ reason }) => reason === 'TelemetryMissing'),
    ),
  );
});

test('the model is given the history that was stored before this process started', async (t) => {
  const { play, forecaster } = setUp({ past: (atMs) => (atMs < startMs ? 33 : Number.NaN) });
  await play(30, 2);
  const rates = forecaster.asked.at(-1)?.ratesSince(startMs - 10 * stepMs);
  t.is(rates?.length, 12);
  t.is(rates?.[0], 33);
  t.is(rates?.at(-1), 60);
});

test('the model is asked with the calendar of the scaler, one object as long as the scaler is the same', async (t) => {
  const holidays = ['2026-01-06'];
  const { play, forecaster } = setUp({ spec: { calendar: { timeZone: 'Europe/Berlin', holidays } } });
  await play(50, 3);
  const [first, ...later] = forecaster.asked.map(({ calendar }) => calendar);
  t.is(first?.days(Date.UTC(2026, 0, 6)).today, 'holiday');
  t.true(later.length > 0 && later.every((calendar) => calendar === first));
});

test('an event of the calendar that asks for replicas has them', async (t) => {
  const event = { name: 'all day', start: '2020-01-01T00:00', end: '2020-01-02T00:00', rule: 'FREQ=DAILY' };
  const { play } = setUp({ spec: { calendar: { events: [{ ...event, minReplicas: 7 }] } } });
  const accounts = await play(10, 3);
  t.is(accounts.at(-1)?.decision.recommended, 7);
});

test('without a calendar the model is asked without one', async (t) => {
  const { play, forecaster } = setUp();
  await play(50, 2);
  t.true(forecaster.asked.length > 0 && forecaster.asked.every((request) => !('calendar' in request)));
});

test('steps are stored, and what was learned is remembered', async (t) => {
  const { play, history } = setUp();
  await play(30, 3);
  t.deepEqual(
    history.appended.get('shop/Deployment/web')?.map(({ rps }) => rps),
    [60, 60, 60],
  );
  t.true(history.remembered.has('shop/Deployment/web lead-time'));
});

test('an unchanged status is not written at every tick', async (t) => {
  const { play, cluster } = setUp({ rpsAhead: 90 });
  await play(45, 18);
  t.true(cluster.published.length <= 4, `${cluster.published.length} status writes in 18 ticks`);
});

test('a workload whose scaler is gone is forgotten', async (t) => {
  const { play, cluster, pipeline, forgotten } = setUp();
  await play(30, 2);
  t.truthy(pipeline.dossier(web));
  cluster.setScalers([]);
  await play(30);
  t.is(pipeline.dossier(web), undefined);
  t.deepEqual(forgotten, [web]);
});

test('pods that do not start are told of', async (t) => {
  const { play, cluster } = setUp();
  const [pod, ...rest] = readyPods(2, startMs - 3_600_000);
  if (pod === undefined) throw new Error('two pods are there');
  const { readyMs: _ready, ...unready } = pod;
  cluster.setPods(web, [{ ...unready, ready: false }, ...rest]);
  await play(30);
  t.regex(
    cluster.events.find(({ reason }) => reason === 'PodsNotStarting')?.message ?? '',
    /1 pods? .*web-0/,
  );
});

test('a new leader removes nothing at once', async (t) => {
  const { play, cluster, leader, pipeline } = setUp({
    rpsAhead: 40,
    wobble: 1, // traffic that never varies is taken for a stuck counter
    spec: {
      forecast: { leadSeconds: 30, mayScaleDown: true },
      capacity: { requestsPerSecondPerReplica: 50 },
    },
  });
  leader.leading = false;
  cluster.setTarget(web, { replicas: 6, ready: 6, starting: 0, resourceVersion: '11' });
  cluster.setPods(web, readyPods(6, startMs - 60_000));
  await play(5, 40);
  leader.leading = true;
  pipeline.takeOver();
  await play(5, 10);
  t.deepEqual(cluster.written, []);
  await play(5, 20);
  t.true((cluster.written[0]?.replicas ?? 6) < 6, 'and does so once it has seen the load for itself');
});

test('a workload whose history cannot be read costs the others nothing', async (t) => {
  const { play, cluster, history, pipeline } = setUp();
  const { rates } = history;
  let broken = true;
  history.rates = async (workload, ...range) => {
    if (broken && workload.endsWith('/broken')) throw new Error('no such page');
    return rates(workload, ...range);
  };
  cluster.setScalers([scalerOf({}, 'broken'), ...cluster.scalers()]);
  await play(30, 2);
  t.is(history.appended.get('shop/Deployment/web')?.length, 2);
  t.is(pipeline.dossier({ ...web, name: 'broken' })?.recalled, false);
  broken = false;
  await play(30);
  t.is(pipeline.dossier({ ...web, name: 'broken' })?.recalled, true, 'it is read again at the next tick');
});

test('a scaler that goes while its history is read leaves nothing behind', async (t) => {
  const { cluster, history, pipeline } = setUp();
  const reading = Promise.withResolvers<void>();
  const { rates } = history;
  history.rates = async (...range) => {
    await reading.promise;
    return rates(...range);
  };
  const decided = pipeline.reconcile(web);
  const scalers = cluster.scalers();
  cluster.setScalers([]);
  await pipeline.tick();
  reading.resolve();
  await decided;
  t.is(pipeline.dossier(web), undefined);
  cluster.setScalers(scalers);
  await pipeline.tick();
  t.truthy(pipeline.dossier(web));
});

test('a scaler that goes while its write is under way is forgotten after it, for good', async (t) => {
  const { cluster, accounts, forgotten, pipeline, play } = setUp({ spec: { minReplicas: 5 } });
  const writing = Promise.withResolvers<void>();
  const { scale } = cluster;
  cluster.scale = async (write) => {
    await writing.promise;
    return scale(write);
  };
  const decided = pipeline.reconcile(web);
  await new Promise(setImmediate);
  cluster.setScalers([]);
  await play(30);
  t.is(accounts.length, 0);
  writing.resolve();
  await decided;
  t.is(accounts.length, 1);
  t.deepEqual(forgotten, [web, web], 'what was recorded in between is forgotten as well');
});
