import test from 'ava';
import { EmbeddedCluster } from '../../bench/replay/embedded-cluster.ts';
import { foresailLane } from '../../bench/replay/foresail-lane.ts';
import { hpaLane } from '../../bench/replay/hpa-lane.ts';
import { type Lane, replay, type Tick } from '../../bench/replay/lane.ts';
import { POD_RPS } from '../../bench/replay/latency.ts';
import type { PodsTick } from '../../bench/replay/pods.ts';
import { VirtualClock } from '../../controller/clock.ts';

const startMs = 1_700_000_010_000;
const spec = { minReplicas: 1, maxReplicas: 100, targetUtilisation: 70 };
const hpa = (replicas: number, startupSeconds = 90) =>
  hpaLane({ name: 'hpa-default', spec, replicas, startupSeconds, startMs });
const played = (demand: readonly number[], lane: Lane) =>
  replay({ startMs, demand: Float64Array.from(demand), lanes: [lane], advance: () => {} });

test('a tick is met by the pods that were there at its start; what it asked for shows in the next', async (t) => {
  const [{ rows } = { rows: [] }] = await played([9, 9, 9], hpa(10));
  t.deepEqual(
    rows.map(({ ready, starting, requested }) => [ready, starting, requested]),
    [
      [10, 0, 10],
      [10, 3, 13],
      [10, 3, 13],
    ],
  );
  t.deepEqual(
    rows.map(({ atMs }) => (atMs - startMs) / 1000),
    [0, 15, 30],
  );
});

test('pods asked for at the end of the first tick carry load from 90 s later on', async (t) => {
  const [{ rows } = { rows: [] }] = await played(new Array<number>(9).fill(9), hpa(10));
  t.is(rows[6]?.ready, 10, 'at 90 s, 75 s after they were asked for');
  t.is(rows[7]?.ready, 13, 'at 105 s');
});

test('while its pods start, the HPA does not ask for them again', async (t) => {
  const [{ rows } = { rows: [] }] = await played(new Array<number>(20).fill(9), hpa(10));
  t.is(Math.max(...rows.map(({ requested }) => requested)), 13);
});

test('all lanes meet the same demand, each with its own pods', async (t) => {
  const lanes = [hpa(10), { ...hpa(20), name: 'other' }];
  const result = await replay({ startMs, demand: Float64Array.of(9, 12), lanes, advance: () => {} });
  t.deepEqual(
    result.map(({ lane, rows }) => [lane, rows.map((row) => row.demand), rows[0]?.ready]),
    [
      ['hpa-default', [9, 12], 10],
      ['other', [9, 12], 20],
    ],
  );
});

test('the clock is at the end of the tick when lanes look at it', async (t) => {
  const clock = new VirtualClock(startMs);
  const seen: number[] = [];
  const lane: Lane = {
    name: 'clock',
    begin: () => ({ ready: 1, starting: 0, requested: 1 }),
    end: async (tick: Tick) => {
      seen.push(clock.wallMs() - tick.endMs);
    },
  };
  const advance = (toMs: number) => clock.advance(toMs - clock.wallMs());
  await replay({ startMs, demand: Float64Array.of(1, 1, 1), lanes: [lane], advance });
  t.deepEqual(seen, [0, 0, 0]);
});

test('it stops when told to, with what was played', async (t) => {
  const demand = new Float64Array(100).fill(5);
  let ticks = 0;
  const [{ rows } = { rows: [] }] = await replay({
    startMs,
    demand,
    lanes: [hpa(10)],
    advance: () => {},
    afterTick: () => ++ticks < 7,
  });
  t.is(rows.length, 7);
});

test('a lane that fails ends the replay with its error', async (t) => {
  const lane: Lane = {
    name: 'broken',
    begin: () => ({ ready: 1, starting: 0, requested: 1 }),
    end: async () => {
      throw new Error('the receiver is gone');
    },
  };
  await t.throwsAsync(played([1], lane), { message: 'the receiver is gone' });
});

test('Foresail’s pods get every request of the tick once, spread evenly over those that are Ready', async (t) => {
  const clock = new VirtualClock(startMs);
  const cluster = new EmbeddedCluster(clock);
  const workload = { namespace: 'demo', kind: 'Deployment', name: 'shop' };
  cluster.deploy({ workload, replicas: 3, startupSeconds: 90 });
  const ticks: PodsTick[] = [];
  const order: string[] = [];
  const lane = foresailLane({
    cluster,
    workload,
    play: async (tick) => {
      order.push('exports');
      ticks.push(tick);
    },
    turn: async () => {
      order.push('turn');
      return [];
    },
    onAccount: () => {},
  });
  await replay({
    startMs,
    demand: Float64Array.of(2),
    lanes: [lane],
    advance: (toMs) => clock.advance(toMs - startMs),
  });
  const requests = ticks[0]?.pods.map((pod) => pod.requests) ?? [];
  t.is(
    requests.reduce((sum, count) => sum + count, 0),
    Math.round(2 * POD_RPS * 15),
  );
  t.true(Math.max(...requests) - Math.min(...requests) <= 1);
  t.deepEqual(order, ['exports', 'turn'], 'it decides on what was reported');
});
