import { KNOWN_BITS, OWN_ERRORS, ROWS, SEASON, STEPS, u32At, WATCHED } from '../layout';
import { ringAt } from '../ring';
import { describes, featuresOf, recentHighest } from './features';
import { floorOf } from './said';
import {
  BIAS,
  burstAt,
  calmOf,
  coefficientsAt,
  entryOf,
  FAST,
  FEATURE_COUNT,
  groupOf,
  horizonOf,
  membersOf,
  OFFSETS,
  POINT,
  rowAt,
  SEEN,
  SLOW,
  SPREAD,
  saidOf,
  thinned,
} from './state';
import { tablesLearn } from './tables';

/**
 * Online quantile regression. When the value y of a row comes, each quantile that was said moves by the gradient of its
 * pinball loss:
 *
 *   e = level - (y <= said),  offset += gain pace e,  coefficient_j += .2 gain pace' e x_j / rows of the group
 *
 * As what was really said is judged, the share of values above a quantile is (offset now - offset then) / gain away from
 * 1 - level, whatever the load does (Gibbs and Candes 2021). `pace` is 1 / sqrt(horizon), since overlapping horizons
 * repeat one event `horizon` times, and more while little was seen.
 *
 * Worked example: p95 of lead 1 was 100, the gain is .07; 120 came: the offset rises by .07 x .95 = .0665 spreads, and
 * falls by .0035 for each of the next 19 values that stay below.
 */
const SHARE: f32 = 0.2;
const EARLY: f32 = 8;
const EARLY_SHARED: f32 = 3;
const SLOW_RATE: f32 = 0.002;
const FAST_RATE: f32 = 0.05;
const BIAS_RATE: f32 = 0.002;
const BURST_RATE: f32 = 0.3;
/** From here on 1 / count and 1 / sqrt(count) are below every rate and pace, and need not be found. */
const MANY: f32 = 2000;
/** No error may count for more, in spreads; in tables and averages for less. */
const MOST: f32 = 50;
const CLIP: f32 = 8;
const CEILING: f32 = 1e13;
/** Where one of two origins is kept, each counts for so much. */
const SPARSE: f32 = 1.7;
/** The last row of the leads that share the first table. */
const LAST_NEAR: i32 = 2;

/** Gain of each quantile: of a lead, whose median starts where the models aim, and of a window, which has fewer events. */
const leadGains = memory.data<f32>([0.003, 0.05, 0.07, 0.15]);
const windowGains = memory.data<f32>([0.045, 0.075, 0.105, 0.2]);
const levels = memory.data<f32>([0.5, 0.9, 0.95, 0.99]);

/** Learns from the newest value, which is known; STEPS and the ring already include it. */
export function learn(series: usize): void {
  const value = <f32>ringAt(series, 0);
  const floor = floorOf(series);
  const described = describes(series);
  learnLeads(series, value, floor, described);
  learnWindows(series, floor, described);
}

/** Leads meet the same value: the rows that share a table teach it their mean error. */
function learnLeads(series: usize, value: f32, floor: f32, described: bool): void {
  const steps = u32At(series, STEPS);
  const slowest = <f32>0.6931 / <f32>min<u32>(max<u32>(u32At(series, SEASON), 300), 3000);
  let size: f32 = 0;
  let signed: f32 = 0;
  let count: f32 = 0;
  for (let row = 0; row < WATCHED; row++) {
    const horizon = horizonOf(row);
    if (horizon >= steps) return;
    const entry = entryOf(series, row, steps - horizon);
    if (entry == 0) continue;
    const rate = steps - horizon < 5000 ? max(slowest, <f32>1 / <f32>(steps - horizon)) : slowest;
    charge(series, row, abs(value - load<f32>(entry + POINT)), min(thinned(row) ? rate + rate : rate, 1));
    const unit = track(series, row, entry, value, floor, leadGains, described);
    size += min(abs(unit), CLIP);
    signed += min(max(unit, -CLIP), CLIP);
    count++;
    if (row == 0) approach(burstAt(series), min(abs(unit), CLIP), BURST_RATE);
    if (row != LAST_NEAR) continue;
    if (described) tablesLearn(series, row, 0, size / count, signed / count, 1);
    size = signed = count = 0;
  }
  if (described) tablesLearn(series, WATCHED - 1, 0, size / count, signed / count, 1);
}

