import type { Forecast, Peak, Quantiles } from '../forecast/forecast.ts';

/**
 * The value that the highest rate of the next `steps` steps stays under with `probability`, in requests per second;
 * NaN when the forecast cannot say. Linear between the known window lengths, and between p50, p90, p95 and p99 in
 * -ln(1 - p), in which an exponential tail is a straight line; beyond p99 that line goes on. Clamped at p50 and at the
 * longest window; never below the median of a lead inside the window, because a jump between two window lengths is not
 * a slope.
 *
 * peaks: 2 steps p95 100, p99 140; 5 steps p95 130, p99 200
 * steps 3, probability 0.97: ln(0.05 / 0.03) / ln(0.05 / 0.01) = 0.317 of the way from p95 to p99
 * 112.7 at 2 steps, 152.2 at 5
 * -> 125.9
 */
export function peakRps({ peaks, leads }: Forecast, steps: number, probability: number): number {
  const after = peaks.find((peak) => peak.steps >= steps) ?? peaks.at(-1);
  if (after === undefined) return Number.NaN;
  const before = peaks.findLast((peak) => peak.steps <= steps) ?? after;
  const high = quantile(after, probability);
  if (before.steps === after.steps) return high;
  const low = quantile(before, probability);
  const window = low + ((high - low) * (steps - before.steps)) / (after.steps - before.steps);
  return leads.slice(0, Math.ceil(steps)).reduce((most, { p50 }) => Math.max(most, p50), window);
}

/**
 * The value that the rate stays under with `probability` in the step that lies `steps` ahead, in requests per second;
 * NaN without leads. Between quantiles as {@link peakRps}; beyond the last lead that one stands.
 *
 * lead 4: p95 90, p99 120
 * steps 3.2 -> lead 4, probability 0.99
 * -> 120
 */
export function leadRps({ leads }: Forecast, steps: number, probability: number): number {
  const lead = leads[Math.max(1, Math.ceil(steps - 1e-9)) - 1] ?? leads.at(-1);
  return lead === undefined ? Number.NaN : quantile(lead, probability);
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

function quantile({ p50, p90, p95, p99 }: Quantiles, probability: number): number {
  if (probability <= 0.5) return p50;
  if (probability <= 0.9) return along(probability, 0.5, p50, 0.9, p90);
  if (probability <= 0.95) return along(probability, 0.9, p90, 0.95, p95);
  return along(probability, 0.95, p95, 0.99, p99);
}

/** Straight in -ln(1 - p) from p0 to p1, and beyond. */
function along(p: number, p0: number, low: number, p1: number, high: number): number {
  return low + ((high - low) * Math.log((1 - p0) / (1 - p))) / Math.log((1 - p0) / (1 - p1));
}
