import { eventWidening } from '../events';
import { GAP, LEADS, MEAN, ROWS, STEPS, u32At, WATCHED } from '../layout';
import { describe, describes, othersFind } from './features';
import {
  coefficientsAt,
  entryOf,
  FAST,
  FEATURE_COUNT,
  FEATURES,
  groupOf,
  horizonOf,
  nowAt,
  OFFSETS,
  PATH,
  POINT,
  rowAt,
  SAID,
  SEEN,
  SLOW,
  SPREAD,
  saidOf,
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
const FAST_SHARE: f32 = 0.2;
/** Rows that have seen fewer values than this (a long lead of a young series, a window between gaps) borrow a scale. */
const YOUNG: f32 = 20;
/** In i16 / 256, so 127 is all there is room for. */
const WIDEST: f32 = 127;

export function floorOf(series: usize): f32 {
  return <f32>(load<f64>(series + MEAN) * 0.1 + 1e-12);
}

/** A forecast made g steps after the last known value is g steps further ahead than its lead says. */
function widening(gap: u32, lead: u32): f32 {
  if (gap == 0) return 1;
  return min(sqrt(<f32>(lead + 4 + gap) / <f32>(lead + 4)), 3);
}

/** Says what is to be expected along `path` (LEADS f64), and keeps it in the entries of this origin. */
export function say(series: usize, path: usize): void {
  for (let lead: usize = 0; lead < <usize>LEADS; lead++) {
    store<f32>(series + PATH + (lead << 2), <f32>load<f64>(path + (lead << 3)));
  }
  const described = describes(series);
  if (described) othersFind(series);
  const floor = floorOf(series);
  const rootMean = sqrt(<f32>load<f64>(series + MEAN) + floor);
  const steps = u32At(series, STEPS);
  let highest: f32 = 0;
  let lead: u32 = 0;
  for (let row = 0; row < ROWS; row++) {
    const horizon = horizonOf(row);
    let point = load<f32>(series + PATH + ((<usize>horizon) << 2) - 4);
    if (row >= WATCHED) {
      for (; lead < horizon; lead++) highest = max(highest, load<f32>(series + PATH + ((<usize>lead) << 2)));
      point = highest;
    }
    const root = sqrt(point + floor);
    const now = sayPoint(series, row, point, root);
    const entry = entryOf(series, row, steps);
    const features = described && load<f32>(now, SPREAD) > 0;
    sayQuantiles(series, row, now, features ? describe(series, row, now, entry, root, rootMean) : 0);
    if (entry == 0) continue;
    v128.store(entry, v128.load(now));
    if (features) continue;
    store<u64>(entry + FEATURES, 0);
    store<u16>(entry + FEATURES, 0, 8);
  }
}

function sayPoint(series: usize, row: i32, point: f32, root: f32): usize {
  const now = nowAt(series, row);
  const at = rowAt(series, row);
  const slow = load<f32>(at + SLOW);
  const scale = slow + FAST_SHARE * (load<f32>(at + FAST) - slow);
  const horizon = horizonOf(row);
  const wider = eventWidening(row < WATCHED ? horizon : 1, horizon);
  let spread = scale * root * widening(u32At(series, GAP), horizon) * wider;
  if (row > 0 && load<f32>(at + SEEN) < YOUNG) {
    spread = max(spread, load<f32>(nowAt(series, min(row, WATCHED) - 1) + SPREAD));
  }
  store<f32>(now, point, POINT);
  store<f32>(now, spread, SPREAD);
  return now;
}

/** `features`: of a row that has none, 0. */
function sayQuantiles(series: usize, row: i32, now: usize, features: usize): void {
  let q = v128.load(rowAt(series, row) + OFFSETS);
  if (features != 0) q = f32x4.add(q, explained(coefficientsAt(series, groupOf(row)), features));
  if (row >= WATCHED) q = f32x4.max(q, lifted(nowAt(series, row > WATCHED ? row - 1 : 0), now));
  q = f32x4.max(f32x4.min(rising(q), f32x4.splat(WIDEST)), f32x4.splat(-WIDEST));
  const codes = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(q, f32x4.splat(256))));
  v128.store64_lane(now + SAID, i16x8.narrow_i32x4_s(codes, codes), 0);
}

function explained(coefficients: usize, features: usize): v128 {
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  for (let i: usize = 0; i < FEATURE_COUNT; i += 2) {
    const at = coefficients + (i << 4);
    even = f32x4.add(even, f32x4.mul(v128.load(at), v128.load32_splat(features + (i << 2))));
    odd = f32x4.add(odd, f32x4.mul(v128.load(at, 16), v128.load32_splat(features + (i << 2), 4)));
  }
  return f32x4.add(even, odd);
}

/** No quantile below the one before it. */
export function rising(q: v128): v128 {
  const pairs = f32x4.max(q, v128.shuffle<f32>(q, q, 0, 0, 1, 2));
  return f32x4.max(pairs, v128.shuffle<f32>(pairs, pairs, 0, 1, 0, 1));
}

/** The quantiles of a shorter window in a longer one's spreads: its maximum is never below the shorter one's. */
function lifted(shorter: usize, longer: usize): v128 {
  const spread = load<f32>(longer, SPREAD);
  if (!(spread > 0)) return f32x4.splat(-WIDEST);
  const per: f32 = <f32>1 / spread;
  const offset = max((load<f32>(shorter, POINT) - load<f32>(longer, POINT)) * per, -1e9);
  const stretch = f32x4.splat(load<f32>(shorter, SPREAD) * per);
  return f32x4.add(f32x4.splat(offset), f32x4.mul(saidOf(shorter), stretch));
}