/** The answer's own mean absolute error, averaged with a half-life of one season (300 to 3,000 steps). */
function charge(series: usize, row: i32, error: f32, rate: f32): void {
  const at = series + OWN_ERRORS + ((<usize>row) << 3);
  const old = load<f64>(at);
  store<f64>(at, old + <f64>rate * (<f64>error - old));
}

function learnWindows(series: usize, floor: f32, described: bool): void {
  const steps = u32At(series, STEPS);
  for (let row = WATCHED; row < ROWS; row++) {
    const window = horizonOf(row);
    if (window >= steps) return;
    const entry = seen(series, window) ? entryOf(series, row, steps - window) : 0;
    if (entry == 0) continue;
    const unit = track(series, row, entry, recentHighest(window), floor, windowGains, described);
    const signed = min(max(unit, -CLIP), CLIP);
    if (described) tablesLearn(series, row, window - 1, abs(signed), signed, thinned(row) ? 2 : 1);
  }
}

/** A window with more than a tenth of its steps missing teaches nothing: its maximum may be among them. */
function seen(series: usize, window: u32): bool {
  const within: u32 = window < 32 ? (1 << window) - 1 : 0xffffffff;
  return popcnt<u32>(~u32At(series, KNOWN_BITS) & within) * 10 <= window;
}

/** Learns from what a row's entry said and the value that came; returns the error in spreads, 0 where there is no spread. */
function track(
  series: usize,
  row: i32,
  entry: usize,
  value: f32,
  floor: f32,
  gains: usize,
  described: bool,
): f32 {
  const at = rowAt(series, row);
  const point = load<f32>(entry + POINT);
  const spread = load<f32>(entry + SPREAD);
  const weight: f32 = thinned(row) ? 2 : 1;
  const count = min(load<f32>(at + SEEN) + weight, 1e6);
  const share: f32 = count < MANY ? weight / count : 0;
  let unit: f32 = 0;
  store<f32>(at + SEEN, count);
  if (spread > 0) {
    unit = min(max((value - point) / spread, -MOST), MOST);
    approach(at + BIAS, min(unit, 10), max(BIAS_RATE * weight, share));
    correct(series, row, entry, unit, sqrt(share / weight), gains, described);
  }
  const size = min(abs(value - point) / sqrt(point + floor), CEILING);
  approach(at + SLOW, size, max(SLOW_RATE * weight, share));
  approach(at + FAST, size, max(FAST_RATE, share));
  return unit;
}

/** `few`: 1 / sqrt(errors seen). */
function correct(
  series: usize,
  row: i32,
  entry: usize,
  unit: f32,
  few: f32,
  gains: usize,
  described: bool,
): void {
  const above = f32x4.gt(f32x4.splat(unit), saidOf(entry));
  const level = v128.load(levels);
  const miss = v128.bitselect(level, f32x4.sub(level, f32x4.splat(1)), above);
  const step = f32x4.mul(v128.load(gains), f32x4.mul(miss, f32x4.splat(thinned(row) ? SPARSE : <f32>1)));
  const calm = calmOf(row);
  const offsets = rowAt(series, row) + OFFSETS;
  const pace = f32x4.splat(max(calm, EARLY * few));
  v128.store(offsets, f32x4.add(v128.load(offsets), f32x4.mul(step, pace)));
  if (!described) return;
  const shared = f32x4.mul(step, f32x4.splat((max(calm, EARLY_SHARED * few) * SHARE) / membersOf(row)));
  const coefficients = coefficientsAt(series, groupOf(row));
  const features = featuresOf(entry);
  for (let i: usize = 0; i < FEATURE_COUNT; i++) {
    const coefficient = coefficients + (i << 4);
    const moved = f32x4.mul(shared, v128.load32_splat(features + (i << 2)));
    v128.store(coefficient, f32x4.add(v128.load(coefficient), moved));
  }
}

function approach(at: usize, value: f32, rate: f32): void {
  const old = load<f32>(at);
  store<f32>(at, old + rate * (value - old));
}
