import { SEASON, SLOT, STEPS, u32At } from './layout';
import { ringAt } from './ring';

const FLAT_LEVEL: usize = 0;
const WINDOW_SUM: usize = 8;
const SLOTS: usize = 16;

/**
 * What is usual at each slot of the season, in square roots of the rate: the base that the regression corrects.
 * At step t the slot t - b gets the mean of steps t - 2b .. t (b = season / 96) at rate max(.05, 1 / passes), so that
 * noise of single steps is not repeated and the newest days count most. Until the first season is over the base is
 * the flat level, an exponential average.
 */
export function profileBytes(season: u32): usize {
  return SLOTS + ((<usize>season * 4 + 7) & ~7);
}

function reach(series: usize): u32 {
  return u32At(series, SEASON) / 96;
}

/** The flat level: an exponential average of the square roots. */
export function profileFlat(profile: usize): f64 {
  return load<f64>(profile + FLAT_LEVEL);
}

export function profileReady(series: usize): bool {
  return u32At(series, STEPS) >= u32At(series, SEASON) + reach(series);
}

/** The usual value at `lead` steps after the newest. */
export function profileBase(series: usize, profile: usize, lead: u32): f64 {
  if (!profileReady(series)) return profileFlat(profile);
  const slot = (u32At(series, SLOT) + lead) % u32At(series, SEASON);
  return <f64>load<f32>(profile + SLOTS + ((<usize>slot) << 2));
}

/** Takes the newest step in; STEPS, SLOT and the ring already include it. */
export function profileUpdate(series: usize, profile: usize): void {
  const steps = u32At(series, STEPS);
  const season = u32At(series, SEASON);
  const half = reach(series);
  const root = sqrt(ringAt(series, 0));

  const flat = load<f64>(profile + FLAT_LEVEL);
  store<f64>(profile + FLAT_LEVEL, flat + max(0.005, 1.0 / <f64>steps) * (root - flat));

  const width: u32 = 2 * half + 1;
  let sum = load<f64>(profile + WINDOW_SUM) + root;
  if (steps > width) sum -= sqrt(ringAt(series, width));
  store<f64>(profile + WINDOW_SUM, max(sum, 0));
  if (steps <= half) return;

  const passes = (steps - half - 1) / season;
  const slot = (u32At(series, SLOT) + season - (half % season)) % season;
  const cell = profile + SLOTS + ((<usize>slot) << 2);
  const old = <f64>load<f32>(cell);
  const usual = max(sum, 0) / <f64>min(width, steps);
  store<f32>(cell, <f32>(old + max(0.05, 1.0 / <f64>(passes + 1)) * (usual - old)));
}
