import { type Outcome, outcomeOf } from './outcome.ts';
import type { Scaler } from './scaler.ts';
import { type Ground, play, rowsOf, type Schedule, type Work } from './schedule.ts';

/** Percent. Down to 5: on bursty traffic only a nearly idle fleet meets the limit, and a rival may have it. */
export const TARGETS = [5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80] as const;

/** One target, played. */
export interface Swept {
  readonly target: number;
  readonly schedule: Schedule;
}

export interface Tuned extends Swept {
  readonly outcome: Outcome;
  /** false: no target meets the limit, and this is the one that misses it least. */
  readonly meetsLimit: boolean;
}

/** Plays all targets; which of them is best depends on what is judged, and by what. */
export function* sweep(scalerFor: (target: number) => Scaler, ground: Ground): Work<readonly Swept[]> {
  const swept: Swept[] = [];
  for (const target of TARGETS) swept.push({ target, schedule: yield* play(scalerFor(target), ground) });
  return swept;
}

/**
 * The target an operator would have set had they known the judged part: the cheapest that keeps the hot share within
 * `limit`. Stronger than any rival can be.
 *
 * targets 50 / 60 / 70 cost 12 / 10 / 9 pod-hours and run hot 0.2 / 0.9 / 1.4 %; limit 1 %
 * 50 and 60 meet it, 60 is cheaper
 * -> 60
 */
export function tuned(swept: readonly Swept[], fromTick: number, limit: number): Tuned {
  const judged = swept.map(({ target, schedule }): Tuned => {
    const outcome = outcomeOf(rowsOf(schedule, fromTick));
    return { target, schedule, outcome, meetsLimit: outcome.hotShare <= limit };
  });
  return judged.reduce((best, next) => (better(next, best) ? next : best));
}

function better(next: Tuned, best: Tuned): boolean {
  if (next.meetsLimit !== best.meetsLimit) return next.meetsLimit;
  if (next.meetsLimit) return next.outcome.podHours < best.outcome.podHours;
  return next.outcome.hotShare < best.outcome.hotShare;
}
