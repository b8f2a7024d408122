import test from 'ava';
import { demandOf, windowOf, withoutGaps } from '../../bench/replay/demand.ts';
import { poisson } from '../../bench/replay/poisson.ts';
import { shopTraffic } from '../../bench/replay/traffic.ts';
import { seededRandom } from '../../controller/clock.ts';

const trace = (values: number[], stepSeconds: number) => ({
  startMs: 1_000_000_000_000,
  stepSeconds,
  values: Float64Array.from(values),
  source: 'a test',
});
const mean = (values: Iterable<number>) => {
  const all = [...values];
  return all.reduce((sum, value) => sum + value, 0) / all.length;
};

test('finer traces are averaged without noise, and scaled to the mean', (t) => {
  const values = [...new Array<number>(15).fill(1), ...new Array<number>(15).fill(3)];
  t.deepEqual([...demandOf(trace(values, 1), 20, seededRandom(1)).pods], [10, 30]);
});

test('a trace at 15 s is taken as it is', (t) => {
  t.deepEqual([...demandOf(trace([1, 2, 3], 15), 2, seededRandom(1)).pods], [1, 2, 3]);
});

test('coarser traces are interpolated between the middles of their intervals', (t) => {
  // So large a mean that the noise, which shrinks with it, is below a thousandth.
  const { pods } = demandOf(trace([60, 120], 60), 9e6, seededRandom(1));
  const shape = [...pods].map((value) => Math.round((value / 9e6) * 180));
  t.deepEqual(shape, [120, 120, 135, 165, 195, 225, 240, 240]);
});

test('coarser traces get Poisson noise of 35 visits per pod and tick', (t) => {
  const { pods } = demandOf(trace(new Array<number>(5_000).fill(7), 60), 20, seededRandom(3));
  const variance = mean([...pods].map((value) => (value - 20) ** 2));
  t.true(Math.abs(mean(pods) - 20) < 0.05);
  t.true(Math.abs(variance / (20 / 35) - 1) < 0.05, `variance ${variance}`);
});

test('the same seed gives the same traffic, another seed another', (t) => {
  const of = (seed: number) => [...demandOf(trace([5, 6, 7], 60), 20, seededRandom(seed)).pods];
  t.deepEqual(of(1), of(1));
  t.notDeepEqual(of(1), of(2));
});

test('a missing interval stays missing, and neither zero nor its neighbours', (t) => {
  const demand = demandOf(trace([1, Number.NaN, 1], 15), 1, seededRandom(1));
  t.deepEqual([...demand.pods], [1, Number.NaN, 1]);
  t.is(demand.missing, 1);
});

test('an interval beside a gap keeps its own mean', (t) => {
  const { pods } = demandOf(trace([4, Number.NaN, 4], 60), 4e7, seededRandom(1));
  t.deepEqual(
    [...pods].map((value) => Math.round(value / 1e7)),
    [4, 4, 4, 4, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 4, 4, 4, 4],
  );
});

test('a trace without traffic cannot be scaled, and says so', (t) => {
  t.throws(() => demandOf(trace([0, 0], 15), 20, seededRandom(1)), {
    message: /mean of a test must be above zero/,
  });
});

test('gaps are played on a straight line; at the ends the nearest value stands', (t) => {
  const gap = Number.NaN;
  const demand = { startMs: 0, pods: Float64Array.from([gap, 2, gap, gap, 8, gap]), missing: 4 };
  t.deepEqual([...withoutGaps(demand).pods], [2, 2, 4, 6, 8, 8]);
});

test('a window reaches outside the trace as missing', (t) => {
  const demand = { startMs: 0, pods: Float64Array.from([1, 2, 3]), missing: 0 };
  const window = windowOf(demand, 15_000, 3);
  t.deepEqual([...window.pods], [2, 3, Number.NaN]);
  t.is(window.missing, 1);
});

const draws = test.macro({
  exec(t, average: number) {
    const random = seededRandom(11);
    const all = Array.from({ length: 40_000 }, () => poisson(average, random));
    const error = 5 * Math.sqrt(average / all.length);
    t.true(all.every((value) => Number.isInteger(value) && value >= 0));
    t.true(Math.abs(mean(all) - average) <= error, `mean ${mean(all)}`);
    const variance = mean(all.map((value) => (value - average) ** 2));
    t.true(Math.abs(variance - average) <= 0.06 * average + 1e-9, `variance ${variance}`);
  },
  title: (_, average: number) => `poisson: mean and variance are ${average}`,
});
for (const average of [0, 0.3, 5, 29.9, 30, 700, 1e5]) test(draws, average);

test('poisson: a mean that is not a number is a bug', (t) => {
  t.throws(() => poisson(Number.NaN, seededRandom(1)), { instanceOf: RangeError });
  t.throws(() => poisson(-1, seededRandom(1)), { instanceOf: RangeError });
});

test('the shop: it says it is generated, ends on a Friday, and has a mean near one', (t) => {
  const shop = shopTraffic(seededRandom(1));
  t.regex(shop.source, /generated/);
  const endMs = shop.startMs + shop.values.length * shop.stepSeconds * 1000;
  t.is(new Date(endMs - 1).getUTCDay(), 5);
  const average = mean(shop.values);
  t.true(average > 0.8 && average < 1.25, `mean ${average}`);
  t.true(shop.values.every((value) => value > 0));
});

test('the shop: nights are quiet, evenings busy, and the Friday sale comes within minutes', (t) => {
  const shop = shopTraffic(seededRandom(1));
  const at = (day: number, hour: number) =>
    mean(shop.values.subarray((day * 24 + hour) * 60, (day * 24 + hour + 1) * 60));
  t.true(at(1, 20) > 3 * at(1, 3));
  const minute = (day: number, m: number) => shop.values[day * 1440 + m] ?? Number.NaN;
  const jump = (day: number) => minute(day, 19 * 60 + 7) / minute(day, 19 * 60 - 1);
  t.true(jump(4) > 1.5, `sale ${jump(4)}`);
  t.true(jump(3) < 1.3, `no sale ${jump(3)}`);
});
