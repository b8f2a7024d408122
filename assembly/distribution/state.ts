import { DISTRIBUTION, ENTRIES, ROWS, STEPS, u32At, WATCHED, watchedLead, windowSteps } from '../layout';

/**
 * What the distribution of one series remembers:
 *
 *   burst, 4 bytes spare | path: LEADS f32 | rows | entries | coefficients per group | tables per group
 *
 * A row is a watched lead, or a window above 1 (the maximum over 1 step is lead 1). It has one entry per origin it still
 * waits for: as many as it looks ahead, origin t in place t mod horizon. An entry is what was said at that origin:
 *
 *   point f32 | spread f32 | quantiles in spreads, i16 / 256: p50 p90 p95 p99 | 12 features, i8 / 32
 *
 * The answers are read from the entries, so that what is judged later is to the bit what was said.
 */
const BURST: usize = DISTRIBUTION;
export const PATH: usize = DISTRIBUTION + 8;
const ROW_STATES: usize = PATH + 120;
const ROW_BYTES: usize = 32;
const ENTRY_STATES: usize = ROW_STATES + ROWS * 32;
export const ENTRY_BYTES: usize = 28;
const GROUP_STATES: usize = ENTRY_STATES + ((ENTRIES * 28 + 7) & ~7);
const GROUP_BYTES: usize = 192;
export const TABLE_STATES: usize = GROUP_STATES + 7 * 192;

// a row: its own offset of each quantile (f32x4), averages of the size of its errors, their mean, and how many
export const OFFSETS: usize = 0;
export const SLOW: usize = 16;
export const FAST: usize = 20;
export const BIAS: usize = 24;
export const SEEN: usize = 28;

// an entry
export const POINT: usize = 0;
export const SPREAD: usize = 4;
export const SAID: usize = 8;
export const FEATURES: usize = 16;
export const FEATURE_COUNT: usize = 12;

/** Per row: first entry, horizon, group, table, 1 / sqrt(horizon) as f32, rows of its group as f32. */
const plan = memory.data(ROWS * 24);
export const TABLE_BYTES: usize = 576;
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
    next += horizon;
  }
  if (next != ENTRIES) unreachable();
  planned = true;
}

function planOf(row: i32): usize {
  return plan + <usize>row * 24;
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

/** Addresses of the entries of this step: of its origin, and until `say` of the origin `horizon` steps before. */
const entries = memory.data(ROWS * 4);

export function entriesFind(series: usize): void {
  if (!planned) makePlan();
  const step = u32At(series, STEPS);
  for (let row = 0; row < ROWS; row++) {
    const at = planOf(row);
    const place = load<u32>(at) + (step % load<u32>(at, 4));
    const entry = series + ENTRY_STATES + <usize>place * ENTRY_BYTES;
    store<u32>(entries + ((<usize>row) << 2), <u32>entry);
  }
}

export function entryOf(row: i32): usize {
  return <usize>load<u32>(entries + ((<usize>row) << 2));
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

export function pointOf(entry: usize): f64 {
  return <f64>load<f32>(entry + POINT);
}

export function spreadOf(entry: usize): f64 {
  return <f64>load<f32>(entry + SPREAD);
}

/** p50, p90, p95, p99 as they were said, in spreads. */
export function saidOf(entry: usize): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(v128.load16x4_s(entry + SAID)), f32x4.splat(1 / 256));
}
