/*
 * The real controller works by the wall clock: what it wanted 30 s ago no longer counts, nor does what it changed 1 s ago.
 * The test releases the syncs, so it can keep every age at a sync well away from these limits, and a slow machine
 * changes how many ticks fit into a window but not what the controller and the model must agree on.
 */

/** 1.55 s stand for the 15 s of a sync: 19 fit into a window of 30 s, as 19 fit into one of 300 s. */
export const TICK_MS = 1_550;
/** --horizontal-pod-autoscaler-downscale-stabilization, and the window of the series with a behavior. */
export const WINDOW_MS = 30_000;
/** Of the policies of a behavior that is scaled; a sync's change no longer counts at the next. */
export const SCALED_PERIOD_MS = 1_000;
/** Of a behavior that the API has filled. */
export const FILLED_PERIOD_MS = 15_000;

/** No age may be nearer to a limit than this: what passes in the controller between two looks at its clock. */
const GUARD_MS = 300;

/** The first moment from `earliestMs` on at which no age of `eventsMs` is near to a limit. */
export function releaseTime(earliestMs: number, eventsMs: readonly number[]): number {
  const limits = [WINDOW_MS, SCALED_PERIOD_MS, FILLED_PERIOD_MS];
  let atMs = earliestMs;
  for (let moved = true; moved; ) {
    moved = false;
    for (const event of eventsMs) {
      for (const limit of limits) {
        const over = atMs - event - limit;
        if (Math.abs(over) >= GUARD_MS) continue;
        atMs = event + limit + GUARD_MS;
        moved = true;
      }
    }
  }
  return atMs;
}
