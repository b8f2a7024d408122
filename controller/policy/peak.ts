import type { Forecast, Peak, Quantiles } from '../forecast/forecast.ts';

/**
 * The value that the highest rate of the next `steps` steps stays under with `probability`, in requests per second;
 * NaN when the forecast cannot say. Linear between the known window lengths and between p50, p90, p95 and p99 (a
 * quantile function is convex up there, so the straight line errs upwards), clamped at both ends; never below what one
 * lead inside the window says by itself, because a jump between two window lengths is not a slope.
 *
 * peaks: 2 steps p95 100, p99 140; 5 steps p95 130, p99 200; the third lead p95 90, p99 120
 * steps 3, probability 0.97
 * -> p95 110, p99 160 at 3 steps -> 135; the lead itself 105
 */
export function peakRps(forecast: Forecast, steps: number, probability: number): number {
  const { peaks, leads } = forecast;
  const after = peaks.find((peak) => peak.steps >= steps) ?? peaks.at(-1);
  if (after === undefined) return Number.NaN;
  const before = peaks.findLast((peak) => peak.steps <= steps) ?? after;
  const known = quantile(after, probability);
  const window =
    before.steps === after.steps
      ? known
      : between(steps, [before.steps, quantile(before, probability)], [after.steps, known]);
  const inside = leads.slice(0, Math.ceil(steps)).map((lead) => quantile(lead, probability));
  return Math.max(window, ...inside);
}

/**
 * The forecast's own figures for the shortest window that covers so many seconds, for people; the longest when none
 * does. Undefined without any.
 *
 * steps of 15 s, windows of 1, 2 and 5 steps
 * 30 s | 31 s | 600 s
 * -> 2 steps | 5 steps | 5 steps
 */
export function peakOver({ peaks, stepSeconds }: Forecast, seconds: number): Peak | undefined {
  return peaks.find(({ steps }) => steps * stepSeconds >= seconds) ?? peaks.at(-1);
}

/** Whether every figure a decision may read is a number: one NaN and the whole forecast is not believed. */
export function isUsable({ peaks, leads }: Forecast): boolean {
  return peaks.length > 0 && peaks.every(areNumbers) && leads.every(areNumbers);
}

function areNumbers({ p50, p90, p95, p99 }: Quantiles): boolean {
  return [p50, p90, p95, p99].every((figure) => Number.isFinite(figure) && figure >= 0);
}

function quantile(quantiles: Quantiles, probability: number): number {
  const { p50, p90, p95, p99 } = quantiles;
  if (probability <= 0.5) return p50;
  if (probability <= 0.9) return between(probability, [0.5, p50], [0.9, p90]);
  if (probability <= 0.95) return between(probability, [0.9, p90], [0.95, p95]);
  return between(Math.min(probability, 0.99), [0.95, p95], [0.99, p99]);
}

type At = readonly [x: number, y: number];

function between(x: number, [x0, y0]: At, [x1, y1]: At): number {
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
