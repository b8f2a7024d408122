import { FIGURES, LEADS, PEAK_STEPS } from '../../assembly/pkg/forecaster.js';
import { seasonalNaive } from '../../controller/backtest/baseline.ts';
import { pinball } from '../../controller/backtest/score.ts';

/** The quantiles that are scored, in the order of the figures. */
export const LEVELS = [0.9, 0.95, 0.99] as const;
/** The windows whose maximum is scored. */
export const WINDOWS = [2, 5, 10, 20] as const;

const P50 = 1;
const P90 = 2;
const P95 = 3;

/** What scoring adds up; ratios are taken from it at the end. */
export interface Sums {
  pairs: number;
  /** Absolute errors per lead, of the forecast's p50 and of the two baselines. */
  readonly error: Float64Array;
  readonly seasonalError: Float64Array;
  readonly naiveError: Float64Array;
  /** Per level. */
  readonly pinball: Float64Array;
  readonly covered: Float64Array;
  readonly peaks: readonly PeakSums[];
}

export interface PeakSums {
  readonly window: number;
  origins: number;
  /** P95 pinball losses: of the window's own p95, and of the highest of its leads' p95. */
  own: number;
  ofLeads: number;
  readonly covered: Float64Array;
}

export function emptySums(): Sums {
  return {
    pairs: 0,
    error: new Float64Array(LEADS),
    seasonalError: new Float64Array(LEADS),
    naiveError: new Float64Array(LEADS),
    pinball: new Float64Array(LEVELS.length),
    covered: new Float64Array(LEVELS.length),
    peaks: WINDOWS.map((window) => ({
      window,
      origins: 0,
      own: 0,
      ofLeads: 0,
      covered: new Float64Array(LEVELS.length),
    })),
  };
}

const usual = new Float64Array(LEADS);

/** Adds the leads of one origin for which the actual and the value a season before are known. */
export function addLeads(
  sums: Sums,
  values: Float64Array,
  seasonSteps: number,
  origin: number,
  figures: Float64Array,
): void {
  const now = values[origin] ?? Number.NaN;
  seasonalNaive(values, origin, { seasonSteps }, usual);
  const last = Math.min(LEADS, values.length - 1 - origin);
  for (let lead = 1; lead <= last; lead++) {
    const actual = values[origin + lead] ?? Number.NaN;
    const seasonal = usual[lead - 1] ?? Number.NaN;
    if (Number.isNaN(actual) || Number.isNaN(seasonal)) continue;
    const at = (lead - 1) * FIGURES;
    sums.pairs++;
    add(sums.error, lead - 1, Math.abs(actual - (figures[at + P50] ?? Number.NaN)));
    add(sums.seasonalError, lead - 1, Math.abs(actual - seasonal));
    add(sums.naiveError, lead - 1, Math.abs(actual - now));
    for (const [index, level] of LEVELS.entries()) {
      const quantile = figures[at + P90 + index] ?? Number.NaN;
      add(sums.pinball, index, pinball(level, actual, quantile));
      if (actual <= quantile) add(sums.covered, index, 1);
    }
  }
}

/** Adds the windows after one origin whose every value is known. */
export function addPeaks(
  sums: Sums,
  values: Float64Array,
  origin: number,
  figures: Float64Array,
  peaks: Float64Array,
): void {
  let highest = 0;
  let highestP95 = 0;
  let lead = 0;
  for (const window of sums.peaks) {
    for (; lead < window.window; lead++) {
      highest = Math.max(highest, values[origin + 1 + lead] ?? Number.NaN);
      highestP95 = Math.max(highestP95, figures[lead * FIGURES + P95] ?? Number.NaN);
    }
    if (Number.isNaN(highest)) return;
    const row = PEAK_STEPS.indexOf(window.window) * FIGURES;
    window.origins++;
    window.own += pinball(0.95, highest, peaks[row + P95] ?? Number.NaN);
    window.ofLeads += pinball(0.95, highest, highestP95);
    for (let index = 0; index < LEVELS.length; index++) {
      if (highest <= (peaks[row + P90 + index] ?? Number.NaN)) add(window.covered, index, 1);
    }
  }
}

function add(to: Float64Array, at: number, value: number): void {
  to[at] = (to[at] ?? 0) + value;
}
