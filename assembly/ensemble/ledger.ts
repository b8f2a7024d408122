import { PLACE, u32At } from '../layout';

/** The two budgets' numbers: candidates.ts. */
export const ENSEMBLE: u32 = 0;
export const ENSEMBLE_SMALL: u32 = 1;

/**
 * What all experts know of the seasons behind them, on the scale of curve.ts:
 *
 *   figures | profile | blocks of the last seasons | z of the last season, step by step
 */
export const CENTRE: usize = 0;
/** An exponential average of z: the base until a season is known. */
export const FLAT: usize = 8;
export const NEWEST: usize = 16;
/** What this slot held a season ago. */
export const BEFORE: usize = 24;
/** Whole seasons behind. */
export const DAY: usize = 32;
/** Which weekdays (season number mod 7) are of the second type, a bit each: day-types.ts. */
export const TYPES: usize = 36;
/** How many days of each type have gone into the profile. */
export const PASSES: usize = 40;
export const BLOCK_COUNT: usize = 48;
export const BLOCK_SUM: usize = 56;
export const PAST_HEADER: usize = 64;

/** A day is kept as means over at most so many blocks: blocks.ts. */
export const MOST_BLOCKS: u32 = 48;
export const PROFILE_BYTES: usize = 2 * MOST_BLOCKS * 4;

/** Slot of the newest step in its season. */
export function slotOf(series: usize): u32 {
  return u32At(series, PLACE);
}

/** A lead beyond the season repeats it. */
export function wrapped(lead: u32, season: u32): u32 {
  return lead == 0 ? 0 : ((lead - 1) % season) + 1;
}
