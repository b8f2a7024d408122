import { z } from 'zod';
import type { PredictiveScalerSpec } from '../api/predictive-scaler.ts';
import {
  AFTERMATH_SHARE,
  AFTERMATH_STEPS,
  ANCHOR_KEPT,
  ANCHOR_SHARE,
  CARRIED_SHARE,
  EVIDENCE_LEAST_STEPS,
  EVIDENCE_MOST,
  GOOD_KEPT,
  GOOD_STEPS,
  MISSED_COUNTS,
  MISSED_HALF_LIFE_SECONDS,
  MISSED_KEPT,
  MISSED_STEPS,
  RATE_BIN,
  RETREAT_BINS,
  SETTLING_STEPS,
} from './constants.ts';
import { type Evidence, testify } from './evidence.ts';
import type { Capacity } from './observation.ts';
import { noteSaturation, reachOf, type Saturation, saturation } from './saturation.ts';

const bin = z.object({
  /** Rates per replica in [1.02^index, 1.02^(index + 1)). */
  index: z.int(),
  good: z.number().min(0).max(EVIDENCE_MOST),
  /** Steps at lower rates that speak for this one by how busy the replicas were; nothing was carried yet. */
  reached: z.number().min(0).max(EVIDENCE_MOST).optional(),
  missed: z.number().min(0).max(EVIDENCE_MOST),
});

const schema = z.object({
  /** Ascending in index. */
  bins: z.array(bin),
  /** The bound as of the last evidence; absent before there was any. */
  boundRps: z.number().positive().optional(),
  /** The highest bound so far; gives way only slowly. */
  anchorRps: z.number().positive().optional(),
  /** Steps that said something, up to EVIDENCE_LEAST_STEPS. */
  evidence: z.int().min(0),
  /** Unix ms at which misses faded last. */
  fadedMs: z.number(),
  ready: z.int().min(0),
  settledSteps: z.int().min(0),
  /** Misses since the last good step: a run of them is a change of the software, not the edge of what is carried. */
  missedInARow: z.int().min(0),
  saturation: saturation.optional(),
  /** The rate of the first step that met the objective. */
  firstRps: z.number().positive().optional(),
  /** The rate at which a queue built up, and how many more steps may be serving it. */
  aftermath: z.object({ rps: z.number().positive(), steps: z.int().positive() }).optional(),
});

type Bin = Readonly<Omit<z.output<typeof bin>, 'reached'>> & { readonly reached?: number };

/** What is known of one replica's capacity. Plain JSON, so that it outlives the process. */
export type CapacityState = Readonly<
  Omit<z.output<typeof schema>, 'bins' | 'boundRps' | 'anchorRps' | 'saturation' | 'firstRps' | 'aftermath'>
> & {
  readonly bins: readonly Bin[];
  readonly boundRps?: number;
  readonly anchorRps?: number;
  readonly saturation?: Saturation;
  readonly firstRps?: number;
  readonly aftermath?: { readonly rps: number; readonly steps: number };
};

/** The state as it was remembered; empty when nothing was, or when it is not such a state. */
export function initialCapacity(recalled?: unknown): CapacityState {
  const parsed = schema.safeParse(recalled);
  if (parsed.success) return withoutUndefined(parsed.data);
  return { bins: [], evidence: 0, fadedMs: 0, ready: 0, settledSteps: 0, missedInARow: 0 };
}

/**
 * The rate per replica is what counts, and evidence is ordered: a step that met the objective at a rate speaks for all
 * rates up to it and against misses there; a miss speaks against all rates from its own on. So the good bound never
 * falls because the load per replica fell, only because a rate it carried is missed again and again. A step that met
 * it with idle replicas speaks for more than its rate (up to 25 %, see {@link reachOf}), so that a fleet that is too large
 * finds out; a miss takes that back at once.
 *
 * 10 ready; 6 steps of 600 requests/s met the objective, then the load falls to 100 requests/s
 * five or more steps carried 60 per replica; steps at 10 per replica do not speak against that
 * -> 59.1 (the lower edge of the 2 % bin that holds 60), before and after
 */
