import test from 'ava';
import {
  type HighWaterState,
  highWaterOf,
  highWaterOfRates,
  initialHighWater,
  marked,
} from '../../controller/policy/high-water.ts';
import type { QualityFlag } from '../../controller/series/step.ts';
import { step } from './observations.ts';

const DAY_MS = 86_400_000;
const after = (state: HighWaterState, ...steps: readonly (readonly [number, number, QualityFlag?])[]) =>
  steps.reduce((marks, [rps, startMs, flag]) => marked(marks, step(rps, startMs, flag ? [flag] : [])), state);

test('the highest rate of each day stands, and the highest of all days is what was seen', (t) => {
  const state = after([], [400, 0], [600, 15_000], [500, 30_000], [300, DAY_MS]);
  t.deepEqual(state, [
    [0, 600],
    [DAY_MS, 300],
  ]);
  t.deepEqual(highWaterOf(state), { rps: 600, days: 2 });
});

test('before the first whole step nothing was seen', (t) => {
  t.is(highWaterOf(after([], [400, 0, 'Partial'], [Number.NaN, 15_000])), undefined);
});

for (const flag of ['Rejected', 'Partial', 'Reset', 'Stuck'] as const)
  test(`a step that is ${flag} is no history`, (t) => {
    t.deepEqual(after([[0, 600]], [9_000, 15_000, flag]), [[0, 600]]);
  });

test('a rate that is no rate is no history', (t) => {
  t.deepEqual(after([[0, 600]], [Number.POSITIVE_INFINITY, 15_000], [-1, 30_000]), [[0, 600]]);
});

test('where nothing is higher the state is the same object, so that it costs no write', (t) => {
  const state: HighWaterState = [[0, 600]];
  t.is(after(state, [600, 15_000]), state);
});

test('a peak is forgotten after 35 days that something was seen on', (t) => {
  const days = Array.from({ length: 35 }, (_, day) => [100, (day + 1) * DAY_MS] as const);
  const state = after([[0, 9_000]], ...days.slice(0, 34));
  t.is(highWaterOf(state)?.rps, 9_000);
  t.deepEqual(highWaterOf(after(state, [100, 35 * DAY_MS])), { rps: 100, days: 35 });
});

test('a clock that was set back drops what it had counted as the future', (t) => {
  t.deepEqual(
    after(
      [
        [0, 600],
        [9 * DAY_MS, 700],
      ],
      [500, DAY_MS],
    ),
    [
      [0, 600],
      [DAY_MS, 500],
    ],
  );
});

test('it outlives the process as JSON, and what is not such a state is empty', (t) => {
  const state = after([], [400, 0], [600, DAY_MS]);
  t.deepEqual(initialHighWater(JSON.parse(JSON.stringify(state))), state);
  for (const broken of [undefined, 'x', [[0]], [[0, -1]], [[0, null]]])
    t.deepEqual(initialHighWater(broken), []);
});

test('history without marks gives each day its second highest rate: one broken report is no history', (t) => {
  const rates = new Float64Array(2 * 5760).fill(Number.NaN);
  rates.set([100, 9_000, 300, 200], 10);
  rates.set([50, 60], 6_000);
  t.deepEqual(highWaterOfRates(rates, 0, 15), [
    [0, 300],
    [DAY_MS, 50],
  ]);
});
