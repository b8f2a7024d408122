import { type Answer, ordered } from '../figures.ts';
import { LEADS, PEAK_STEPS, type Quantiles } from '../forecast.ts';

const LEVEL_STEPS = 20;
const LEVEL_KNOWN = 5;
const TRIED_STEPS = 240;
/** Every fourth origin: the ones between say much the same, and all workloads may need this in one tick. */
const TRIED_STRIDE = 4;
const LEAST_RESIDUALS = 20;
/** The lead whose errors stand for all: the middle one. */
const TYPICAL_LEAD = 15;

/** How many of the newest rates the baseline looks at. */
export function seasonalBaselineSteps(seasonSteps: number): number {
  return seasonSteps + TRIED_STEPS + LEADS + LEVEL_STEPS;
}

/**
 * What was seen a season ago, times how today compares: ratio = sum of the last 20 steps / sum of the same steps a
 * season ago, between 1/4 and 4. The quantiles are those of this rule's own errors at lead 15 over the last 240
 * steps, and of its errors on the maximum for the peaks.
 *
 * Example: 100 rps an hour from now yesterday, and today runs at 1.2 times yesterday: the point is 120.
 *
 * undefined: no whole season is known, nothing of the last minutes is, or there are fewer than 20 errors to go by.
 */
export function seasonalBaseline(rates: Float64Array, seasonSteps: number): Answer | undefined {
  const newest = rates.length - 1;
  const ratio = levelRatio(rates, seasonSteps, newest);
  if (ratio === undefined) return undefined;
  const path = new Float64Array(LEADS);
  pathFrom(rates, seasonSteps, newest, ratio, path);
  const errors = pastErrors(rates, seasonSteps);
  if (errors.typical.length < LEAST_RESIDUALS) return undefined;
  const spread = spreadOf(errors.typical);
  return {
    leads: Array.from(path, (point) => shifted(point, spread)),
    peaks: PEAK_STEPS.map((steps, row) => {
      const own = errors.peaks[row] ?? [];
      const peakSpread = own.length < LEAST_RESIDUALS ? spread : spreadOf(own);
      return { steps, ...shifted(Math.max(...path.subarray(0, steps)), peakSpread) };
    }),
  };
}

/** Today against a season ago at origin `at`; undefined when too few steps are known on both days. */
function levelRatio(rates: Float64Array, seasonSteps: number, at: number): number | undefined {
  let today = 0;
  let before = 0;
  let known = 0;
  for (let step = at; step > at - LEVEL_STEPS; step--) {
    const now = rates[step] ?? Number.NaN;
    const then = rates[step - seasonSteps] ?? Number.NaN;
    if (!(now >= 0 && then >= 0)) continue;
    today += now;
    before += then;
    known++;
  }
  if (known < LEVEL_KNOWN) return undefined;
  return before > 0 ? Math.min(Math.max(today / before, 0.25), 4) : 1;
}

/** Writes LEADS points; a step that was missing a season ago takes the nearest known one before it. */
function pathFrom(
  rates: Float64Array,
  seasonSteps: number,
  at: number,
  ratio: number,
  path: Float64Array,
): void {
  let last = Number.NaN;
  let then = at - seasonSteps;
  for (let lead = 0; lead < LEADS; lead++) {
    if (++then > at) then -= seasonSteps;
    const rate = rates[then] ?? Number.NaN;
    if (rate >= 0) last = ratio * rate;
    else if (Number.isNaN(last)) last = meanBefore(rates, at);
    path[lead] = last;
  }
}

function meanBefore(rates: Float64Array, at: number): number {
  const known = rates.subarray(Math.max(0, at - LEVEL_STEPS + 1), at + 1).filter((rate) => rate >= 0);
  return known.length > 0 ? known.reduce((sum, rate) => sum + rate, 0) / known.length : 0;
}

interface Errors {
  readonly typical: number[];
  /** By window, as PEAK_STEPS. */
  readonly peaks: readonly number[][];
}

function pastErrors(rates: Float64Array, seasonSteps: number): Errors {
  const errors: Errors = { typical: [], peaks: PEAK_STEPS.map(() => []) };
  const path = new Float64Array(LEADS);
  const newest = rates.length - 1;
  const oldest = Math.max(seasonSteps, newest - TRIED_STEPS);
  for (let at = newest - TYPICAL_LEAD; at >= oldest; at -= TRIED_STRIDE) {
    const ratio = levelRatio(rates, seasonSteps, at);
    if (ratio === undefined) continue;
    pathFrom(rates, seasonSteps, at, ratio, path);
    const error = (rates[at + TYPICAL_LEAD] ?? Number.NaN) - (path[TYPICAL_LEAD - 1] ?? Number.NaN);
    if (Number.isFinite(error)) errors.typical.push(error);
    addPeakErrors(errors, rates, at, path);
  }
  return errors;
}

/** What each window's maximum was, less what the path said; from the first missing step on nobody knows. */
function addPeakErrors(errors: Errors, rates: Float64Array, at: number, path: Float64Array): void {
  let came = 0;
  let said = 0;
  let row = 0;
  for (let lead = 1; lead <= LEADS; lead++) {
    const rate = rates[at + lead] ?? Number.NaN;
    if (Number.isNaN(rate)) return;
    came = Math.max(came, rate);
    said = Math.max(said, path[lead - 1] ?? 0);
    if (lead === PEAK_STEPS[row]) errors.peaks[row++]?.push(came - said);
  }
}

function spreadOf(errors: readonly number[]): Quantiles {
  const sorted = Float64Array.from(errors).sort();
  const at = (level: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(level * sorted.length))] ?? 0;
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return { mean, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) };
}

function shifted(point: number, { mean, p50, p90, p95, p99 }: Quantiles): Quantiles {
  return ordered(point + mean, point + p50, point + p90, point + p95, point + p99);
}
