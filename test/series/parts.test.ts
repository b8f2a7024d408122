import test from 'ava';
import { counterTrack } from '../../controller/series/counter.ts';
import { LatencyMerge } from '../../controller/series/latency.ts';
import { boundOf, mergeRates } from '../../controller/series/merge.ts';
import { RateRing } from '../../controller/series/ring.ts';
import { Skew } from '../../controller/series/skew.ts';
import { counter } from './reports.ts';

test('silent pods count as the mean of those that spoke', (t) => {
  t.deepEqual(mergeRates(Float64Array.of(10, 12, 14), 1), { rps: 48, bounded: 0 });
});

test('no pod that spoke is no rate', (t) => {
  t.true(Number.isNaN(mergeRates(new Float64Array(0), 3).rps));
});

test('one of four is bounded at ten times the median of the others', (t) => {
  t.deepEqual(mergeRates(Float64Array.of(10, 12, 11, 9000), 0), { rps: 143, bounded: 1 });
});

test('three pods are too few to say which one is wrong', (t) => {
  t.is(mergeRates(Float64Array.of(10, 12, 9000), 0).rps, 9022);
});

test('a pod that takes all requests while the others idle is a leader, not a liar', (t) => {
  t.is(mergeRates(Float64Array.of(0, 0.1, 0, 900), 0).rps, 900.1);
});

test('the bound is of the others: the own figure does not move it', (t) => {
  t.is(boundOf(Float64Array.of(10, 20, 30, 40, 5000), 5000), 250);
  t.is(boundOf(Float64Array.of(10, 20, 30, 40, 5000), 10), 350);
});

test('pods with different buckets bound a quantile from both sides', (t) => {
  const merge = new LatencyMerge();
  merge.add([0.1, 1], Float64Array.of(10, 10, 0), 1);
  merge.add([0.5, 2], Float64Array.of(0, 20, 0), 1);
  t.deepEqual(merge.quantiles()?.p50, { lower: 0.1, upper: 1 });
});

test('where in its bucket p99 lies is read off the shares beyond the edges', (t) => {
  const merge = new LatencyMerge();
  merge.add([0.1, 0.25], Float64Array.of(975, 24, 1), 1);
  const { lower, upper, likely = 0 } = merge.quantiles()?.p99 ?? { lower: 0, upper: 0 };
  t.deepEqual([lower, upper, Math.round(likely * 1e4)], [0.1, 0.25, 1427]);
});

test('nobody beyond the upper edge: still inside the bucket', (t) => {
  const merge = new LatencyMerge();
  merge.add([0.1, 0.25], Float64Array.of(90, 10, 0), 1);
  const { likely = 0 } = merge.quantiles()?.p99 ?? {};
  t.true(likely > 0.1 && likely <= 0.25);
});

test('overflow buckets of several layouts have no upper edge', (t) => {
  const merge = new LatencyMerge();
  merge.add([0.1], Float64Array.of(0, 5), 1);
  merge.add([0.5], Float64Array.of(0, 5), 1);
  t.deepEqual(merge.quantiles()?.p99, { lower: 0.5, upper: Infinity });
});

test('a merge that was cleared knows nothing', (t) => {
  const merge = new LatencyMerge();
  merge.add([0.1], Float64Array.of(3, 5), 1);
  merge.clear();
  t.is(merge.quantiles(), undefined);
});

test('a ring forgets what is older than its capacity and leaves gaps NaN', (t) => {
  const ring = new RateRing(4);
  ring.set(100, 1);
  ring.set(101, 2);
  ring.set(104, 5);
  ring.set(99, 9);
  t.deepEqual([...ring.range(99, 106)], [Number.NaN, Number.NaN, 2, Number.NaN, Number.NaN, 5, Number.NaN]);
  t.is(ring.lastKnown, 104);
});

test('a ring that skips more than it holds keeps nothing of before', (t) => {
  const ring = new RateRing(3);
  ring.set(10, 1);
  ring.set(1_000_000, 2);
  t.deepEqual([...ring.range(999_997, 1_000_001)], [Number.NaN, Number.NaN, Number.NaN, 2]);
});

test('missing never replaces known', (t) => {
  const ring = new RateRing(3);
  ring.set(10, 1);
  ring.set(10, Number.NaN);
  t.is(ring.get(10), 1);
});

test('a slow report of a prompt pod is late, not skewed', (t) => {
  const skew = new Skew();
  t.false(skew.observe(10_200, 10_000));
  t.false(skew.observe(55_000, 15_000));
  t.is(skew.offsetMs, 0);
});

test('a clock an hour behind is found at once, and found right again when it is set', (t) => {
  const skew = new Skew();
  t.true(skew.observe(3_610_000, 10_000));
  t.is(skew.offsetMs, 3_600_000);
  t.true(skew.observe(3_615_000, 3_615_000));
  t.is(skew.offsetMs, 0);
});

test('jitter within two seconds moves nothing', (t) => {
  const skew = new Skew();
  skew.observe(100_000, 40_000);
  for (let index = 1; index < 40; index++) {
    t.false(skew.observe(100_000 + index * 5_000, 40_000 + index * 5_000 - (index % 3) * 600));
  }
  t.is(skew.offsetMs, 60_000);
});

test('points nobody closes steps for stay few', (t) => {
  const track = counterTrack();
  for (let index = 1; index <= 1_000; index++) track.offer(counter(index * 1000, index, { startMs: 1 }), 0);
  let visits = 0;
  track.spend(0, 2_000_000, 0, () => visits++);
  t.is(visits, 64);
});

test('a repeated stamp keeps the larger value whichever came first', (t) => {
  for (const values of [
    [40, 50],
    [50, 40],
  ]) {
    const track = counterTrack();
    track.offer(counter(1_000, 0, { startMs: 1 }), 0);
    for (const value of values) track.offer(counter(6_000, value, { startMs: 1 }), 0);
    track.spend(0, 6_000, 0, (older, newer) => t.is(newer.value - (older?.value ?? 0), 50));
  }
});
