import { codeAt, curveOf, putCode, recode, recurve } from '../curve';
import { CLOCK_DAYS, LEADS, MEAN, MODEL, put, SEASON, STEPS, u32At } from '../layout';
import { blocksAt, blocksBytes, blocksShift, blocksTake } from './blocks';
import { sortDays } from './day-types';
import { BEFORE, CENTRE, DAY, FLAT, NEWEST, PAST_HEADER, PROFILE_BYTES, slotOf } from './ledger';
import { profileAt, profileCount, profileReady, profileRebuild, profileTake } from './profile';

export function pastBytes(season: u32, model: u32): usize {
  return PAST_HEADER + PROFILE_BYTES + blocksBytes(season, model) + <usize>((season * 2 + 7) & ~7);
}

function seasonAt(series: usize, past: usize, slot: u32): usize {
  const season = u32At(series, SEASON);
  return (
    past + PAST_HEADER + PROFILE_BYTES + blocksBytes(season, u32At(series, MODEL)) + ((<usize>slot) << 1)
  );
}

/**
 * What the season before had at leads 1 .. LEADS, an f32 in z every 16 bytes, `otherwise` where the history does not reach.
 */
export function seasonPath(series: usize, past: usize, otherwise: f32, out: usize): void {
  const season = u32At(series, SEASON);
  const steps = u32At(series, STEPS);
  const cells = seasonAt(series, past, 0);
  let slot = slotOf(series);
  for (let lead: u32 = 1; lead <= <u32>LEADS; lead++) {
    slot = slot + 1 == season ? 0 : slot + 1;
    const held = steps + lead > season;
    store<f32>(out, held ? <f32>codeAt(cells + ((<usize>slot) << 1)) : otherwise);
    out += 16;
  }
}

/** Turns the page when a season ends and takes the newest value in; STEPS counts it already. */
export function pastObserve(series: usize, past: usize, value: f64): void {
  const steps = u32At(series, STEPS);
  if (<i32>(u32At(series, CLOCK_DAYS) - u32At(past, DAY)) > 0) turn(series, past);
  centre(series, past, steps);
  const z = curveOf(value, load<f64>(past + CENTRE));
  store<f64>(past + NEWEST, z);
  const flat = load<f64>(past + FLAT);
  store<f64>(past + FLAT, steps == 1 ? z : flat + max(0.1, 1.0 / <f64>steps) * (z - flat));
  const cell = seasonAt(series, past, slotOf(series));
  store<f64>(past + BEFORE, codeAt(cell));
  putCode(cell, z);
}

/**
 * After the experts have looked: the newest value goes into its block and, when the block is full, into the profile. From the
 * third season on it is cut to within `bound` of the base.
 */
export function pastKeep(series: usize, past: usize, base: f64, bound: f64): void {
  const z = load<f64>(past + NEWEST);
  const young = u32At(series, STEPS) <= 2 * u32At(series, SEASON);
  const kept = young ? z : base + min(max(z - base, -bound), bound);
  if (blocksTake(series, past, slotOf(series), kept)) profileTake(series, past);
}

function turn(series: usize, past: usize): void {
  const day = u32At(past, DAY);
  // a first day that began later in its season has not filled the profile
  if (u32At(series, STEPS) > u32At(series, SEASON)) profileCount(past, day);
  put(past, DAY, day + 1);
  blocksShift(series, past);
  if (sortDays(series, past)) profileRebuild(series, past);
}

/**
 * The centre stands still, so that z of different days compare: it is set anew at powers of two in the first season,
 * at its end, and at the end of one after which the mean has moved by half.
 */
function centre(series: usize, past: usize, steps: u32): void {
  const season = u32At(series, SEASON);
  const mean = max(load<f64>(series + MEAN), 1e-9);
  const old = load<f64>(past + CENTRE);
  if (steps == 1) return store<f64>(past + CENTRE, mean);
  const early = steps < season && (steps & (steps - 1)) == 0;
  const moved = mean > old * 1.5 || mean < old * (2.0 / 3.0);
  if (!early && steps != season && !(steps % season == 0 && moved)) return;
  store<f64>(past + CENTRE, mean);
  store<f64>(past + FLAT, recurve(load<f64>(past + FLAT), old, mean));
  for (let i: usize = 0; i < PROFILE_BYTES; i += 4) {
    const at = profileAt(past) + i;
    store<f32>(at, <f32>recurve(<f64>load<f32>(at), old, mean));
  }
  recode(blocksAt(past), <u32>(blocksBytes(season, u32At(series, MODEL)) >> 1), old, mean);
  recode(seasonAt(series, past, 0), season, old, mean);
}

/** From the first season on; the blocks beside the newest must be there too. */
export function seasonal(series: usize): bool {
  return profileReady(series);
}
