import { NAIVE, SEASONAL_NAIVE } from '../candidates';
import { LEADS, MODEL, RING_CAPACITY, SEASON, STEPS, u32At, WATCHED } from '../layout';
import { ringAt, seasonalAge } from '../ring';
import { burstAt, FAST, FEATURES, horizonOf, PATH, rowAt, SLOW } from './state';
import { tableSigned, tableSize, tableTime } from './tables';

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
const MOST: f64 = 3;
const STEP: f64 = 32;

function put(entry: usize, feature: usize, value: f64): void {
  store<i8>(entry + FEATURES + feature, <i8>nearest(min(max(value, -MOST), MOST) * STEP));
}

export function featureOf(entry: usize, feature: usize): f32 {
  return <f32>load<i8>(entry + FEATURES + feature) * <f32>(1 / STEP);
}

/** How unusual the row's own errors are; `floor` as in said.ts. */
export function describeErrors(
  series: usize,
  row: i32,
  entry: usize,
  point: f64,
  mean: f64,
  floor: f64,
): void {
  const ahead: i32 = row < WATCHED ? horizonOf(row) : 1;
  put(entry, 0, tableSize(series, row, ahead) - 1);
  put(entry, 1, tableSigned(series, row, ahead));
  put(entry, 2, tableTime(series, row, ahead) - 1);
  put(entry, 3, sqrt((mean + floor) / (point + floor)) - 1);
  const slow = <f64>load<f32>(rowAt(series, row) + SLOW);
  put(entry, 4, slow > 0 ? <f64>load<f32>(rowAt(series, row) + FAST) / slow - 1 : 0);
  put(entry, 5, <f64>load<f32>(burstAt(series)) - 1);
}

export function describes(series: usize): bool {
  const model = u32At(series, MODEL);
  return model != NAIVE && model != SEASONAL_NAIVE;
}

/** `highest`: of as many last values as the row looks ahead; `before`: what came a season ago, -1 unknown. */
export function describeOthers(
  entry: usize,
  point: f64,
  per: f64,
  newest: f64,
  highest: f64,
  usual: f64,
  before: f64,
): void {
  put(entry, 6, (newest - point) * per);
  put(entry, 7, abs(newest - point) * per - 1);
  put(entry, 8, (highest - point) * per * 0.3);
  put(entry, 9, (usual - point) * per);
  if (before < 0) return;
  put(entry, 10, (before - point) * per);
  put(entry, 11, abs(before - point) * per - 1);
}

export function pathMean(series: usize): f64 {
  let sum: f64 = 0;
  for (let lead: usize = 0; lead < <usize>LEADS; lead++) sum += <f64>load<f32>(series + PATH + (lead << 2));
  return sum / <f64>LEADS;
}

/** The value a season before `lead`, or -1 while there was none. */
export function seasonAgo(series: usize, lead: u32): f64 {
  const season = u32At(series, SEASON);
  const held = u32At(series, STEPS) > season && u32At(series, RING_CAPACITY) > season;
  return held ? ringAt(series, seasonalAge(season, lead)) : -1;
}
