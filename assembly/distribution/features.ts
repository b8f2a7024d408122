import { NAIVE, SEASONAL_NAIVE } from '../candidates';
import { LEADS, MODEL, RING_CAPACITY, SEASON, STEPS, u32At, WATCHED } from '../layout';
import { ringAt, seasonalAge } from '../ring';
import { burstAt, FAST, FEATURES, horizonOf, PATH, POINT, rowAt, SLOW, SPREAD } from './state';
import { tablesAsk } from './tables';

/**
 * What widens or narrows the distribution of a row, each 0 where nothing is unusual, within +-3, in 32nds. In spreads s
 * around the point p of the row, seen from origin t:
 *
 *   0 phase size - 1   1 phase error   2 time size - 1   (tables.ts)
 *   3 sqrt((mean + floor) / (p + floor)) - 1             quiet hours are noisier for their level
 *   4 fast / slow - 1                                    errors of late against usual ones
 *   5 burst - 1                                          average of the last few one-step errors
 *   6 (y_t - p) / s          7 |feature 6| - 1           the last value sees it otherwise
 *   8 .3 (max of the last h values - p) / s
 *   9 (mean of the path - p) / s
 *
 * and of candidates that have the last season in the ring (ensembles have it among their experts) instead of the last two
 *
 *   8 (a season ago - p) / s 9 |feature 8| - 1           so does the last season
 *
 * The two naive candidates are what others are measured by: they have none, only the offsets of learn.ts, as anyone would
 * put quantiles around them. With what features know they would no longer be naive.
 */
const MOST: f32 = 3;
const STEP: f32 = 32;

/** Per h from 1 to LEADS: the highest of the last h values. */
const recent = memory.data((LEADS + 1) * 4);
/** Where the ring has it: the value a season before lead h, and the highest up to it. */
const before = memory.data((LEADS + 1) * 4);
const beforeHighest = memory.data((LEADS + 1) * 4);
let reaches = false;
let usual: f32 = 0;
/** The features of a row as f32, in three vectors of four. */
const features = memory.data(48);

export function describes(series: usize): bool {
  const model = u32At(series, MODEL);
  return model != NAIVE && model != SEASONAL_NAIVE;
}

/** One pass over the newest values, which the ring already has. */
export function recentFind(series: usize): void {
  const steps = u32At(series, STEPS);
  const held = min<u32>(steps, LEADS);
  let highest: f32 = 0;
  for (let age: u32 = 0; age < <u32>LEADS; age++) {
    if (age < held) highest = max(highest, <f32>ringAt(series, age));
    store<f32>(recent + ((<usize>age) << 2), highest, 4);
  }
}

export function recentHighest(steps: u32): f32 {
  return load<f32>(recent + ((<usize>steps) << 2));
}

/** Whether features 8 and 9 are of the season ago. */
export function seasoned(series: usize): bool {
  return u32At(series, MODEL) > NAIVE && u32At(series, RING_CAPACITY) > u32At(series, SEASON);
}

/** The mean of the path, or what came a season ago. */
export function othersFind(series: usize): void {
  let sum: f32 = 0;
  const season = u32At(series, SEASON);
  reaches = seasoned(series) && u32At(series, STEPS) > season;
  let highest: f32 = 0;
  for (let lead: usize = 1; lead <= <usize>LEADS; lead++) {
    const at = lead << 2;
    sum += load<f32>(series + PATH - 4 + at);
    if (!reaches) continue;
    const value = <f32>ringAt(series, seasonalAge(season, <u32>lead));
    highest = max(highest, value);
    store<f32>(before + at, value);
    store<f32>(beforeHighest + at, highest);
  }
  usual = sum / <f32>LEADS;
}

/** Features 8 and 9. */
function away(series: usize, row: i32, point: f32, per: f32): v128 {
  const horizon = (<usize>horizonOf(row)) << 2;
  if (!seasoned(series)) {
    return f32x4((load<f32>(recent + horizon) - point) * per * 0.3, (usual - point) * per, 0, 0);
  }
  if (!reaches) return f32x4.splat(0);
  const off = (load<f32>((row < WATCHED ? before : beforeHighest) + horizon) - point) * per;
  return f32x4(off, abs(off) - 1, 0, 0);
}

/**
 * Finds the features of a row, rounded as an entry keeps them, and writes them there unless it is 0; `root` = sqrt(p + floor),
 * `rootMean` = sqrt(mean + floor).
 */
export function describe(series: usize, row: i32, now: usize, entry: usize, root: f32, rootMean: f32): usize {
  const at = rowAt(series, row);
  const point = load<f32>(now, POINT);
  const per: f32 = <f32>1 / load<f32>(now, SPREAD);
  const slow = load<f32>(at + SLOW);
  const last = (<f32>ringAt(series, 0) - point) * per;
  const quiet = f32x4.replace_lane(tablesAsk(series, row), 3, rootMean / root - 1);
  const faster: f32 = slow > 0 ? load<f32>(at + FAST) / slow - 1 : 0;
  const late = f32x4(faster, load<f32>(burstAt(series)) - 1, last, abs(last) - 1);
  const a = rounded(quiet);
  const b = rounded(late);
  const c = rounded(away(series, row, point, per));
  if (entry != 0) keepCodes(entry, a, b, c);
  const one = f32x4.splat(1 / STEP);
  v128.store(features, f32x4.mul(a, one));
  v128.store(features, f32x4.mul(b, one), 16);
  v128.store(features, f32x4.mul(c, one), 32);
  return features;
}

function rounded(four: v128): v128 {
  const bounded = f32x4.max(f32x4.min(four, f32x4.splat(MOST)), f32x4.splat(-MOST));
  return f32x4.nearest(f32x4.mul(bounded, f32x4.splat(STEP)));
}

function keepCodes(entry: usize, a: v128, b: v128, c: v128): void {
  const low = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(a), i32x4.trunc_sat_f32x4_s(b));
  const high = i32x4.trunc_sat_f32x4_s(c);
  const bytes = i8x16.narrow_i16x8_s(low, i16x8.narrow_i32x4_s(high, high));
  v128.store64_lane(entry + FEATURES, bytes, 0);
  v128.store16_lane(entry + FEATURES + 8, bytes, 4);
}

/** The features of an entry as f32, at the address it returns, until the next call. */
export function featuresOf(entry: usize): usize {
  const per = f32x4.splat(1 / STEP);
  for (let i: usize = 0; i < 12; i += 4) {
    const words = i16x8.extend_low_i8x16_s(v128.load32_zero(entry + FEATURES + i));
    const value = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(words));
    v128.store(features + (i << 2), f32x4.mul(value, per));
  }
  return features;
}