export function learnCapacity(state: CapacityState, evidence: Evidence): CapacityState {
  const settled = settle(state, evidence.ready);
  const { met, share, missed, overloaded } = testify(evidence);
  // In a step in which a pod came or went, the larger fleet may have carried the load: the lower rate is the sure one.
  const rate = evidence.step.rps / Math.max(evidence.ready, state.ready);
  if (!(rate > 0 && Number.isFinite(rate))) return settled;
  const { anchorRps } = settled;
  const low = anchorRps !== undefined && rate < anchorRps * ANCHOR_SHARE;
  // Far below what was carried a good step tells nothing new: the state stays the same object through the night.
  if (met > 0 && low && settled.evidence === EVIDENCE_LEAST_STEPS) return settled;
  if (met > 0) return withBound(learnGood(settled, evidence, rate, met, share));
  if (!missed) return settled;
  const after = queueBehind(settled, rate, overloaded);
  // A cold pod's latency is not the fleet's capacity, nor is that of a queue which built up at a higher rate.
  const queued = settled.aftermath !== undefined && rate < settled.aftermath.rps * AFTERMATH_SHARE;
  if (queued || evidence.starting > 0 || after.settledSteps < SETTLING_STEPS) return after;
  if (low) return { ...after, anchorRps: anchorRps * ANCHOR_KEPT };
  return withBound(countMiss(after, rate, evidence.step.startMs));
}

function learnGood(
  state: CapacityState,
  evidence: Evidence,
  rate: number,
  met: number,
  share: number,
): CapacityState {
  const { aftermath: _over, ...calm } = state;
  const steady = evidence.starting === 0 && evidence.ready === state.ready;
  const known =
    steady && met === 1 ? noteSaturation(calm.saturation, evidence, rate, share) : calm.saturation;
  const averaged = known !== undefined && known.steps >= GOOD_STEPS && met === 1;
  const reach = averaged ? reachOf(known, rate, share) : 1;
  const own = indexOf(rate);
  const upTo = own + Math.floor(Math.log(reach) / Math.log(RATE_BIN) + 1e-9);
  const told = {
    ...calm,
    ...(known === undefined ? {} : { saturation: known }),
    ...(calm.firstRps === undefined && met === 1 ? { firstRps: rate } : {}),
  };
  return countGood(told, own, upTo, met);
}

/** Remembers the highest rate of an overload until a step is good again, or its queue must have been served. */
function queueBehind(state: CapacityState, rate: number, overloaded: boolean): CapacityState {
  const { aftermath, ...rest } = state;
  if (overloaded && rate >= (aftermath?.rps ?? 0) * AFTERMATH_SHARE) {
    return { ...rest, aftermath: { rps: Math.max(rate, aftermath?.rps ?? 0), steps: AFTERMATH_STEPS } };
  }
  if (aftermath === undefined) return state;
  return aftermath.steps > 1 ? { ...rest, aftermath: { ...aftermath, steps: aftermath.steps - 1 } } : rest;
}

/** Whether there is something to store: how busy the replicas were is read anew at every step, and may be a little old. */
export function isNewCapacity(before: CapacityState, after: CapacityState): boolean {
  return (
    after.bins !== before.bins ||
    after.boundRps !== before.boundRps ||
    after.anchorRps !== before.anchorRps ||
    after.evidence !== before.evidence
  );
}

