import test from 'ava';
import fc from 'fast-check';
import { resample } from '../../controller/series/resample.ts';
import type { Trace } from '../../controller/series/trace.ts';

const trace = (startSeconds: number, stepSeconds: number, ...values: number[]): Trace => ({
  startMs: startSeconds * 1000,
  stepSeconds,
  values: Float64Array.from(values),
  source: 'test',
});
const NONE = Number.NaN;

test('a coarser step is the mean of what is known', (t) => {
  t.deepEqual([...resample(trace(0, 15, 10, 20, NONE, 30, NONE, NONE, NONE, NONE), 60).values], [20, NONE]);
});

test('a finer step keeps the mean of each coarse one', (t) => {
  t.deepEqual([...resample(trace(0, 60, 0, 60, 0), 15).values], [0, 0, 0, 0, 45, 75, 75, 45, 0, 0, 0, 0]);
});

test('the same step on the grid is the same trace', (t) => {
  const same = trace(30, 15, 1, NONE, 3);
  t.deepEqual(resample(same, 15), same);
});

test('a trace between two steps of the grid is brought onto it', (t) => {
  const moved = resample(trace(5, 15, 6, 6, 6), 15);
  t.is(moved.startMs, 0);
  t.deepEqual(
    [...moved.values].map((rate) => Number(rate.toFixed(9))),
    [6, 6, 6, 6],
  );
});

test('beside a gap the own mean stands, and the gap stays', (t) => {
  t.deepEqual([...resample(trace(0, 60, 8, NONE, 8), 20).values], [8, 8, 8, NONE, NONE, NONE, 8, 8, 8]);
});

test('steps that do not divide each other share by time', (t) => {
  t.deepEqual([...resample(trace(0, 10, 3, 3, 3), 15).values], [3, 3]);
  const values = [...resample(trace(0, 10, 0, 30, 0), 15).values];
  t.true(Math.abs((values[0] ?? 0) - 10) < 1e-9 && Math.abs((values[1] ?? 0) - 10) < 1e-9, `${values}`);
});

test('whatever is resampled is never negative, keeps its mean, and knows nothing that was not known', (t) => {
  const value = fc.oneof(
    { weight: 5, arbitrary: fc.double({ min: 0, max: 1e6, noNaN: true }) },
    { weight: 1, arbitrary: fc.constant(NONE) },
  );
  const property = fc.property(
    fc.array(value, { minLength: 1, maxLength: 40 }),
    fc.constantFrom(1, 2, 3, 4, 5, 10),
    (values, parts) => {
      const step = parts * 15;
      const fine = resample(trace(step * 7, step, ...values), 15).values;
      if (fine.length !== values.length * parts) return false;
      const back = resample(trace(step * 7, 15, ...fine), step).values;
      return values.every((before, index) => {
        const after = back[index] ?? NONE;
        const inside = [...fine.subarray(index * parts, (index + 1) * parts)];
        if (Number.isNaN(before)) return inside.every(Number.isNaN);
        return inside.every((rate) => rate >= -1e-9) && Math.abs(after - before) <= 1e-6 * (1 + before);
      });
    },
  );
  fc.assert(property, { numRuns: 200 });
  t.pass();
});
