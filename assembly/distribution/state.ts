import { DISTRIBUTION, ENTRIES, ROWS, WATCHED, watchedLead, windowSteps } from '../layout';

/**
 * What the distribution of one series remembers:
 *
 *   burst, 4 bytes spare | path: LEADS f32 | rows | what is said now, per row | entries | coefficients per group | tables per group
 *
 * A row is a watched lead, or a window above 1 (the maximum over 1 step is lead 1). What is said of it:
 *
 *   point f32 | spread f32 | quantiles in spreads, i16 / 256: p50 p90 p95 p99
 *
 * It has an entry per origin it still waits for: what was said there, to the bit, and 10 features, i8 / 32. Leads of
 * 10 steps and more and the longest window keep one origin of each two, the first or the second as if by chance, so that
 * nothing which comes every other minute is missed; neighbouring origins of theirs meet nearly the same event. With windows of 10 and 20 also
 * thinned the maxima are 1 % worse.
 */
const FAR_LEAD: u32 = 10;
const FAR_WINDOW: u32 = 30;
const BURST: usize = DISTRIBUTION;
export const PATH: usize = DISTRIBUTION + 8;
const ROW_STATES: usize = PATH + 120;
const ROW_BYTES: usize = 32;
const NOW_STATES: usize = ROW_STATES + ROWS * 32;
export const NOW_BYTES: usize = 16;
const ENTRY_STATES: usize = NOW_STATES + ROWS * 16;
const ENTRY_BYTES: usize = 26;
const GROUP_STATES: usize = ENTRY_STATES + ((ENTRIES * 26 + 7) & ~7);
const GROUP_BYTES: usize = 160;
export const TABLE_STATES: usize = GROUP_STATES + 7 * 160;

// a row: its own offset of each quantile (f32x4), averages of the size of its errors, their mean, and how many
export const OFFSETS: usize = 0;
export const SLOW: usize = 16;
export const FAST: usize = 20;
export const BIAS: usize = 24;
export const SEEN: usize = 28;

// what was said; an entry's features follow
export const POINT: usize = 0;
export const SPREAD: usize = 4;
export const SAID: usize = 8;
export const FEATURES: usize = NOW_BYTES;
export const FEATURE_COUNT: usize = 10;

/** Per row: first entry, horizon, group, table, 1 / sqrt(horizon) as f32, rows of its group as f32, entries. */
const plan = memory.data(ROWS * 28);
export const TABLE_BYTES: usize = 288;
let planned = false;

/**
 * Rows of like horizons share coefficients (groups): leads 1-2, 3-6, 7-15, 16-30; windows 2-5, 10-20, 30; and tables:
 * leads to 6, longer leads, windows to 5, longer windows.
 */
function groupFor(row: i32, horizon: u32): i32 {
  if (row < WATCHED) return horizon <= 2 ? 0 : horizon <= 6 ? 1 : horizon <= 15 ? 2 : 3;
  return horizon <= 5 ? 4 : horizon <= 20 ? 5 : 6;
}

function horizonFor(row: i32): u32 {
  return row < WATCHED ? watchedLead(row) : windowSteps(row - WATCHED + 1);
}

/** Once: what is the same for all series. */
function makePlan(): void {
  let next: u32 = 0;
  for (let row = 0; row < ROWS; row++) {
    const at = planOf(row);
    const horizon = horizonFor(row);
    const group = groupFor(row, horizon);
    let members = 0;
    for (let other = 0; other < ROWS; other++) {
      if (groupFor(other, horizonFor(other)) == group) members++;
    }
    store<u32>(at, next);
    store<u32>(at, horizon, 4);
    store<i32>(at, group, 8);
    store<u32>(at, group < 2 ? 0 : group < 4 ? 1 : group < 5 ? 2 : 3, 12);
    store<f32>(at, <f32>(1.0 / sqrt(<f64>horizon)), 16);
    store<f32>(at, <f32>members, 20);
    const places = horizon < (row < WATCHED ? FAR_LEAD : FAR_WINDOW) ? horizon : (horizon >> 1) + 1;
    store<u32>(at, places, 24);
    next += places;
  }
  if (next != ENTRIES) unreachable();
  planned = true;
}

function planOf(row: i32): usize {
  return plan + <usize>row * 28;
}

export function horizonOf(row: i32): u32 {
  return load<u32>(planOf(row), 4);
}

export function groupOf(row: i32): i32 {
  return load<i32>(planOf(row), 8);
}

export function tableOf(series: usize, row: i32): usize {
  return series + TABLE_STATES + <usize>load<u32>(planOf(row), 12) * TABLE_BYTES;
}

/** 1 / sqrt(horizon). */
export function calmOf(row: i32): f32 {
  return load<f32>(planOf(row), 16);
}

export function membersOf(row: i32): f32 {
  return load<f32>(planOf(row), 20);
}

/** Once before anything else. */
export function planFind(): void {
  if (!planned) makePlan();
}

/** A row's entry of the origin at `step`; 0 when it is not kept. */
export function entryOf(series: usize, row: i32, step: u32): usize {
  const at = planOf(row);
  if (thinned(row)) {
    const pair = step >> 1;
    if (((step ^ (((pair + row) * 0x9e3779b1) >> 31)) & 1) == 1) return 0;
    step = pair;
  }
  const place = load<u32>(at) + (step % load<u32>(at, 24));
  return series + ENTRY_STATES + <usize>place * ENTRY_BYTES;
}

/** Whether a row keeps one of two origins. */
export function thinned(row: i32): bool {
  return load<u32>(planOf(row), 24) != horizonOf(row);
}

/** What is said of a row now. */
export function nowAt(series: usize, row: i32): usize {
  return series + NOW_STATES + <usize>row * NOW_BYTES;
}

export function burstAt(series: usize): usize {
  return series + BURST;
}

export function rowAt(series: usize, row: i32): usize {
  return series + ROW_STATES + <usize>row * ROW_BYTES;
}

/** FEATURE_COUNT coefficients, f32x4, a lane per quantile. */
export function coefficientsAt(series: usize, group: i32): usize {
  return series + GROUP_STATES + <usize>group * GROUP_BYTES;
}

/** p50, p90, p95, p99 as they were said, in spreads. */
export function saidOf(entry: usize): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(v128.load16x4_s(entry + SAID)), f32x4.splat(1 / 256));
}
