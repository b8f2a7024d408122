import type { Forecast } from '../../controller/forecast/forecast.ts';
import type { ForecastRequest } from '../../controller/ports.ts';

export const STEP_SECONDS = 15;
const STEP_MS = STEP_SECONDS * 1000;

/** A workload whose ring holds `length` steps ending at step `end`; `rateAt` by absolute step; no season: found. */
export function request(
  workload: string,
  end: number,
  length: number,
  seasonSteps: number | undefined,
  rateAt: (step: number) => number,
): ForecastRequest {
  return {
    workload,
    stepSeconds: STEP_SECONDS,
    ...(seasonSteps === undefined ? {} : { seasonSteps }),
    originMs: end * STEP_MS,
    ratesSince: (sinceMs) => {
      const from = Math.max(end - length, sinceMs / STEP_MS);
      return Float64Array.from({ length: Math.max(0, end - from) }, (_, index) => rateAt(from + index));
    },
  };
}

/** Why a forecast may not be used; undefined when it keeps the port's promises. */
export function fault(forecast: Forecast | undefined): string | undefined {
  if (!forecast) return 'there is no forecast';
  if (forecast.leads.length !== 30) return `${forecast.leads.length} leads`;
  if (forecast.peaks.map(({ steps }) => steps).join() !== '1,2,5,10,20,30') return 'other peaks';
  for (const { mean, p50, p90, p95, p99 } of [...forecast.leads, ...forecast.peaks]) {
    if (![mean, p50, p90, p95, p99].every((value) => Number.isFinite(value) && value >= 0))
      return 'not finite';
    if (!(p50 <= p90 && p90 <= p95 && p95 <= p99)) return `${p50} ${p90} ${p95} ${p99}`;
  }
  if ((forecast.source === 'champion') !== (forecast.fallbackReason === undefined))
    return 'source and reason';
  return undefined;
}

export function daily(step: number, seasonSteps: number, mean: number): number {
  return mean * (1 + 0.6 * Math.sin((2 * Math.PI * step) / seasonSteps)) + ((step * 7919) % 11) / 5;
}
