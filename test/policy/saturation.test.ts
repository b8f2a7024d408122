import test from 'ava';
import { type Random, seededRandom } from '../../controller/clock.ts';
import {
  type CapacityState,
  capacityOf,
  initialCapacity,
  learnCapacity,
} from '../../controller/policy/capacity.ts';
import type { Evidence } from '../../controller/policy/evidence.ts';
import { noteSaturation, reachOf, type Saturation } from '../../controller/policy/saturation.ts';
import type { Interval } from '../../controller/series/step.ts';
import { spec, step } from './observations.ts';
import { capacityOfShape, cores, evenly, floor, knee, quick, type Shape, shared } from './replica-shapes.ts';

const { objective } = spec();
const BOUNDS = [0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Clients give up after this. */
const MOST_WAIT_SECONDS = 10;

function bucket(seconds: number): Interval {
  const at = BOUNDS.findIndex((bound) => seconds <= bound);
  if (at < 0) return { lower: BOUNDS.at(-1) ?? 0, upper: Number.POSITIVE_INFINITY };
  return { lower: BOUNDS[at - 1] ?? 0, upper: BOUNDS[at] ?? 0 };
}

interface Told {
  readonly shape: Shape;
  readonly rate: number;
  readonly ready: number;
  /** Seconds that a queue of before adds. */
  readonly queued?: number;
  /** What the gauge reads, of what is inside in truth. */
  readonly gauge?: (inside: number) => number;
}

function tell({ shape, rate, ready, queued = 0, gauge = (inside) => inside }: Told, atMs = 0): Evidence {
  const use = Math.min(0.999, rate / shape.saturatingRps);
  const at = (q: number) => bucket(queued + shape.quantile(q, use));
  const inflight = gauge(rate * (queued + shape.mean(use)) * ready);
  const likely = queued + shape.quantile(0.99, use);
  const latency = { p50: at(0.5), p95: at(0.95), p99: { ...at(0.99), likely } };
  return { step: { ...step(rate * ready, atMs), latency, inflight }, ready, starting: 0, objective };
}

function noted(times: number, told: Told): Saturation {
  let known: Saturation | undefined;
  for (let time = 0; time < times; time += 1) known = noteSaturation(known, tell(told), told.rate, 0.25);
  if (known === undefined) throw new Error('nothing was noted');
  return known;
}

const saturating = ({ logRps }: Saturation) => Math.exp(logRps);
const none = () => Number.NaN;

test('the example: 103 requests/s with 1.27 inside saturate at 184, and speak for a quarter more', (t) => {
  const known = noted(40, { shape: shared, rate: 103, ready: 10 });
  t.true(Math.abs(saturating(known) - 184) < 1);
  t.is(reachOf(known, 103, 0.4), 1.25);
});
test('the busier, the less they speak for; at the threshold for nothing more', (t) => {
  const known = noted(40, { shape: shared, rate: 103, ready: 10 });
  t.true(reachOf(known, 180, 1) === 1);
  t.true(reachOf(known, 150, 0.6) > 1 && reachOf(known, 150, 0.6) < 1.1);
});
test('a replica with a tenth of a request inside speaks for the rate that leaves it 70 % busy at most', (t) => {
  const rate = 184 / 11;
  const reach = reachOf(noted(40, { shape: shared, rate, ready: 100 }), rate, 0.2);
  t.true(reach > 6 && reach <= 7);
});
test('no gauge: the percentiles bound what is inside, on the safe side', (t) => {
  for (const shape of [shared, quick, cores(4, 0.02), evenly, knee, floor]) {
    for (const use of [0.2, 0.4, 0.6, 0.8]) {
      const rate = use * shape.saturatingRps;
      const blind = saturating(noted(20, { shape, rate, ready: 10, gauge: none }));
      t.true(blind <= saturating(noted(20, { shape, rate, ready: 10 })) * 1.01, `${shape.name} at ${use}`);
    }
  }
});
test('a gauge that is stuck at nothing does not make a replica idle', (t) => {
  const stuck = noted(20, { shape: shared, rate: 150, ready: 10, gauge: () => 0 });
  t.true(saturating(stuck) < 1.6 * 184);
});
test('neither a gauge nor a latency says nothing', (t) => {
  const { latency: _none, ...silent } = tell({ shape: shared, rate: 100, ready: 10 }).step;
  t.is(noteSaturation(undefined, { step: silent, ready: 10, starting: 0, objective }, 100, 1), undefined);
});
test('few readings are not trusted far', (t) => {
  const told = { shape: shared, rate: 130, ready: 10 };
  t.is(reachOf(noted(1, told), 130, 0.6), 1);
  t.true(reachOf(noted(5, told), 130, 0.6) < reachOf(noted(40, told), 130, 0.6));
});

/** Each replica holds 0, 1, 2, ... with probabilities that halve or so (geometric): what one look at a gauge finds. */
function looked(random: Random, ready: number, inside: number): number {
  const each = inside / ready;
  let sum = 0;
  for (let pod = 0; pod < ready; pod += 1) {
    sum += Math.floor(Math.log(1 - random()) / Math.log(each / (1 + each)));
  }
  return sum;
}

const idles = test.macro({
  exec(t, shape: Shape) {
    const truth = capacityOfShape(shape, 0.99, 0.25);
    for (const ready of [1, 3, 20]) {
      for (const use of [0.005, 0.02, 0.1, 0.3]) {
        const random = seededRandom(ready);
        const gauge = (inside: number) => looked(random, ready, inside);
        const rate = use * shape.saturatingRps;
        const known = noted(40, { shape, rate, ready, gauge });
        t.true(rate * reachOf(known, rate, 0.2) <= 1.1 * truth, `${ready} replicas, ${use} busy`);
      }
    }
  },
  title: (_, { name }: Shape) => `a few replicas with little to do speak for no more than ${name} carries`,
});
for (const shape of [shared, quick, cores(2, 0.02), evenly, knee, floor]) test(idles, shape);

interface Played {
  readonly missedShare: number;
  readonly bounds: readonly number[];
}

/** A day of load in waves with noise; the fleet follows 10 % above it, a minute late. */
function play(shape: Shape, seed: number, gauged: boolean, speed = (_at: number) => 1): Played {
  const random = seededRandom(seed);
  let state: CapacityState = initialCapacity();
  let [ready, queued, missed, all] = [20, 0, 0, 0];
  const [bounds, wanted]: [number[], number[]] = [[], []];
  for (let at = 0; at < 5760; at += 1) {
    const wave = 1 - 0.4 * Math.cos((2 * Math.PI * at) / 5760);
    const load = 0.55 * shape.saturatingRps * 20 * wave * (0.92 + 0.16 * random());
    const slowed = { ...shape, saturatingRps: shape.saturatingRps * speed(at) };
    const rate = load / ready;
    const over = Math.max(0, rate / slowed.saturatingRps - 1) * 15;
    const drained = Math.max(0, 1 - rate / slowed.saturatingRps) * 15;
    queued = Math.min(MOST_WAIT_SECONDS, Math.max(0, queued + over - drained));
    const gauge = gauged ? (inside: number) => looked(random, ready, inside) : none;
    const told = tell({ shape: slowed, rate, ready, queued, gauge }, at * 15_000);
    state = learnCapacity(state, told);
    all += load;
    if ((told.step.latency?.p99.lower ?? 0) >= 0.25) missed += load;
    const { rpsPerReplica } = capacityOf(state, spec());
    bounds.push(rpsPerReplica);
    wanted.push(Number.isNaN(rpsPerReplica) ? ready : Math.ceil((1.1 * load) / rpsPerReplica));
    const [up, down] = [Math.max(...wanted.slice(-6, -4), 0), Math.max(...wanted.slice(-8))];
    if (up > ready * 1.05) ready = up;
    else if (down < ready * 0.87) ready = Math.max(1, down);
  }
  return { missedShare: missed / all, bounds };
}

const everyShape: readonly Shape[] = [
  shared,
  quick,
  cores(2, 0.02),
  cores(4, 0.02),
  cores(16, 0.02),
  evenly,
  knee,
  floor,
];

const survives = test.macro({
  exec(t, shape: Shape, gauged: boolean) {
    const truth = capacityOfShape(shape, 0.99, 0.25);
    for (const seed of [1, 2]) {
      const { missedShare, bounds } = play(shape, seed, gauged);
      const last = bounds.at(-1) ?? Number.NaN;
      t.log({ missedShare, last: last / truth, highest: Math.max(...bounds.slice(20)) / truth });
      t.true(missedShare < 0.02, 'missed');
      t.true(last <= 1.12 * truth, 'not far above what it carries');
      t.true(last >= 0.55 * truth, 'nor stuck far below');
    }
  },
  title: (_, { name }: Shape, gauged: boolean) =>
    `a day with ${name}, ${gauged ? 'a gauge that is looked at once a step' : 'no gauge'}: learned, at few misses`,
});
for (const shape of everyShape) {
  test(survives, shape, true);
  test(survives, shape, false);
}