/** Pinned by the spec, else the learned bound; NaN until enough steps have said something. */
export function capacityOf(state: CapacityState, spec: Pick<PredictiveScalerSpec, 'capacity'>): Capacity {
  const { evidence, boundRps } = state;
  const pinned = spec.capacity.requestsPerSecondPerReplica;
  if (pinned !== undefined) return { rpsPerReplica: pinned, source: 'pinned', evidence };
  if (boundRps === undefined || evidence < EVIDENCE_LEAST_STEPS) {
    return { rpsPerReplica: Number.NaN, source: 'unknown', evidence, ...firstOf(state), ...missedOf(state) };
  }
  const carried = carriedIn(state.bins, ({ good }) => good);
  const beyond = carried !== undefined && RATE_BIN ** carried.index < boundRps * CARRIED_SHARE;
  const seen = beyond ? { carriedRps: RATE_BIN ** carried.index } : {};
  return { rpsPerReplica: boundRps, source: 'learned', evidence, ...seen };
}

function firstOf({ firstRps, saturation: known }: CapacityState): Pick<Capacity, 'firstRps'> {
  if (firstRps === undefined) return {};
  return { firstRps: known === undefined ? firstRps : firstRps * reachOf(known, firstRps, 1) };
}

/** Between which rates the objective was missed; a bin's lower edge stands for it. */
function missedOf({ bins }: CapacityState): Pick<Capacity, 'missed'> {
  const missed = bins.filter((bin) => bin.missed >= MISSED_COUNTS);
  const [lowest, highest] = [missed.at(0), missed.at(-1)];
  if (lowest === undefined || highest === undefined) return {};
  return { missed: { lowestRps: RATE_BIN ** lowest.index, highestRps: RATE_BIN ** highest.index } };
}

function settle(state: CapacityState, ready: number): CapacityState {
  if (ready !== state.ready) return { ...state, ready, settledSteps: 0 };
  if (state.settledSteps >= SETTLING_STEPS) return state;
  return { ...state, settledSteps: state.settledSteps + 1 };
}

function countGood(state: CapacityState, own: number, upTo: number, weight: number): CapacityState {
  const inARow = state.missedInARow === 0 ? state : { ...state, missedInARow: 0 };
  const tooMuch = tooMuchIn(state.bins)?.index ?? Number.POSITIVE_INFINITY;
  const reaches = upTo > own && upTo < tooMuch;
  return update(inARow, reaches ? [own, upTo] : [own], ({ index, good, reached = 0, missed }) => ({
    index,
    good: index === own ? Math.min(EVIDENCE_MOST, good + weight) : good,
    // What was inside is averaged over as many steps already.
    reached: reaches && index === upTo ? GOOD_STEPS : reached,
    missed: index <= own ? faint(missed * MISSED_KEPT) : missed,
  }));
}

/**
 * What a miss takes from the good evidence at its rate and above still speaks for rates a little lower, so that the
 * bound walks down by steps of 6 % while misses go on, instead of falling to whatever lower load was seen last.
 */
function countMiss(state: CapacityState, rate: number, atMs: number): CapacityState {
  const own = indexOf(rate);
  const below = own - RETREAT_BINS;
  const elapsedSeconds = Math.max(0, atMs - state.fadedMs) / 1000;
  const kept = 0.5 ** (elapsedSeconds / MISSED_HALF_LIFE_SECONDS);
  const above = state.bins.filter(({ index }) => index >= own);
  const taken = above.reduce((total, { good }) => total + good - faint(good * GOOD_KEPT), 0);
  const counted = update(state, [below, own], ({ index, good, reached = 0, missed }) => ({
    index,
    reached: index >= own ? 0 : reached,
    good:
      index >= own ? faint(good * GOOD_KEPT) : Math.min(EVIDENCE_MOST, good + (index === below ? taken : 0)),
    missed: Math.min(EVIDENCE_MOST, faint(missed * kept) + (index === own ? 1 : 0)),
  }));
  const missedInARow = Math.min(EVIDENCE_MOST, state.missedInARow + 1);
  return { ...counted, fadedMs: atMs, missedInARow };
}

