import { HOT_UTILISATION } from '../replay/latency.ts';
import { REMOVALS, type Removal } from './learned-removal.ts';
import { REMOVAL_STATES } from './removal-state.ts';

/** Discount per tick of 15 s: what comes 8 minutes later counts a third. A pod that is wanted back is wanted back by then. */
const DISCOUNT = 0.965;

/** What a moment costs: replicas, and this many of them for each replica's load that met too few. Dearer than any start. */
const HOT_PRICE = 8;
/** A replica that goes and one that comes back are a start-up and two writes. */
const TURN_PRICE = 10;

/** A removal that was tried less often in a state is not known there. */
const LEAST_TRIED = 30;

/** Sums of returns and how many there were, by state and removal. Those of several traces add up, and can be left out again. */
export interface Returns {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

export function noReturns(): Returns {
  const size = REMOVAL_STATES * REMOVALS.length;
  return { sums: new Float64Array(size), counts: new Float64Array(size) };
}

/** The removal with the best mean in each state; `none` where none is known. */
export function bestOf(all: readonly Returns[]): Removal[] {
  const mean = meanOver(all);
  return Array.from({ length: REMOVAL_STATES }, (_, state) => {
    const means = REMOVALS.map((_removal, at) => mean(state * REMOVALS.length + at));
    return REMOVALS[means.indexOf(Math.max(...means))] ?? 'none';
  });
}

function meanOver(all: readonly Returns[]): (index: number) => number {
  const total = (index: number, key: keyof Returns) =>
    all.reduce((sum, one) => sum + (one[key][index] ?? 0), 0);
  return (index) => {
    const count = total(index, 'counts');
    return count < LEAST_TRIED ? Number.NEGATIVE_INFINITY : total(index, 'sums') / count;
  };
}

/** What was done, and what each tick cost. */
export interface Episode {
  readonly states: readonly (number | undefined)[];
  readonly removals: readonly (Removal | undefined)[];
  readonly replicas: readonly number[];
  /** Load of each tick in replicas, and how many served it. */
  readonly load: readonly number[];
  readonly ready: readonly number[];
}

/**
 * Every decision's discounted return, backwards over the episode, in parts of the replicas there were, so that a large fleet does
 * not count more than a small one.
 */
export function learnFrom(returns: Returns, episode: Episode): void {
  let value = 0;
  for (let tick = episode.states.length - 1; tick >= 0; tick--) {
    const [state, removal] = [episode.states[tick], episode.removals[tick]];
    const before = episode.replicas[tick] ?? 1;
    const removed = Math.max(0, before - (episode.replicas[tick + 1] ?? before));
    if (state !== undefined && removal !== undefined)
      note(returns, state, removal, (DISCOUNT * value - TURN_PRICE * removed) / before);
    value = rewardOf(episode, tick) + DISCOUNT * value;
  }
}

function note({ sums, counts }: Returns, state: number, removal: Removal, value: number): void {
  const index = state * REMOVALS.length + REMOVALS.indexOf(removal);
  sums[index] = (sums[index] ?? 0) + value;
  counts[index] = (counts[index] ?? 0) + 1;
}

function rewardOf({ replicas, load, ready }: Episode, tick: number): number {
  const arrived = load[tick] ?? 0;
  const hot = arrived > HOT_UTILISATION * (ready[tick] ?? 0) ? arrived : 0;
  return -((replicas[tick] ?? 0) + HOT_PRICE * hot);
}
