import { z } from 'zod';
import type { PredictiveScalerSpec } from '../api/predictive-scaler.ts';
import type { Step } from '../series/step.ts';
import { ANCHOR_SHARE } from './constants.ts';
import { testify } from './evidence.ts';
import type { Boldness, BudgetUse } from './observation.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
export const PERIOD_DAYS = 30;

/**
 * Burn rates as SRE practice has them (Google, "The Site Reliability Workbook", chapter 5): 14.4 times the budget's pace for an
 * hour is 2 % of 30 days, 6 times for 6 hours is 5 %. The short window says that it still goes on. The slow burn of 3 days
 * (1 x, 10 %) is told, and raises nothing: how bold to be over days is what the ladder learns.
 */
const FAST = { times: 14.4, longMs: HOUR_MS, shortMs: 5 * MINUTE_MS, way: 0.5 } as const;
const SLOW = { times: 6, longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS, way: 0.25 } as const;
/** The ladder's top rung. */
const TOP = 0.9995;
/** With a budget of 20 % nothing burns 14.4 times: half of all requests missed is as fast as it gets. */
const MOST_SHARE = 0.5;

/** How long a bucket is, and how many are kept: an hour of minutes, 6.5 hours of halves, 30 days of quarters. */
const tiers = [
  { spanMs: MINUTE_MS, keep: 61 },
  { spanMs: 30 * MINUTE_MS, keep: 13 },
  { spanMs: 6 * HOUR_MS, keep: 121 },
] as const;

/** Start in Unix ms; requests; those of steps that missed the objective; of these, those that more replicas may have helped. */
const bucket = z.tuple([z.number(), z.number().min(0), z.number().min(0), z.number().min(0)]);
const schema = z.array(z.array(bucket).max(121)).length(tiers.length);

type Bucket = Readonly<z.output<typeof bucket>>;

/** What was spent of the objective's budget, by tier, oldest first. Plain JSON, so that it outlives the process. */
export type BudgetState = readonly (readonly Bucket[])[];

/** The state as it was remembered; empty when nothing was, or when it is not such a state. */
export function initialBudget(recalled?: unknown): BudgetState {
  const parsed = schema.safeParse(recalled);
  return parsed.success ? parsed.data : tiers.map(() => []);
}

/** One closed step and the fleet that served it. */
export interface Spending {
  readonly step: Step;
  readonly stepSeconds: number;
  readonly ready: number;
  /** What one replica carries; NaN while unknown. */
  readonly capacityRps: number;
  readonly objective: PredictiveScalerSpec['objective'];
}

/**
 * Counts the requests of a step, and whether it missed the objective. A fleet that misses at less than half of what it carries is
 * not short of replicas: that spends the budget, and is no reason to ask for more. Returns the same object where nothing is known.
 *
 * a step of 15 s at 100 requests/s missed the objective; 4 ready, one carries 40 | 100
 * 25 per replica is at least half of 40 | less than half of 100
 * -> 1,500 requests, all missed, 1,500 short | 0 short
 */
export function spend(state: BudgetState, spending: Spending): BudgetState {
  const { step, stepSeconds, ready, capacityRps, objective } = spending;
  const requests = step.rps * stepSeconds;
  if (!(requests > 0 && Number.isFinite(requests)) || step.latency === undefined) return state;
  const missed = testify({ step, objective }).missed ? requests : 0;
  const idle = step.rps / ready < capacityRps * ANCHOR_SHARE;
  return tiers.map(({ spanMs, keep }, tier) =>
    added(state[tier] ?? [], Math.floor(step.startMs / spanMs) * spanMs, keep, [
      requests,
      missed,
      idle ? 0 : missed,
    ]),
  );
}

function added(
  buckets: readonly Bucket[],
  startMs: number,
  keep: number,
  [all, missed, short]: readonly [number, number, number],
): readonly Bucket[] {
  const last = buckets.at(-1);
  // A clock that was set back: what it had counted as the future is dropped.
  if (last && last[0] > startMs) return added(buckets.slice(0, -1), startMs, keep, [all, missed, short]);
  if (last?.[0] !== startMs) return [...buckets.slice(1 - keep), [startMs, all, missed, short]];
  return [...buckets.slice(0, -1), [startMs, last[1] + all, last[2] + missed, last[3] + short]];
}

/** How much is spent, and how fast; undefined before the first request whose latency is known. */
export function budgetUseOf(state: BudgetState, nowMs: number, limit: number): BudgetUse | undefined {
  const [minutes = [], halves = [], quarters = []] = state;
  if (quarters.length === 0) return undefined;
  const share = (buckets: readonly Bucket[], windowMs: number, of: 2 | 3 = 2) =>
    shareOf(buckets, nowMs, windowMs, of);
  const hourShort = share(minutes, FAST.longMs, 3);
  const burnsFast = exceeds(FAST, hourShort, share(minutes, FAST.shortMs, 3), limit);
  const burnsSlowly = exceeds(SLOW, share(halves, SLOW.longMs, 3), share(minutes, SLOW.shortMs, 3), limit);
  return {
    spentShare: share(quarters, PERIOD_DAYS * DAY_MS) / limit,
    hourBurn: share(minutes, HOUR_MS) / limit,
    threeDayBurn: share(quarters, 3 * DAY_MS) / limit,
    guard: burnsFast ? 'fast' : burnsSlowly ? 'slow' : 'none',
  };
}

function exceeds(burn: { readonly times: number }, long: number, short: number, limit: number): boolean {
  const most = Math.min(burn.times * limit, MOST_SHARE);
  return long >= most && short >= most;
}

/**
 * Of the window's requests. What is not known of the window yet counts as if its load had been the same and had met the
 * objective: two bad minutes after a start are not an hour of them.
 *
 * an hour; 6 minutes are known, 3 of which missed
 * 3 / 60
 * -> 5 %
 */
function shareOf(buckets: readonly Bucket[], nowMs: number, windowMs: number, of: 2 | 3): number {
  const oldest = buckets.at(0);
  if (oldest === undefined) return 0;
  let all = 0;
  let part = 0;
  for (let at = buckets.length - 1; at >= 0; at--) {
    const one = buckets[at];
    if (one === undefined || one[0] <= nowMs - windowMs) break;
    all += one[1];
    part += one[of];
  }
  const knownMs = Math.max(MINUTE_MS, nowMs - oldest[0]);
  return all > 0 ? part / (all * Math.max(1, windowMs / knownMs)) : 0;
}

/**
 * Surer while the budget burns fast: a part of the way to the ladder's top, in -ln(1 - p), as a tail is straight there. Never less
 * sure than what was learned.
 *
 * learned 0.95; the budget burns fast: half of the way to 0.9995
 * 1 - 0.05^0.5 x 0.0005^0.5
 * -> 0.995
 */
export function guarded(boldness: Boldness, use: BudgetUse | undefined): Boldness {
  if (use === undefined || use.guard === 'none' || boldness.probability >= TOP) return boldness;
  const { way } = use.guard === 'fast' ? FAST : SLOW;
  return { ...boldness, probability: 1 - (1 - boldness.probability) ** (1 - way) * (1 - TOP) ** way };
}
