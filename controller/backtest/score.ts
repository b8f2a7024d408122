import { FIGURES } from '../../assembly/pkg/forecaster.js';
import { FIELDS, field, type Tally } from './tally.ts';

/** What every candidate is judged on; the same points for all of them. */
export interface Truth {
  readonly values: Float64Array;
  readonly leads: number;
  /** An actual from here on is a peak. */
  readonly peakFrom: number;
}

/** q (y - f) when y is above f, else (1 - q) (f - y): y = 10, f = 8, q = .9 -> 1.8; y = 8, f = 10 -> .2. */
export function pinball(level: number, actual: number, forecast: number): number {
  const miss = actual - forecast;
  return miss >= 0 ? level * miss : (level - 1) * miss;
}

/**
 * Adds what came after the origin at `step` to the sums: `figures`, from `at` on, is what was said of the leads, and
 * `usual` the seasonal naive's values of them; NaN where it has none, and then the point does not count for anybody.
 */
export function score(
  { values, leads, peakFrom }: Truth,
  step: number,
  {
    usual,
    figures,
    at,
  }: { readonly usual: Float64Array; readonly figures: Float64Array; readonly at: number },
  tally: Tally,
): void {
  const now = values[step] as number;
  const last = Math.min(leads, values.length - 1 - step);
  for (let lead = 1; lead <= last; lead++) {
    const actual = values[step + lead] as number;
    if (Number.isNaN(actual) || Number.isNaN(usual[lead - 1])) continue;
    const from = at + (lead - 1) * FIGURES;
    const p50 = figures[from + 1] as number;
    const row = (lead - 1) * FIELDS;
    addPoint(tally, row, actual, p50);
    addQuantiles(tally, row, actual, figures, from);
    if (actual >= peakFrom) addPeak(tally, row, actual, p50, figures[from + 3] as number);
    if (actual !== now) {
      add(tally, row + field.moved, 1);
      if ((p50 - now) * (actual - now) > 0) add(tally, row + field.movedAsSaid, 1);
    }
  }
}

function add(tally: Tally, at: number, amount: number): void {
  tally[at] = (tally[at] as number) + amount;
}

function addPoint(tally: Tally, row: number, actual: number, p50: number): void {
  const error = Math.abs(actual - p50);
  add(tally, row + field.points, 1);
  add(tally, row + field.error, error);
  add(tally, row + field.squared, error * error);
  add(tally, row + field.actual, actual);
  if (actual > 0) {
    add(tally, row + field.relative, error / actual);
    add(tally, row + field.relativePoints, 1);
  }
}

function addQuantiles(tally: Tally, row: number, actual: number, figures: Float64Array, from: number): void {
  const p90 = figures[from + 2] as number;
  const p95 = figures[from + 3] as number;
  const p99 = figures[from + 4] as number;
  add(tally, row + field.pinball, pinball(0.5, actual, figures[from + 1] as number));
  add(tally, row + field.pinball + 1, pinball(0.9, actual, p90));
  add(tally, row + field.pinball + 2, pinball(0.95, actual, p95));
  add(tally, row + field.pinball + 3, pinball(0.99, actual, p99));
  if (actual <= p90) add(tally, row + field.covered, 1);
  if (actual <= p95) add(tally, row + field.covered + 1, 1);
  if (actual <= p99) add(tally, row + field.covered + 2, 1);
}

function addPeak(tally: Tally, row: number, actual: number, p50: number, p95: number): void {
  add(tally, row + field.peakPoints, 1);
  add(tally, row + field.peakError, Math.abs(actual - p50));
  add(tally, row + field.peakActual, actual);
  if (p50 < actual) add(tally, row + field.peakUnder, 1);
  if (p95 < actual) add(tally, row + field.peakAboveP95, 1);
}
