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
  /** Pods that reported in this step, and pods that should have: they exist, and reported before or had a minute to. */
  readonly podsReporting: number;
  readonly podsExpected: number;
  readonly flags: readonly QualityFlag[];
}

export interface Interval {
  readonly lower: number;
  readonly upper: number;
  /** Where in it, if the tail is exponential there; absent where no more is known than the edges. */
  readonly likely?: number;
}

/**
 * Why a step is not taken at face value. `Missing` makes rps NaN: fewer than half of the pods spoke. The others leave a
 * rate that may scale up and must not scale down:
 * - `Partial`: some pods were silent and are made up for by the mean of the others
 * - `Rejected`: what a pod said could not be (not finite, negative, another temporality, far beyond the other pods) and
 *   was left out or bounded; one pod cannot make a whole workload unknown
 * - `Reset`: a counter began anew in this step
 * - `Late`: an export came after its step had closed, or speaks of more than a step ago
 * - `Stuck`: the very same rate for 20 steps; real traffic is never that even
 */
export type QualityFlag = 'Missing' | 'Partial' | 'Rejected' | 'Reset' | 'Late' | 'Stuck';
