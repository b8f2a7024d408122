import { FIGURES } from '../../assembly/pkg/forecaster.js';
import { ANSWER_FIGURES, LEAD_FIGURES } from './batch.ts';
import { LEADS, PEAK_STEPS, type Peak, type Quantiles } from './forecast.ts';

/** What a forecast says, whoever made it. */
export interface Answer {
  readonly leads: readonly Quantiles[];
  readonly peaks: readonly Peak[];
}

/** The answer at `from`; undefined when any figure is not finite, is negative, or quantiles are out of order. */
export function readAnswer(figures: Float64Array, from: number): Answer | undefined {
  const own = figures.subarray(from, from + ANSWER_FIGURES);
  if (own.length < ANSWER_FIGURES || !sound(own)) return undefined;
  return {
    leads: Array.from({ length: LEADS }, (_, lead) => quantilesAt(own, lead * FIGURES)),
    peaks: PEAK_STEPS.map((steps, row) => ({ steps, ...quantilesAt(own, LEAD_FIGURES + row * FIGURES) })),
  };
}

function sound(figures: Float64Array): boolean {
  for (let at = 0; at < figures.length; at++) {
    const value = figures[at] ?? Number.NaN;
    if (!(Number.isFinite(value) && value >= 0)) return false;
    const column = at % FIGURES;
    if (column > 1 && value < (figures[at - 1] ?? Number.NaN)) return false;
  }
  return true;
}

function quantilesAt(figures: Float64Array, at: number): Quantiles {
  const [mean = 0, p50 = 0, p90 = 0, p95 = 0, p99 = 0] = figures.subarray(at, at + FIGURES);
  return { mean, p50, p90, p95, p99 };
}

/** Makes figures sound: none below zero, none below the one before it. */
export function ordered(mean: number, p50: number, p90: number, p95: number, p99: number): Quantiles {
  const low = Math.max(0, p50);
  const high = Math.max(low, p90);
  const higher = Math.max(high, p95);
  return { mean: Math.max(0, mean), p50: low, p90: high, p95: higher, p99: Math.max(higher, p99) };
}
