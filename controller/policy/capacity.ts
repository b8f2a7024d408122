import { z } from 'zod';
import type { PredictiveScalerSpec } from '../api/predictive-scaler.ts';
import {
  ANCHOR_KEPT,
  ANCHOR_SHARE,
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

const bin = z.object({
  /** Rates per replica in [1.02^index, 1.02^(index + 1)). */
  index: z.int(),
  good: z.number().min(0).max(EVIDENCE_MOST),
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
});

type Bin = Readonly<z.output<typeof bin>>;

/** What is known of one replica's capacity. Plain JSON, so that it outlives the process. */
export type CapacityState = Readonly<Omit<z.output<typeof schema>, 'bins'>> & {
  readonly bins: readonly Bin[];
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
 * it with room speaks for more than its rate (8 to 80 %), so that a fleet that is too large finds out.
 *
 * 10 ready; 6 steps of 600 requests/s met the objective, then the load falls to 100 requests/s
 * five or more steps carried 60 per replica; steps at 10 per replica do not speak against that
 * -> 59.1 (the lower edge of the 2 % bin that holds 60), before and after
 */
export function learnCapacity(state: CapacityState, evidence: Evidence): CapacityState {
  const settled = settle(state, evidence.ready);
  const { met, room, missed } = testify(evidence);
  // In a step in which a pod came or went, the larger fleet may have carried the load: the lower rate is the sure one.
  const rate = evidence.step.rps / Math.max(evidence.ready, state.ready);
  if (!(rate > 0 && Number.isFinite(rate))) return settled;
  const { anchorRps } = settled;
  const low = anchorRps !== undefined && rate < anchorRps * ANCHOR_SHARE;
  // Far below what was carried a good step tells nothing new: the state stays the same object through the night.
  if (met > 0 && low && settled.evidence === EVIDENCE_LEAST_STEPS) return settled;
  if (met > 0) return withBound(countGood(settled, indexOf(rate) + room, met));
  // A cold pod's latency is not the fleet's capacity.
  if (!missed || evidence.starting > 0 || settled.settledSteps < SETTLING_STEPS) return settled;
  if (low) return { ...settled, anchorRps: anchorRps * ANCHOR_KEPT };
  return withBound(countMiss(settled, rate, evidence.step.startMs));
}

/** Pinned by the spec, else the learned bound; NaN until enough steps have said something. */
export function capacityOf(state: CapacityState, spec: Pick<PredictiveScalerSpec, 'capacity'>): Capacity {
  const { evidence, boundRps } = state;
  const pinned = spec.capacity.requestsPerSecondPerReplica;
  if (pinned !== undefined) return { rpsPerReplica: pinned, source: 'pinned', evidence };
  if (boundRps === undefined || evidence < EVIDENCE_LEAST_STEPS) {
    return { rpsPerReplica: Number.NaN, source: 'unknown', evidence, ...missedOf(state) };
  }
  return { rpsPerReplica: boundRps, source: 'learned', evidence };
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

function countGood(state: CapacityState, own: number, weight: number): CapacityState {
  const inARow = state.missedInARow === 0 ? state : { ...state, missedInARow: 0 };
  return update(inARow, [own], ({ index, good, missed }) => ({
    index,
    good: index === own ? Math.min(EVIDENCE_MOST, good + weight) : good,
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
  const counted = update(state, [below, own], ({ index, good, missed }) => ({
    index,
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
  const added = absent.map((index) => ({ index, good: 0, missed: 0 }));
  const bins = [...state.bins, ...added].sort((a, b) => a.index - b.index);
  const changed = bins.map(change);
  const evidence = Math.min(EVIDENCE_LEAST_STEPS, state.evidence + 1);
  const same =
    absent.length === 0 && evidence === state.evidence && changed.every((bin, at) => isSame(bin, bins[at]));
  return same ? state : { ...state, bins: changed, evidence };
}

/** The lower of: the highest rate that enough steps carried; just below the lowest that enough steps missed. */
function withBound(state: CapacityState): CapacityState {
  const carried = state.bins.findLast((_, at) => sum(state.bins.slice(at), 'good') >= GOOD_STEPS);
  const tooMuch = state.bins.find((_, at) => sum(state.bins.slice(0, at + 1), 'missed') >= MISSED_STEPS);
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

function sum(bins: readonly Bin[], key: 'good' | 'missed'): number {
  return bins.reduce((total, bin) => total + bin[key], 0);
}

function indexOf(rate: number): number {
  return Math.floor(Math.log(rate) / Math.log(RATE_BIN));
}

/** Weights that no sum would notice are zero, so that a steady state stays the same object. */
function faint(weight: number): number {
  return weight < 0.01 ? 0 : weight;
}

function isSame(a: Bin, b: Bin | undefined): boolean {
  return b !== undefined && a.good === b.good && a.missed === b.missed;
}

function withoutUndefined({ boundRps, anchorRps, ...rest }: z.output<typeof schema>): CapacityState {
  return {
    ...rest,
    ...(boundRps === undefined ? {} : { boundRps }),
    ...(anchorRps === undefined ? {} : { anchorRps }),
  };
}
