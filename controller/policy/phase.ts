/** A twelfth of an hour: jobs and markets keep the clock, so bursts come at the same minutes of many hours. */
export const PHASES = 12;
const PHASE_MS = 3_600_000 / PHASES;

/**
 * The part of the hour that a moment lies in. By UTC, which every time zone shares to a part: they are whole hours, halves or
 * quarters away from it.
 *
 * Unix ms of 14:32:10
 * 32 min / 5 min = 6.4
 * -> 6
 */
export function phaseOf(atMs: number): number {
  return (((Math.floor(atMs / PHASE_MS) % PHASES) + PHASES) % PHASES) | 0;
}
