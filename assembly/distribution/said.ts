import { GAP, LEADS, MEAN, ROWS, STEPS, u32At, WATCHED, watchedLead } from '../layout';
import { ringAt } from '../ring';
import { describeErrors, describeOthers, describes, featureOf, pathMean, seasonAgo } from './features';
import {
  coefficientsAt,
  entryAt,
  FAST,
  FEATURE_COUNT,
  FEATURES,
  groupOf,
  horizonOf,
  OFFSETS,
  PATH,
  POINT,
  pointOf,
  rowAt,
  SAID,
  SEEN,
  SLOW,
  SPREAD,
  saidOf,
  spreadOf,
} from './state';

/**
 * What is said of a row: point p (of a window, the path's maximum), spread s, and quantiles in spreads
 *
 *   s = v sqrt(p + floor) widening,  v = .8 slow + .2 fast average of |error| / sqrt(p + floor),  floor = mean / 10
 *   q = offset + sum over features of coefficient x feature
 *
 * Errors of counts grow with the root of the level, bursts come in clusters, and features.ts tells more. Worked example:
 * p = 90, mean = 100, v = 2: s = 20, and with q95 = 2.4 the p95 is 138.
 */
const FAST_SHARE: f64 = 0.2;
/** Rows that have seen fewer values than this (a long lead of a young series, a window between gaps) borrow a scale. */
const YOUNG: f32 = 20;
/** In i16 / 256, so 127 is all there is room for. */
const WIDEST: f32 = 127;

export function floorOf(series: usize): f64 {
  return load<f64>(series + MEAN) * 0.1 + 1e-12;
}

/** A forecast made g steps after the last known value is g steps further ahead than its lead says. */
function widening(series: usize, lead: u32): f64 {
  const gap = <f64>u32At(series, GAP);
  return min(sqrt((<f64>lead + 4 + gap) / (<f64>lead + 4)), 3);
}

/** Says what is to be expected along `path` (LEADS f64) and keeps it in the entries of this origin. */
export function say(series: usize, path: usize): void {
  for (let lead: usize = 0; lead < <usize>LEADS; lead++) {
    store<f32>(series + PATH + (lead << 2), <f32>load<f64>(path + (lead << 3)));
  }
  for (let lead = 0; lead < WATCHED; lead++) {
    sayPoint(series, lead, <f64>load<f32>(series + PATH + ((<usize>(watchedLead(lead) - 1)) << 2)));
  }
  let highest: f64 = 0;
  let lead: u32 = 0;
  for (let row = WATCHED; row < ROWS; row++) {
    for (; lead < horizonOf(row); lead++) {
      highest = max(highest, <f64>load<f32>(series + PATH + ((<usize>lead) << 2)));
    }
    sayPoint(series, row, highest);
  }
  if (describes(series)) askOthers(series);
  for (let row = 0; row < ROWS; row++) sayQuantiles(series, row);
}

function sayPoint(series: usize, row: i32, point: f64): void {
  const steps = u32At(series, STEPS);
  const entry = entryAt(series, row, steps);
  const at = rowAt(series, row);
  const floor = floorOf(series);
  const root = sqrt(point + floor);
  const slow = <f64>load<f32>(at + SLOW);
  let spread =
    (slow + FAST_SHARE * (<f64>load<f32>(at + FAST) - slow)) * root * widening(series, horizonOf(row));
  if (row > 0 && load<f32>(at + SEEN) < YOUNG) {
    const elder = entryAt(series, row < WATCHED ? row - 1 : WATCHED - 1, steps);
    spread = max(spread, spreadOf(elder));
  }
  store<f32>(entry + POINT, <f32>point);
  store<f32>(entry + SPREAD, <f32>spread);
  memory.fill(entry + FEATURES, 0, FEATURE_COUNT);
  if (spreadOf(entry) > 0 && describes(series))
    describeErrors(series, row, entry, point, load<f64>(series + MEAN), floor);
}

/** One pass over the newest values, and one over those a season ago, serves all rows. */
function askOthers(series: usize): void {
  const steps = u32At(series, STEPS);
  const newest = ringAt(series, 0);
  const usual = pathMean(series);
  let highest: f64 = 0;
  let age: u32 = 0;
  for (let row = 0; row < WATCHED; row++) {
    const lead = horizonOf(row);
    for (; age < min(lead, steps); age++) highest = max(highest, ringAt(series, age));
    ask(entryAt(series, row, steps), newest, highest, usual, seasonAgo(series, lead));
  }
  highest = 0;
  age = 0;
  let before: f64 = -1;
  let lead: u32 = 1;
  for (let row = WATCHED; row < ROWS; row++) {
    for (; age < min(horizonOf(row), steps); age++) highest = max(highest, ringAt(series, age));
    for (; lead <= horizonOf(row); lead++) before = max(before, seasonAgo(series, lead));
    ask(entryAt(series, row, steps), newest, highest, usual, before);
  }
}

function ask(entry: usize, newest: f64, highest: f64, usual: f64, before: f64): void {
  const spread = spreadOf(entry);
  if (spread > 0) describeOthers(entry, pointOf(entry), 1.0 / spread, newest, highest, usual, before);
}

function sayQuantiles(series: usize, row: i32): void {
  const steps = u32At(series, STEPS);
  const entry = entryAt(series, row, steps);
  const coefficients = coefficientsAt(series, groupOf(row));
  let q = v128.load(rowAt(series, row) + OFFSETS);
  for (let i: usize = 0; i < FEATURE_COUNT; i++) {
    q = f32x4.add(q, f32x4.mul(v128.load(coefficients + (i << 4)), f32x4.splat(featureOf(entry, i))));
  }
  if (row > WATCHED) q = f32x4.max(q, lifted(entryAt(series, row - 1, steps), entry));
  if (row == WATCHED) q = f32x4.max(q, lifted(entryAt(series, 0, steps), entry));
  q = f32x4.max(q, v128.shuffle<f32>(q, q, 0, 0, 1, 2));
  q = f32x4.max(q, v128.shuffle<f32>(q, q, 0, 1, 0, 1));
  q = f32x4.max(f32x4.min(q, f32x4.splat(WIDEST)), f32x4.splat(-WIDEST));
  const rounded = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(q, f32x4.splat(256))));
  v128.store64_lane(entry + SAID, i16x8.narrow_i32x4_s(rounded, rounded), 0);
}

/** The quantiles of a shorter window in a longer one's spreads: its maximum is never below the shorter one's. */
function lifted(shorter: usize, longer: usize): v128 {
  if (!(spreadOf(longer) > 0)) return f32x4.splat(-WIDEST);
  const per = 1.0 / spreadOf(longer);
  const offset = (pointOf(shorter) - pointOf(longer)) * per;
  const stretch = f32x4.splat(<f32>(spreadOf(shorter) * per));
  return f32x4.add(f32x4.splat(<f32>max(offset, -WIDEST)), f32x4.mul(saidOf(shorter), stretch));
}
