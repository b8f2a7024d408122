import test from 'ava';
import { FIGURES } from '../../assembly/pkg/forecaster.js';
import { maseScale, metricsOf, peakThreshold } from '../../controller/backtest/metrics.ts';
import { pinball, score } from '../../controller/backtest/score.ts';
import { emptyTally, FIELDS, field, pooled } from '../../controller/backtest/tally.ts';

/** Figures that say the same of every lead: mean, p50, p90, p95, p99. */
function said(leads: number, ...figures: number[]): Float64Array {
  return Float64Array.from({ length: leads * FIGURES }, (_, at) => figures[at % FIGURES] ?? 0);
}

/** The metrics of lead 1..leads after step 0 of `values`. */
function judged(values: number[], figures: Float64Array, peakFrom: number, usual?: number[]) {
  const leads = figures.length / FIGURES;
  const tally = emptyTally(leads);
  const known = Float64Array.from(usual ?? new Array(leads).fill(1));
  const truth = { values: Float64Array.from(values), leads, peakFrom };
  score(truth, 0, { usual: known, figures, at: 0 }, tally);
  return { tally, metrics: metricsOf(pooled(tally, 1, leads), 4) };
}

test('a worked example: 10, then 12, 8, 0, 20, of which 10, 14, 16, 18 was said', (t) => {
  const { metrics } = judged([10, 12, 8, 0, 20], said(4, 10, 10, 14, 16, 18), 12);
  t.is(metrics.points, 4);
  t.is(metrics.mae, (2 + 2 + 10 + 10) / 4);
  t.is(metrics.rmse, Math.sqrt((4 + 4 + 100 + 100) / 4));
  // the zero is left out
  t.is(metrics.mape, (2 / 12 + 2 / 8 + 10 / 20) / 3);
  t.is(metrics.mase, 6 / 4);
  // 12 and 20 are peaks: errors 2 and 10 of 32; both above p50, 20 above p95
  t.is(metrics.peakWeightedError, 12 / 32);
  t.is(metrics.peakUnderRate, 1);
  t.is(metrics.peakAboveP95Rate, 1 / 2);
  // p50 says "as now", which is wrong where it changes
  t.is(metrics.directionAccuracy, 0);
  t.is(metrics.coverage['0.9'], 3 / 4);
  t.is(metrics.coverage['0.95'], 3 / 4);
  t.is(metrics.coverage['0.99'], 3 / 4);
  const close = (got: number, want: number) => t.true(Math.abs(got - want) < 1e-12, `${got} is not ${want}`);
  close(metrics.pinball['0.5'], 3);
  close(metrics.pinball['0.9'], (0.1 * 2 + 0.1 * 6 + 0.1 * 14 + 0.9 * 6) / 4);
  close(metrics.pinball['0.95'], (0.05 * (4 + 8 + 16) + 0.95 * 4) / 4);
  close(metrics.pinball['0.99'], (0.01 * (6 + 10 + 18) + 0.99 * 2) / 4);
  const sum = (12 + 7.6 + 5.2 + 2.32) * 2;
  close(metrics.wql, sum / 4 / 40);
});

test('direction: moved the way p50 said; what did not move does not count', (t) => {
  const { metrics } = judged([10, 12, 8, 10], said(3, 11, 11, 12, 13, 14), 100);
  t.is(metrics.directionAccuracy, 1 / 2);
});

test('a point counts only where the actual and the value of a season ago are known', (t) => {
  const none = Number.NaN;
  const { tally } = judged([10, none, 5, 5, 5], said(4, 5, 5, 5, 5, 5), 100, [1, 1, none, 1]);
  t.deepEqual(
    [0, 1, 2, 3].map((lead) => tally[lead * FIELDS + field.points]),
    [0, 1, 0, 1],
  );
});

test('leads beyond the end of the trace do not count', (t) => {
  t.is(judged([1, 2], said(4, 1, 1, 1, 1, 1), 100).metrics.points, 1);
});

test('what cannot be told is NaN, never an infinity', (t) => {
  const { metrics } = judged([0, 0, 0], said(2, 1, 1, 1, 1, 1), 1);
  t.deepEqual(
    [metrics.mape, metrics.wql, metrics.peakWeightedError, metrics.directionAccuracy],
    [Number.NaN, Number.NaN, Number.NaN, Number.NaN],
  );
  t.is(metrics.mae, 1);
  t.is(metricsOf(new Float64Array(FIELDS), 1).mae, Number.NaN);
  t.is(metricsOf(pooled(emptyTally(1), 1, 1), 0).mase, Number.NaN);
});

test('pinball: an actual above costs the level, one below the rest', (t) => {
  t.is(pinball(0.9, 10, 8), 1.8);
  t.true(Math.abs(pinball(0.9, 8, 10) - 0.2) < 1e-15);
  t.is(pinball(0.9, 8, 8), 0);
});

test('a peak is what the highest tenth of the known values reach; no load is none', (t) => {
  const ten = Float64Array.of(3, 1, 2, 10, 5, 4, 6, Number.NaN, 7, 8, 9);
  t.is(peakThreshold(ten, 0), 10);
  t.is(peakThreshold(ten, 4), 9);
  t.true(peakThreshold(new Float64Array(10), 0) > 0);
  t.is(peakThreshold(new Float64Array(0), 0), Number.POSITIVE_INFINITY);
});

test('the scale of MASE is the mean error of a season ago; of a step ago in less than a season', (t) => {
  const values = Float64Array.of(1, 5, 2, 9, Number.NaN, 9);
  t.is(maseScale(values, 4, 2), (1 + 4) / 2);
  t.is(maseScale(values, 6, 2), (1 + 4 + 0) / 3);
  t.is(maseScale(values, 2, 2), 4);
  t.is(maseScale(values, 0, 2), Number.NaN);
});
