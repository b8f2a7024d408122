import { type Outcome, outcomeOf } from './outcome.ts';
import type { Scaler } from './scaler.ts';
import { type Ground, play, rowsOf, type Schedule, type Work } from './schedule.ts';

/** Percent. Down to 5: on bursty traffic only a nearly idle fleet meets the limit, and a rival may have it. */
export const TARGETS = [5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80] as const;

export interface Tuned {
  readonly target: number;
  readonly schedule: Schedule;
  readonly outcome: Outcome;
  /** false: no target meets the limit, and this is the one that misses it least. */
  readonly meetsLimit: boolean;
}

/**
 * The target an operator would have set had they known the judged half: the cheapest that keeps the hot share within
 * `limit`. Stronger than any rival can be.
 *
 * targets 50 / 60 / 70 cost 12 / 10 / 9 pod-hours and run hot 0.2 / 0.9 / 1.4 %; limit 1 %
 * 50 and 60 meet it, 60 is cheaper
 * -> 60
 */
export function* tuned(
  scalerFor: (target: number) => Scaler,
  ground: Ground,
  fromTick: number,
  limit: number,
): Work<Tuned> {
  let best: Tuned | undefined;
  for (const target of TARGETS) {
    const played = yield* play(scalerFor(target), ground);
    const outcome = outcomeOf(rowsOf(played, fromTick));
    const next = { target, schedule: played, outcome, meetsLimit: outcome.hotShare <= limit };
    if (best === undefined || better(next, best)) best = next;
  }
  if (best === undefined) throw new RangeError('there must be at least one target');
  return best;
}

function better(next: Tuned, best: Tuned): boolean {
  if (next.meetsLimit !== best.meetsLimit) return next.meetsLimit;
  if (next.meetsLimit) return next.outcome.podHours < best.outcome.podHours;
  return next.outcome.hotShare < best.outcome.hotShare;
}
