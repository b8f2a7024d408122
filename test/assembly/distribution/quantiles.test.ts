import test from 'ava';
import { FIGURES, type ModelName, PEAK_STEPS } from '../../../assembly/pkg/forecaster.js';
import { core, wave } from '../core.ts';

const P90 = 2;
const P95 = 3;

/** Evenly spread over 0 .. 1, the same on every machine. */
function noise(step: number): number {
  return (Math.imul(step + 1, 2_654_435_761) >>> 0) / 4_294_967_296;
}

/** Shares of values at or below p90, p95, p99 of lead 1, and of maxima of the window, after `from` steps. */
function coverage(
  rate: (step: number) => number,
  length: number,
  from: number,
  window: number,
  model: ModelName = 'ensemble',
): { leads: number[]; peaks: number[] } {
  const forecaster = core();
  const handle = forecaster.open(288, 0, model);
  const hits = { leads: [0, 0, 0], peaks: [0, 0, 0] };
  const row = PEAK_STEPS.indexOf(window) * FIGURES;
  for (let step = 0; step < length; step++) {
    forecaster.push(handle, rate(step));
    if (step < from) continue;
    const lead = forecaster.forecast(handle);
    const peak = forecaster.peaks(handle);
    const highest = Math.max(...Array.from({ length: window }, (_, ahead) => rate(step + 1 + ahead)));
    for (let level = 0; level < 3; level++) {
      if (rate(step + 1) <= (lead[P90 + level] ?? 0)) hits.leads[level] = (hits.leads[level] ?? 0) + 1;
      if (highest <= (peak[row + P90 + level] ?? 0)) hits.peaks[level] = (hits.peaks[level] ?? 0) + 1;
    }
  }
  const share = (counts: number[]): number[] => counts.map((count) => count / (length - from));
  return { leads: share(hits.leads), peaks: share(hits.peaks) };
}

test('quantiles cover what they promise while the size of errors triples again and again', (t) => {
  const rate = (step: number): number =>
    200 + wave(step, 288, 60) + (noise(step) - 0.5) * ((step >> 10) % 2 === 0 ? 20 : 60);
  for (const model of ['ensemble', 'seasonal-naive'] as const) {
    const { leads, peaks } = coverage(rate, 12_000, 1_000, 10, model);
    for (const [index, level] of [0.9, 0.95, 0.99].entries()) {
      t.true(Math.abs((leads[index] ?? 0) - level) < 0.01, `${model}: ${leads[index]} of values at ${level}`);
      t.true(Math.abs((peaks[index] ?? 0) - level) < 0.01, `${model}: ${peaks[index]} of maxima at ${level}`);
    }
  }
});

test('in its first hours a series is covered about as promised', (t) => {
  const { leads, peaks } = coverage((step) => 100 + 30 * noise(step), 180, 20, 5);
  t.true((leads[0] ?? 0) > 0.82 && (leads[2] ?? 0) > 0.95, `${leads.join(' ')} of values`);
  t.true((peaks[0] ?? 0) > 0.75 && (peaks[2] ?? 0) > 0.9, `${peaks.join(' ')} of maxima`);
});

test('errors that come at one phase of the hour widen the quantiles there, and not beside it', (t) => {
  const forecaster = core();
  const handle = forecaster.open(1440, 0, 'ridge');
  const margins = { burst: 0, other: 0 };
  for (let step = 1; step < 12 * 1440; step++) {
    const burst = step % 60 === 32 ? 40 + 80 * noise(step >> 5) : 0;
    forecaster.push(handle, 100 + 10 * noise(step) + burst);
    if (step < 8 * 1440) continue;
    const figures = forecaster.forecast(handle);
    const margin = (figures[P95] ?? 0) - 110;
    if ((step + 1) % 60 === 32) margins.burst += margin / 96;
    if ((step + 1) % 60 === 20) margins.other += margin / 96;
  }
  t.true(margins.burst > 30, `p95 ${margins.burst} above the usual at the burst`);
  t.true(margins.other < 15, `p95 ${margins.other} above the usual twelve minutes before`);
});

test('the maximum over one step is lead 1', (t) => {
  const forecaster = core();
  const handle = forecaster.open(48);
  for (let step = 0; step < 1_000; step++) forecaster.push(handle, wave(step, 48, 40) + 9 * noise(step));
  t.deepEqual(forecaster.peaks(handle).slice(0, FIGURES), forecaster.forecast(handle).slice(0, FIGURES));
});

test('a value far above p95 widens it more than one below', (t) => {
  const after = (last: number): number => {
    const forecaster = core();
    const handle = forecaster.open(288, 0, 'naive');
    for (let step = 0; step < 4_000; step++)
      forecaster.push(handle, step % 2 === 0 ? 100 : 100 + 20 * noise(step));
    forecaster.push(handle, last);
    const [, p50 = 0, , p95 = 0] = forecaster.forecast(handle);
    const width = (p95 - p50) / Math.sqrt(last + 10);
    return width;
  };
  t.true(
    after(160) > after(101) * 1.02,
    `${after(160)} after a value far above, ${after(101)} after one below`,
  );
});

test('a window with more than a tenth of its steps missing teaches nothing', (t) => {
  const forecaster = core();
  const handle = forecaster.open(48, 0, 'naive');
  const width = (): number => {
    for (let step = 0; step < 2; step++) forecaster.push(handle, 25);
    const figures = forecaster.peaks(handle).subarray(4 * FIGURES);
    return (figures[P95] ?? 0) - (figures[1] ?? 0);
  };
  for (let step = 0; step < 2_000; step++) forecaster.push(handle, 20 + 10 * noise(step));
  const before = width();
  for (let step = 0; step < 600; step++) forecaster.push(handle, step % 4 > 0 ? Number.NaN : 25);
  const after = width();
  t.true(Math.abs(after / before - 1) < 0.02, `${after} after gaps in which nothing moved, ${before} before`);
});
