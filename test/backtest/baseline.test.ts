import test from 'ava';
import fc from 'fast-check';
import { placePoints, seasonalNaive } from '../../controller/backtest/baseline.ts';

test('the seasonal naive is the newest value of the same place in the season that is known by then', (t) => {
  const values = Float64Array.from({ length: 12 }, (_, step) => step);
  const into = new Float64Array(7);
  seasonalNaive(values, 9, { seasonSteps: 3 }, into);
  t.deepEqual([...into], [7, 8, 9, 7, 8, 9, 7]);
});

test('it never looks ahead, and is v[t + k - m ceil(k / m)]', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 99 }), (season, step) => {
      const values = Float64Array.from({ length: 100 }, (_, at) => (at <= step ? at : Number.NaN));
      const into = new Float64Array(30);
      seasonalNaive(values, step, { seasonSteps: season }, into);
      into.forEach((value, index) => {
        const lead = index + 1;
        const from = step + lead - season * Math.ceil(lead / season);
        t.is(value, from < 0 ? step : from);
      });
    }),
  );
});

test('before a whole season was seen it is the last value, and unknown where the value is', (t) => {
  const into = new Float64Array(3);
  seasonalNaive(Float64Array.of(4, 5), 1, { seasonSteps: 10 }, into);
  t.deepEqual([...into], [5, 5, 5]);
  seasonalNaive(Float64Array.of(4, Number.NaN, 6), 2, { seasonSteps: 2 }, into);
  t.deepEqual([...into], [Number.NaN, 6, Number.NaN]);
});

test('an exact point takes the place of the tracked one; quantiles are never below it', (t) => {
  const figures = Float64Array.of(1, 2, 3, 4, 5, 1, 2, 3, 4, 5);
  placePoints(figures, 0, Float64Array.of(3.5, Number.NaN));
  t.deepEqual([...figures], [3.5, 3.5, 3.5, 4, 5, 1, 2, 3, 4, 5]);
});
