/**
 * One closed step of one workload, all pods together. A figure that is not known is NaN, never zero; `rps` 0 means
 * that pods reported and said there was no request.
 */
export interface Step {
  /** Unix ms, a multiple of the step length. */
  readonly startMs: number;
  /** Arrivals per second, silent pods made up for; NaN when too few reported. */
  readonly rps: number;
  /** Failed / all; NaN without requests. */
  readonly errorRatio: number;
  /** Seconds; the edges of the bucket each quantile fell in; undefined without requests. */
  readonly latency?: { readonly p50: Interval; readonly p95: Interval; readonly p99: Interval };
  readonly inflight: number;
  /** Pods that reported in this step, and pods that should have (reported lately and still exist). */
  readonly podsReporting: number;
  readonly podsExpected: number;
  readonly flags: readonly QualityFlag[];
}

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** Why a step is not taken at face value. `Missing` and `Rejected` make rps NaN; the others only forbid scale-down. */
export type QualityFlag = 'Missing' | 'Partial' | 'Rejected' | 'Reset' | 'Late' | 'Stuck';
