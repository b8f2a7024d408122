import type { PredictiveScalerSpec } from '../api/predictive-scaler.ts';
import type { Pod } from '../ports.ts';
import type { Interval, Step } from '../series/step.ts';
import { EVIDENCE_LEAST_RPS, OVERLOAD, SETTLING_STEPS } from './constants.ts';

export type Objective = PredictiveScalerSpec['objective'];

/** One closed step and the fleet that served it. */
export interface Evidence {
  readonly step: Step;
  /** Pods Ready when the step closed, and those that do not serve as the others do: not Ready yet, or still cold. */
  readonly ready: number;
  readonly starting: number;
  readonly objective: Objective;
}

/** How much a step speaks for (`met` 0..1) its rate, and whether it speaks against it. Neither: it says nothing. */
export interface Testimony {
  readonly met: number;
  /** At which share of the threshold the percentile is, by all that is known at most; 1 where it was not surely met. */
  readonly share: number;
  readonly missed: boolean;
  /** Missed so far that a queue is behind it, which the next steps still serve. */
  readonly overloaded: boolean;
}

const silent: Testimony = { met: 0, share: 1, missed: false, overloaded: false };

/** A percentile somewhere in a bucket that holds the threshold, while p95 is surely under it. */
const WEAK = 0.25;

/**
 * Reads the objective off the buckets. A percentile is known as the bucket it fell in: (lower, upper].
 * Errors alone are no testimony against a rate: more replicas do not cure a broken dependency, and errors that come
 * from overload come with latency. A step with errors does not speak for its rate either: failing fast is fast.
 *
 * threshold 250 ms; p99 in (100, 250] ms | (50, 100] ms | (250, 500] ms | (200, 300] ms with p95 in (100, 200] ms
 * 250 <= 250 | 100 <= 250 | 250 >= 250 | neither, and 200 <= 250
 * -> met 1 | met 1 at a share of 0.4 | missed | met 0.25
 */
export function testify({ step, objective }: Pick<Evidence, 'step' | 'objective'>): Testimony {
  const { latency } = step;
  if (step.flags.length > 0 || !(step.rps >= EVIDENCE_LEAST_RPS) || latency === undefined) return silent;
  const held = percentileOf(latency, objective.percentile);
  const thresholdSeconds = objective.thresholdMs / 1000;
  if (held.lower >= thresholdSeconds) {
    return { ...silent, missed: true, overloaded: held.lower >= thresholdSeconds * OVERLOAD };
  }
  if (!(step.errorRatio * 100 <= objective.budgetPercent)) return silent;
  if (held.upper <= thresholdSeconds) {
    return { ...silent, met: 1, share: (held.likely ?? held.upper) / thresholdSeconds };
  }
  return latency.p95.upper <= thresholdSeconds ? { ...silent, met: WEAK } : silent;
}

/** The nearest percentile that is known and at least as strict; p99 stands for what is above it. */
function percentileOf(latency: NonNullable<Step['latency']>, percentile: number): Interval {
  if (percentile <= 50) return latency.p50;
  return percentile <= 95 ? latency.p95 : latency.p99;
}

/**
 * Pods that became Ready so shortly before the end of a step that its latency may be their cold start. A rollout swaps
 * pods one by one, and the number of Ready ones does not show it.
 *
 * steps of 15 s; one pod became Ready 40 s before the step's end, one 50 s
 * 40 s < 3 x 15 s
 * -> 1
 */
export function coldPods(pods: readonly Pod[], stepEndMs: number, stepSeconds: number): number {
  const settlingMs = SETTLING_STEPS * stepSeconds * 1000;
  return pods.filter(
    ({ ready, readyMs }) => ready && readyMs !== undefined && stepEndMs - readyMs < settlingMs,
  ).length;
}
