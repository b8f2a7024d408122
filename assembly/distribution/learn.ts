import { KNOWN_BITS, OWN_ERRORS, ROWS, SEASON, STEPS, u32At, WATCHED } from '../layout';
import { ringAt } from '../ring';
import { featureOf } from './features';
import { floorOf } from './said';
import {
  BIAS,
  burstAt,
  coefficientsAt,
  entryAt,
  FAST,
  FEATURE_COUNT,
  groupOf,
  horizonOf,
  OFFSETS,
  pointOf,
  rowAt,
  SEEN,
  SLOW,
  saidOf,
  spreadOf,
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
const EARLY: f64 = 4;
const EARLY_SHARED: f64 = 3;
const SLOW_RATE: f64 = 0.002;
const FAST_RATE: f64 = 0.05;
const BIAS_RATE: f64 = 0.002;
const BURST_RATE: f64 = 0.3;
/** No error may count for more, in spreads. */
const MOST: f64 = 50;
const CEILING: f64 = 1e13;

/** Gain of each quantile: of a lead, whose median starts where the models aim, and of a window. */
const leadGains = memory.data<f32>([0.003, 0.05, 0.07, 0.1]);
const windowGains = memory.data<f32>([0.03, 0.05, 0.07, 0.1]);
const levels = memory.data<f32>([0.5, 0.9, 0.95, 0.99]);

/** Learns from the newest value, which is known; STEPS and the ring already include it. */
export function learn(series: usize): void {
  const value = ringAt(series, 0);
  learnLeads(series, value, 0, 0);
  learnWindows(series);
}

/** Leads meet the same value: the rows that share a table teach it their mean error. */
function learnLeads(series: usize, value: f64, from: i32, group: i32): void {
  const steps = u32At(series, STEPS);
  let size: f64 = 0;
  let signed: f64 = 0;
  let count: f64 = 0;
  let short = true;
  for (let row = 0; row < WATCHED; row++) {
    if (horizonOf(row) >= steps) break;
    if (short && groupOf(row) > 1) {
      if (count > 0) tablesLearn(series, 0, 0, size / count, signed / count);
      short = false;
      size = signed = count = 0;
    }
    const entry = entryAt(series, row, steps);
    charge(series, row, abs(value - pointOf(entry)));
    const unit = unitOf(entry, value);
    if (spreadOf(entry) > 0) {
      size += min(abs(unit), 8);
      signed += min(max(unit, -8), 8);
      count++;
      if (row == 0) approach(burstAt(series), min(abs(unit), 8), BURST_RATE);
    }
    track(series, row, entry, value, unit, leadGains);
  }
  if (count > 0) tablesLearn(series, short ? 0 : WATCHED - 1, 0, size / count, signed / count);
}

/** The answer's own mean absolute error, averaged with a half-life of one season (300 to 3,000 steps). */
function charge(series: usize, row: i32, error: f64): void {
  const half = <f64>min<u32>(max<u32>(u32At(series, SEASON), 300), 3000);
  const rate = max(0.6931 / half, 1.0 / <f64>(u32At(series, STEPS) - horizonOf(row)));
  const at = series + OWN_ERRORS + ((<usize>row) << 3);
  const old = load<f64>(at);
  store<f64>(at, old + rate * (error - old));
}

/** One pass back over the newest steps. */
function learnWindows(series: usize): void {
  const steps = u32At(series, STEPS);
  let highest: f64 = 0;
  let age: u32 = 0;
  for (let row = WATCHED; row < ROWS; row++) {
    const window = horizonOf(row);
    if (window >= steps) return;
    for (; age < window; age++) highest = max(highest, ringAt(series, age));
    if (!seen(series, window)) continue;
    const entry = entryAt(series, row, steps);
    const unit = unitOf(entry, highest);
    if (spreadOf(entry) > 0) tablesLearn(series, row, window - 1, abs(unit), unit);
    track(series, row, entry, highest, unit, windowGains);
  }
}

/** A window with more than a tenth of its steps missing teaches nothing: its maximum may be among them. */
function seen(series: usize, window: u32): bool {
  const within: u32 = window < 32 ? (1 << window) - 1 : 0xffffffff;
  return popcnt<u32>(~u32At(series, KNOWN_BITS) & within) * 10 <= window;
}

function unitOf(entry: usize, value: f64): f64 {
  const spread = spreadOf(entry);
  return spread > 0 ? min(max((value - pointOf(entry)) / spread, -MOST), MOST) : 0;
}

function track(series: usize, row: i32, entry: usize, value: f64, unit: f64, gains: usize): void {
  const at = rowAt(series, row);
  const count = min(<f64>load<f32>(at + SEEN) + 1, 1e6);
  store<f32>(at + SEEN, <f32>count);
  if (spreadOf(entry) > 0) {
    approach(at + BIAS, min(unit, 10), max(BIAS_RATE, 1.0 / count));
    correct(series, row, entry, unit, count, gains);
  }
  const size = min(abs(value - pointOf(entry)) / sqrt(pointOf(entry) + floorOf(series)), CEILING);
  approach(at + SLOW, size, max(SLOW_RATE, 1.0 / count));
  approach(at + FAST, size, max(FAST_RATE, 1.0 / count));
}

function correct(series: usize, row: i32, entry: usize, unit: f64, count: f64, gains: usize): void {
  const above = f32x4.gt(f32x4.splat(<f32>unit), saidOf(entry));
  const missed = v128.and(above, f32x4.splat(1));
  const miss = f32x4.add(f32x4.sub(v128.load(levels), f32x4.splat(1)), missed);
  const step = f32x4.mul(v128.load(gains), miss);
  const few = 1.0 / sqrt(count);
  const calm = 1.0 / sqrt(<f64>horizonOf(row));
  const offsets = rowAt(series, row) + OFFSETS;
  const pace = f32x4.splat(<f32>max(calm, EARLY * few));
  v128.store(offsets, f32x4.add(v128.load(offsets), f32x4.mul(step, pace)));
  const group = groupOf(row);
  const members: f32 = group == 6 ? 1 : 2;
  const shared = f32x4.mul(step, f32x4.splat((<f32>max(calm, EARLY_SHARED * few) * SHARE) / members));
  const coefficients = coefficientsAt(series, group);
  for (let i: usize = 0; i < FEATURE_COUNT; i++) {
    const coefficient = coefficients + (i << 4);
    const moved = f32x4.mul(shared, f32x4.splat(featureOf(entry, i)));
    v128.store(coefficient, f32x4.add(v128.load(coefficient), moved));
  }
}

function approach(at: usize, value: f64, rate: f64): void {
  const old = <f64>load<f32>(at);
  store<f32>(at, <f32>(old + rate * (value - old)));
}
