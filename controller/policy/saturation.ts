import { z } from 'zod';
import {
  GAUGE_LEAST,
  REACH_LEAST,
  REACH_MOST,
  SATURATION_PRIOR_SPREAD,
  SATURATION_STEPS,
  SURE_USE,
} from './constants.ts';
import type { Evidence } from './evidence.ts';

export const saturation = z.object({
  /** Mean of ln(requests per second at which one replica would be busy all the time), and the variance around it. */
  logRps: z.number(),
  variance: z.number().min(0),
  /** Mean of the share of the threshold that the percentile would take in a replica at rest. */
  rest: z.number().min(0),
  /** Steps that said something, up to SATURATION_STEPS. */
  steps: z.int().min(1).max(SATURATION_STEPS),
});

/** At which rate one replica would be busy all the time, by what was inside it at lower rates. Plain JSON. */
export type Saturation = Readonly<z.output<typeof saturation>>;

/**
 * How many requests one replica has inside it says how busy it is. In a processor that its requests share (M/G/1-PS, any
 * service time) their number is N = u / (1 - u), so u = N / (1 + N); a replica of several cores, or one that waits for
 * others, holds more at the same use, so that u is read too high and the rate too low: the safe side. Averaged, because a
 * gauge is read in one moment of a step.
 *
 * 103 requests/s per replica, 1.27 inside it
 * u = 1.27 / 2.27 = 0.56
 * -> 184 requests/s would keep it busy all the time
 */
export function noteSaturation(
  known: Saturation | undefined,
  evidence: Evidence,
  rate: number,
  share: number,
): Saturation | undefined {
  const inside = insideOf(evidence, rate);
  if (!(inside > 0 && Number.isFinite(inside))) return known;
  const sample = Math.log((rate * (1 + inside)) / inside);
  const rest = share / (1 + inside);
  if (known === undefined) return { logRps: sample, variance: SATURATION_PRIOR_SPREAD ** 2, rest, steps: 1 };
  const steps = Math.min(SATURATION_STEPS, known.steps + 1);
  const off = sample - known.logRps;
  return {
    logRps: known.logRps + off / steps,
    variance: known.variance + (off * off * (1 - 1 / steps) - known.variance) / steps,
    rest: known.rest + (rest - known.rest) / steps,
    steps,
  };
}

/**
 * By which factor a rate may be exceeded, at most REACH_MOST. The percentile goes with 1 / (1 - u): at rest it takes a share
 * of the threshold that is (1 - u) times what it takes now, and reaches the threshold at u* = 1 - that. The saturating
 * rate is taken two standard errors low.
 *
 * 103 requests/s of 184: u 0.56; p99 57 ms, threshold 250 ms: a share of 0.23, at rest 0.44 x 0.23 = 0.1
 * u* = 0.9, 0.9 / 0.56 = 1.6
 * -> 1.25
 */
export function reachOf(known: Saturation, rate: number, share: number): number {
  const { logRps, variance, rest, steps } = known;
  const saturating = Math.exp(logRps - 2 * Math.sqrt(variance / steps));
  const use = Math.min(1, rate / saturating);
  // No replica is busier than what is inside it: N >= u, whatever the queue is like.
  const most = Math.max(REACH_MOST, (SURE_USE * (1 - use)) / use);
  // Many cores hold much at any use; what answers in less than half of the threshold is tried with a little more.
  const least = share <= 0.5 ? REACH_LEAST : 1;
  return Math.min(most, Math.max(least, (1 - rest) / use));
}

/**
 * Little's law: what is inside is the rate times the mean time. The gauge counts it; the percentiles bound it from both
 * sides, also where a mesh has no gauge, or a broken one.
 */
function insideOf({ step: { inflight, latency }, ready }: Evidence, rate: number): number {
  if (latency === undefined) return Number.NaN;
  const { p50, p95, p99 } = latency;
  const least = rate * (0.45 * p50.lower + 0.04 * p95.lower + 0.01 * p99.lower);
  const most = rate * (0.5 * p50.upper + 0.45 * p95.upper + 0.05 * p99.upper);
  // A moment in which few are inside is mostly one in which nobody is: then it is the percentiles that say.
  const gauged = inflight >= GAUGE_LEAST ? inflight / ready : most;
  return Math.min(most, Math.max(least, gauged));
}
