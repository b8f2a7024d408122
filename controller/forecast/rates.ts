import type { ForecastRequest } from '../ports.ts';

/** A ring that throws is a fault of its own workload: its rates are missing, and every other workload is answered. */
export function ratesOf(request: ForecastRequest, sinceMs: number): Float64Array {
  try {
    return request.ratesSince(sinceMs);
  } catch {
    return new Float64Array(0);
  }
}
