import type { Season } from './season.ts';

/** A forecast of arrivals per second for one workload, made at `originMs` (the end of the last step it knows). */
export interface Forecast {
  readonly originMs: number;
  readonly stepSeconds: number;
  /** Which link of the chain answered: the core's ensemble, the seasonal or the conservative baseline. */
  readonly source: 'champion' | 'seasonal' | 'conservative';
  /** SHA-256 (hex) of the WebAssembly module that answered, or `builtin:<name>` for a baseline. */
  readonly model: string;
  /** Why the champion did not answer; absent when it did. */
  readonly fallbackReason?:
    | 'ModelTrapped'
    | 'ModelTimedOut'
    | 'ModelNotFinite'
    | 'ModelImplausible'
    | 'ModelDigestMismatch'
    | 'ModelWarmingUp';
  /** The periods that it goes by; absent in forecasts that were kept before there were any. */
  readonly season?: Season;
  /** Index i is lead i + 1: the mean rate in (originMs + i * step, originMs + (i + 1) * step]. 30 entries. */
  readonly leads: readonly Quantiles[];
  /** The distribution of the MAXIMUM of the rate over the first `steps` leads; ascending in `steps`. */
  readonly peaks: readonly Peak[];
}

/** Requests per second; finite, >= 0, ascending from p50 to p99. */
export interface Quantiles {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Peak extends Quantiles {
  readonly steps: number;
}

export const LEADS = 30;
export const PEAK_STEPS = [1, 2, 5, 10, 20, 30] as const;
