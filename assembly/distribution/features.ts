import { NAIVE, SEASONAL_NAIVE } from '../candidates';
import { LEADS, MODEL, RING_CAPACITY, SEASON, STEPS, u32At, WATCHED } from '../layout';
import { ringAt, seasonalAge } from '../ring';
import { burstAt, FAST, FEATURES, horizonOf, PATH, pointOf, rowAt, SLOW, spreadOf } from './state';
import { tablesAsk, tablesFind } from './tables';

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
 *  10 (a season ago - p) / s 11 |feature 10| - 1         so does the last season
 *
 * The two naive candidates are what others are measured by: they have none, only the offsets of learn.ts, as anyone would
 * put quantiles around them. With what features know they would no longer be naive.
 */
const MOST: f32 = 3;
const STEP: f32 = 32;

const features = memory.data(16 * 4);
/** Per h from 1 to LEADS: the highest of the last h values; the value a season before lead h, and the highest up to it. */
const recent = memory.data((LEADS + 1) * 4);
const before = memory.data((LEADS + 1) * 4);
const beforeHighest = memory.data((LEADS + 1) * 4);
let seasoned = false;
let usual: f32 = 0;

export function describes(series: usize): bool {
  const model = u32At(series, MODEL);
  return model != NAIVE && model != SEASONAL_NAIVE;
}

/** One pass over the newest values, which the ring already has. */
export function recentFind(series: usize): void {
  const steps = u32At(series, STEPS);
  let highest: f32 = 0;
  for (let age: u32 = 0; age < <u32>LEADS; age++) {
    if (age < steps) highest = max(highest, <f32>ringAt(series, age));
    store<f32>(recent + ((<usize>age) << 2), highest, 4);
  }
}

export function recentHighest(steps: u32): f32 {
  return load<f32>(recent + ((<usize>steps) << 2));
}

/** One over the path, and one over what came a season ago, while the ring has it. */
export function othersFind(series: usize): void {
  const season = u32At(series, SEASON);
  seasoned = u32At(series, STEPS) > season && u32At(series, RING_CAPACITY) > season;
  let sum: f32 = 0;
  let highest: f32 = 0;
  for (let lead: usize = 1; lead <= <usize>LEADS; lead++) {
    sum += load<f32>(series + PATH + (lead << 2) - 4);
    if (!seasoned) continue;
    const value = <f32>ringAt(series, seasonalAge(season, <u32>lead));
    highest = max(highest, value);
    store<f32>(before + (lead << 2), value);
    store<f32>(beforeHighest + (lead << 2), highest);
  }
  usual = sum / <f32>LEADS;
  tablesFind(series);
}

/** Writes the features of a row; `root` = sqrt(p + floor), `rootMean` = sqrt(mean + floor). */
export function describe(series: usize, row: i32, entry: usize, root: f32, rootMean: f32): void {
  const at = rowAt(series, row);
  const horizon = (<usize>horizonOf(row)) << 2;
  const point = load<f32>(entry);
  const per: f32 = <f32>1 / load<f32>(entry, 4);
  tablesAsk(series, row, features);
  store<f32>(features, rootMean / root - 1, 12);
  const slow = load<f32>(at + SLOW);
  store<f32>(features, slow > 0 ? load<f32>(at + FAST) / slow - 1 : <f32>0, 16);
  store<f32>(features, load<f32>(burstAt(series)) - 1, 20);
  const last = (<f32>ringAt(series, 0) - point) * per;
  store<f32>(features, last, 24);
  store<f32>(features, abs(last) - 1, 28);
  store<f32>(features, (load<f32>(recent + horizon) - point) * per * 0.3, 32);
  store<f32>(features, (usual - point) * per, 36);
  const ago = load<f32>((row < WATCHED ? before : beforeHighest) + horizon);
  const off: f32 = seasoned ? (ago - point) * per : 0;
  store<f32>(features, off, 40);
  store<f32>(features, seasoned ? abs(off) - 1 : <f32>0, 44);
  const low = i16x8.narrow_i32x4_s(coded(features), coded(features + 16));
  const high = coded(features + 32);
  const bytes = i8x16.narrow_i16x8_s(low, i16x8.narrow_i32x4_s(high, high));
  v128.store64_lane(entry + FEATURES, bytes, 0);
  v128.store32_lane(entry + FEATURES + 8, bytes, 2);
}

function coded(at: usize): v128 {
  const bounded = f32x4.max(f32x4.min(v128.load(at), f32x4.splat(MOST)), f32x4.splat(-MOST));
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(bounded, f32x4.splat(STEP))));
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
