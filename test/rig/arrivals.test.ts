import test from 'ava';
import { arrivalTimesMs } from './arrivals.ts';

test('a Poisson process has its rate, in every second of its own', (t) => {
  const arrivals = arrivalTimesMs([...Array(50).fill(100), ...Array(50).fill(0), ...Array(50).fill(20)], 7);
  const between = (from: number, to: number) => arrivals.filter((at) => at >= from * 1000 && at < to * 1000);
  // 5000 +- 4 standard deviations (71), and 1000 +- 4 x 32.
  t.true(Math.abs(between(0, 50).length - 5000) < 284);
  t.is(between(50, 100).length, 0);
  t.true(Math.abs(between(100, 150).length - 1000) < 128);
});

test('counts per second vary as much as their mean', (t) => {
  const counts = Array(2000).fill(0);
  for (const at of arrivalTimesMs(Array(2000).fill(10), 3)) counts[Math.floor(at / 1000)] += 1;
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  t.true(Math.abs(variance / mean - 1) < 0.15, `${variance / mean}`);
});

test('the same seed gives the same arrivals, in order', (t) => {
  const arrivals = arrivalTimesMs([5, 0, 50], 1);
  t.deepEqual(arrivals, arrivalTimesMs([5, 0, 50], 1));
  t.notDeepEqual(arrivals, arrivalTimesMs([5, 0, 50], 2));
  t.deepEqual(
    arrivals,
    [...arrivals].sort((a, b) => a - b),
  );
});

test('a rate that is no rate is refused', (t) => {
  t.throws(() => arrivalTimesMs([1, Number.NaN], 1), { message: /second 1 must be a number >= 0, not NaN/ });
  t.throws(() => arrivalTimesMs([-1], 1), { message: /must be a number >= 0/ });
});
