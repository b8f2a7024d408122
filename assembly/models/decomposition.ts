import { SEASON, SLOT, STEPS, u32At, WEEK } from '../layout';
import { ringAt } from '../ring';

/** Sums of the roots of the last season, and of the last 2 season / 96 + 1 steps. */
const TOTAL: usize = 0;
const WINDOW: usize = 8;
/** Averages of said x came and said^2, of s and of w. */
const DAY_FIT: usize = 16;
const WEEK_FIT: usize = 32;
/** The level around which the week's blocks lie: a mean that fades over a week. */
const SLOW: usize = 48;
const SLOTS: usize = 56;

/** The week is kept in at most this many blocks: half hours of a week of days. */
const BLOCKS: u32 = 336;
const DAY_RATE: f64 = 0.05;
const WEEK_RATE: f64 = 0.12;

/**
 * Online classical decomposition, in square roots of the rate, where counts have one variance (Bartlett 1936):
 *
 *   root = level + k s[slot of season] + j w[block of week] + rest,   level = mean root of the last season's steps
 *
 * s is the deviation from the level, smoothed over season / 48 slots so that noise of single steps is not repeated, at
 * rate max(.05, 1 / passes); w is what k s leaves of the deviation from the week's level. k and j, 0..1, are the slopes
 * of the deviation on what s and w had said of it: they shrink a season that does not repeat, towards none. Worked
 * example: 4, 16, 4, 16 with season 2: roots 2 and 4, level 3, s = -1, 1.
 */
export function decompositionBytes(season: u32, week: u32): usize {
  return (SLOTS + ((<usize>(season + min<u32>(week, BLOCKS))) << 2) + 7) & ~7;
}

function day(series: usize, state: usize, lead: u32): usize {
  return state + SLOTS + ((<usize>((u32At(series, SLOT) + lead) % u32At(series, SEASON))) << 2);
}

function week(series: usize, state: usize, lead: u32): usize {
  const steps = u32At(series, WEEK);
  const step = (u32At(series, STEPS) + lead) % steps;
  const block = (step * min<u32>(steps, BLOCKS)) / steps;
  return state + SLOTS + ((<usize>(u32At(series, SEASON) + block)) << 2);
}

/** A slope through the origin, held within 0 .. 1, from averages of said x came and said^2. */
export function fitted(at: usize): f64 {
  const spread = load<f64>(at + 8);
  return spread > 0 ? min(max(load<f64>(at) / spread, 0), 1) : 0;
}

export function fit(at: usize, said: f64, came: f64, rate: f64): void {
  store<f64>(at, load<f64>(at) + rate * (said * came - load<f64>(at)));
  store<f64>(at + 8, load<f64>(at + 8) + rate * (said * said - load<f64>(at + 8)));
}

/** What the season, and the week beyond it, add: as of the last recall. */
export let seasonSays: f64 = 0;
export let weekSays: f64 = 0;

/** Asks for `lead` steps after the newest. Nothing is said until a whole season, or week, is known. */
export function recall(series: usize, state: usize, lead: u32): void {
  seasonSays = fitted(state + DAY_FIT) * <f64>load<f32>(day(series, state, lead));
  if (u32At(series, WEEK) == 0) weekSays = 0;
  else weekSays = fitted(state + WEEK_FIT) * <f64>load<f32>(week(series, state, lead));
}

/** Mean root of the last season's steps. */
export function decompositionLevel(series: usize, state: usize): f64 {
  return load<f64>(state + TOTAL) / <f64>min(max<u32>(u32At(series, STEPS), 1), u32At(series, SEASON));
}

/** The first whole season gives s at once. */
function start(series: usize, state: usize, half: u32): void {
  const season = u32At(series, SEASON);
  const level = load<f64>(state + TOTAL) / <f64>season;
  let square: f64 = 0;
  let sum: f64 = 0;
  for (let age: u32 = 0; age < half; age++) sum += sqrt(ringAt(series, age));
  for (let age: u32 = 0; age < season; age++) {
    if (age + half < season) sum += sqrt(ringAt(series, age + half));
    if (age > half) sum -= sqrt(ringAt(series, age - half - 1));
    const deviation = sum / <f64>(min(age, half) + 1 + min(season - 1 - age, half)) - level;
    store<f32>(day(series, state, season - age), <f32>deviation);
    square += deviation * deviation;
  }
  store<f64>(state + DAY_FIT, square / <f64>season);
  store<f64>(state + DAY_FIT + 8, square / <f64>season);
}

/** Takes the newest step in; STEPS, SLOT and the ring already include it. Says whether the season begins with it. */
export function decompositionUpdate(series: usize, state: usize): bool {
  const steps = u32At(series, STEPS);
  const season = u32At(series, SEASON);
  const half = season / 96;
  const before = load<f64>(state + TOTAL) / <f64>season;
  const total = slide(series, state + TOTAL, season);
  const window = slide(series, state + WINDOW, 2 * half + 1);
  if (steps == season) start(series, state, half);
  if (steps <= season) return steps == season;

  const said = <f64>load<f32>(day(series, state, 0));
  const deviation = sqrt(ringAt(series, 0)) - before;
  fit(state + DAY_FIT, said, deviation, 1.0 / <f64>max<u32>(season, 100));
  learnWeek(series, state, said);

  const cell = day(series, state, season - half);
  const old = <f64>load<f32>(cell);
  const passes = <f64>((steps - half - 1) / season + 1);
  const usual = window / <f64>(2 * half + 1) - total / <f64>season;
  store<f32>(cell, <f32>(old + max(DAY_RATE, 1.0 / passes) * (usual - old)));
  return false;
}

/** The sum of the newest `width` roots. */
function slide(series: usize, at: usize, width: u32): f64 {
  let sum = load<f64>(at) + sqrt(ringAt(series, 0));
  if (u32At(series, STEPS) > width) sum -= sqrt(ringAt(series, width));
  sum = max(sum, 0);
  store<f64>(at, sum);
  return sum;
}

function learnWeek(series: usize, state: usize, said: f64): void {
  const period = u32At(series, WEEK);
  if (period == 0) return;
  const root = sqrt(ringAt(series, 0));
  const slow = load<f64>(state + SLOW);
  const rest = root - slow - fitted(state + DAY_FIT) * said;
  const cell = week(series, state, 0);
  const old = <f64>load<f32>(cell);
  const steps = u32At(series, STEPS);
  if (steps > period) fit(state + WEEK_FIT, old, rest, 2.0 / <f64>period);
  const rate = max(WEEK_RATE, 1.0 / <f64>(steps / period + 1));
  store<f32>(cell, <f32>(old + (rate / <f64>max<u32>(period / BLOCKS, 1)) * (rest - old)));
  store<f64>(state + SLOW, slow + max(1.0 / <f64>period, 1.0 / <f64>steps) * (root - slow));
}
