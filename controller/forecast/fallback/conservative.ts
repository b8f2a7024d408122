import { type Answer, ordered } from '../figures.ts';
import { LEADS, PEAK_STEPS } from '../forecast.ts';

const RECENT_STEPS = 40;

/**
 * The last resort, needing one known value: what was seen lately goes on, and its maximum, with a margin, is the upper
 * band. For the last 40 known steps: mean = p50 = their mean, p90 = their maximum, p95 + 10 %, p99 + 25 %; a peak has
 * the maximum as its median, then + 10 %, + 20 %, + 35 %.
 *
 * Example: 10, 20, 30 gives p50 20, p90 30, p95 33, p99 37.5; peaks p50 30, p90 33, p95 36, p99 40.5.
 * Without a single known value all is 0, which says nothing: the quality rule holds replicas then.
 */
export function conservativeBaseline(rates: Float64Array): Answer {
  const known = lastKnown(rates, RECENT_STEPS);
  const mean = known.length > 0 ? known.reduce((sum, rate) => sum + rate, 0) / known.length : 0;
  const highest = Math.max(0, ...known);
  const lead = ordered(mean, mean, highest, highest * 1.1, highest * 1.25);
  const peak = ordered(highest, highest, highest * 1.1, highest * 1.2, highest * 1.35);
  return {
    leads: Array.from({ length: LEADS }, () => lead),
    peaks: PEAK_STEPS.map((steps) => ({ steps, ...peak })),
  };
}

function lastKnown(rates: Float64Array, count: number): number[] {
  const known: number[] = [];
  for (let at = rates.length - 1; at >= 0 && known.length < count; at--) {
    const rate = rates[at] ?? Number.NaN;
    if (Number.isFinite(rate) && rate >= 0) known.push(rate);
  }
  return known;
}