/** Changes every bin, the named ones also where they do not exist yet; the same state if nothing is different. */
function update(state: CapacityState, named: readonly number[], change: (bin: Bin) => Bin): CapacityState {
  const absent = named.filter((wanted) => !state.bins.some(({ index }) => index === wanted));
  const added = absent.map((index) => ({ index, good: 0, reached: 0, missed: 0 }));
  const bins = [...state.bins, ...added].sort((a, b) => a.index - b.index);
  const changed = bins.map(change);
  const evidence = Math.min(EVIDENCE_LEAST_STEPS, state.evidence + 1);
  const same =
    absent.length === 0 && evidence === state.evidence && changed.every((bin, at) => isSame(bin, bins[at]));
  return same ? state : { ...state, bins: changed, evidence };
}

/** The lower of: the highest rate that enough steps carried; just below the lowest that enough steps missed. */
function withBound(state: CapacityState): CapacityState {
  const carried = carriedIn(state.bins, speaksFor);
  const tooMuch = tooMuchIn(state.bins);
  const known = state.anchorRps !== undefined || carried !== undefined;
  if (!known || (carried === undefined && tooMuch === undefined)) return state;
  const retreat = state.missedInARow > MISSED_STEPS ? RETREAT_BINS : 1;
  const most = carried?.index ?? Number.POSITIVE_INFINITY;
  const boundRps = RATE_BIN ** Math.min(most, (tooMuch?.index ?? Number.POSITIVE_INFINITY) - retreat);
  // Only a bound that rises lifts the anchor: one that merely stands must not undo how the anchor gave way.
  const risen = boundRps > (state.boundRps ?? 0);
  const anchorRps = risen ? Math.max(state.anchorRps ?? 0, boundRps) : (state.anchorRps ?? boundRps);
  // Below the anchor's share no miss counts, and no good step there can be the fifth highest: those bins are dead.
  const bins = state.bins.filter(({ index }) => RATE_BIN ** (index + 1) >= anchorRps * ANCHOR_SHARE);
  if (boundRps === state.boundRps && anchorRps === state.anchorRps && bins.length === state.bins.length) {
    return state;
  }
  return { ...state, boundRps, anchorRps, bins };
}

/** The highest rate that enough steps speak for. */
function carriedIn(bins: readonly Bin[], weight: (bin: Bin) => number): Bin | undefined {
  return bins.findLast((_, at) => sum(bins.slice(at), weight) >= GOOD_STEPS);
}

function tooMuchIn(bins: readonly Bin[]): Bin | undefined {
  return bins.find((_, at) => sum(bins.slice(0, at + 1), ({ missed }) => missed) >= MISSED_STEPS);
}

function speaksFor({ good, reached = 0 }: Bin): number {
  return good + reached;
}

function sum(bins: readonly Bin[], weight: (bin: Bin) => number): number {
  return bins.reduce((total, bin) => total + weight(bin), 0);
}

function indexOf(rate: number): number {
  return Math.floor(Math.log(rate) / Math.log(RATE_BIN));
}

/** Weights that no sum would notice are zero, so that a steady state stays the same object. */
function faint(weight: number): number {
  return weight < 0.01 ? 0 : weight;
}

function isSame(a: Bin, b: Bin | undefined): boolean {
  return b !== undefined && a.good === b.good && a.reached === b.reached && a.missed === b.missed;
}

function withoutUndefined(parsed: z.output<typeof schema>): CapacityState {
  const { boundRps, anchorRps, saturation: busy, firstRps, aftermath, bins, ...rest } = parsed;
  return {
    ...rest,
    bins: bins.map(({ reached = 0, ...bin }) => ({ ...bin, reached })),
    ...(busy === undefined ? {} : { saturation: busy }),
    ...(firstRps === undefined ? {} : { firstRps }),
    ...(aftermath === undefined ? {} : { aftermath }),
    ...(boundRps === undefined ? {} : { boundRps }),
    ...(anchorRps === undefined ? {} : { anchorRps }),
  };
}
