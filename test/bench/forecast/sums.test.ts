import test from 'ava';
import { FIGURES, LEADS, PEAK_STEPS } from '../../../assembly/pkg/forecaster.js';
import { geometricMean, outcomeOf } from '../../../bench/forecast/outcome.ts';
import { addLeads, addPeaks, emptySums } from '../../../bench/forecast/sums.ts';

/** Rows of [mean, p50, p90, p95, p99]: what is said is 10, and 12 / 13 / 14 at most. */
const said = (rows: number): Float64Array =>
  Float64Array.from({ length: rows * FIGURES }, (_, at) => [10, 10, 12, 13, 14][at % FIGURES] ?? 0);

test('leads whose actual or seasonal value is unknown are not scored', (t) => {
  const sums = emptySums();
  // Season 3, origin 3: leads 1 to 3 are 11, unknown, 20; a season before each: 5, 6, 7.
  const values = Float64Array.of(5, 5, 6, 7, 11, Number.NaN, 20);
  addLeads(sums, values, 3, 3, said(LEADS));
  t.is(sums.pairs, 2);
  t.deepEqual([...sums.error.subarray(0, 4)], [1, 0, 10, 0]);
  t.deepEqual([...sums.seasonalError.subarray(0, 4)], [6, 0, 13, 0]);
  t.deepEqual([...sums.naiveError.subarray(0, 4)], [4, 0, 13, 0]);
  t.deepEqual([...sums.covered], [1, 1, 1]);
  // P95: 0.05 x (13 - 11) + 0.95 x (20 - 13)
  t.true(Math.abs((sums.pinball[1] ?? 0) - 6.75) < 1e-12);
});

test('a lead beyond one season is held against the newest known season', (t) => {
  const sums = emptySums();
  // Season 2, origin 1: lead 3 is two seasons on from step 0, whose value is 1.
  addLeads(sums, Float64Array.of(1, 2, 1, 2, 9), 2, 1, said(LEADS));
  t.is(sums.seasonalError[2], 8);
});

test('a window with an unknown value is not scored, nor is one beyond the trace', (t) => {
  const sums = emptySums();
  const values = Float64Array.of(0, 12.5, 9, 9, 14, 9, Number.NaN, 9, 9, 9, 9);
  const peaks = said(PEAK_STEPS.length);
  addPeaks(sums, values, 0, said(LEADS), peaks);
  t.deepEqual(
    sums.peaks.map(({ origins }) => origins),
    [1, 1, 0, 0],
  );
  t.deepEqual([...(sums.peaks[0]?.covered ?? [])], [0, 1, 1], '12.5 is above p90 = 12, below p95 = 13');
  t.deepEqual([...(sums.peaks[1]?.covered ?? [])], [0, 0, 1], '14 is p99');
});

test('the better baseline is the one that is better over all leads', (t) => {
  const sums = emptySums();
  sums.error.set([1, 6]);
  sums.seasonalError.set([4, 4]);
  sums.naiveError.set([2, 9]);
  const outcome = outcomeOf(sums, sums);
  t.is(outcome.seasonalRatio, 7 / 8);
  t.is(outcome.betterRatio, 7 / 8);
  t.is(outcomeOf({ ...sums, naiveError: Float64Array.of(2, 4) }, sums).betterRatio, 7 / 6);
});

test('a trace twice as good makes up for one twice as bad', (t) => {
  t.true(Math.abs(geometricMean([0.5, 2]) - 1) < 1e-12);
});
