import { FIGURES, LEADS, STEPS, u32At, WATCHED, WINDOWS, watchedLead } from '../layout';
import { floorOf, rising } from './said';
import { BIAS, nowAt, PATH, POINT, rowAt, SPREAD, saidOf } from './state';

/** No figure may pass this. */
const CEILING: f32 = 1e13;

const leads = memory.data(LEADS * FIGURES * 8);
const windows = memory.data(WINDOWS * FIGURES * 8);
/** Of two neighbouring watched leads: their quantiles' and their mean's distance to the point, in roots of the level. */
let below: v128 = f32x4.splat(0);
let above: v128 = f32x4.splat(0);
let belowMean: f32 = 0;
let aboveMean: f32 = 0;

/** The median of the next step: what a missing value is filled with. */
export function nextMedian(series: usize): f64 {
  if (u32At(series, STEPS) == 0) return 0;
  const now = nowAt(series, 0);
  const median = f32x4.extract_lane(saidOf(now), 0);
  return <f64>min(max(load<f32>(now, POINT) + load<f32>(now, SPREAD) * median, 0), CEILING);
}

/** LEADS x [mean, p50, p90, p95, p99], until the next call; zeros before the first known value. */
export function writeLeads(series: usize): usize {
  if (u32At(series, STEPS) == 0) return blank(leads, LEADS);
  const floor = floorOf(series);
  next(series, 0, floor);
  let right = 0;
  let until = watchedLead(0);
  let share: f32 = 0;
  let step: f32 = 1;
  for (let lead = 1; lead <= LEADS; lead++) {
    if (lead > until) {
      next(series, ++right, floor);
      step = <f32>1 / <f32>(watchedLead(right) - until);
      until = watchedLead(right);
      share = 0;
    }
    share = lead == until ? 1 : share + step;
    const at = (<usize>(lead - 1)) << 2;
    const point = load<f32>(series + PATH + at);
    const root = sqrt(point + floor);
    const off = f32x4.add(below, f32x4.mul(f32x4.sub(above, below), f32x4.splat(share)));
    const mean = root * (belowMean + share * (aboveMean - belowMean));
    const out = leads + at * FIGURES * 2;
    write(out, point + mean, f32x4.add(f32x4.splat(point), f32x4.mul(off, f32x4.splat(root))));
  }
  return leads;
}

/** Goes on to the next watched lead. Before the first one there is only that. */
function next(series: usize, row: i32, floor: f32): void {
  below = above;
  belowMean = aboveMean;
  const now = nowAt(series, row);
  const scale = load<f32>(now, SPREAD) / sqrt(load<f32>(now, POINT) + floor);
  above = f32x4.mul(saidOf(now), f32x4.splat(scale));
  aboveMean = load<f32>(rowAt(series, row) + BIAS) * scale;
  if (row > 0) return;
  below = above;
  belowMean = aboveMean;
}

/** WINDOWS x [mean, p50, p90, p95, p99] of the maximum; a longer window is never below a shorter one. */
export function writePeaks(series: usize): usize {
  if (u32At(series, STEPS) == 0) return blank(windows, WINDOWS);
  for (let window = 0; window < WINDOWS; window++) {
    const row = window == 0 ? 0 : WATCHED + window - 1;
    const now = nowAt(series, row);
    const point = load<f32>(now, POINT);
    const spread = load<f32>(now, SPREAD);
    const out = windows + <usize>(window * FIGURES) * 8;
    const q = f32x4.add(f32x4.splat(point), f32x4.mul(saidOf(now), f32x4.splat(spread)));
    write(out, point + spread * load<f32>(rowAt(series, row) + BIAS), q);
    if (window > 0) raise(out);
  }
  return windows;
}

function blank(at: usize, rows: i32): usize {
  memory.fill(at, 0, (<usize>(rows * FIGURES)) << 3);
  return at;
}

function write(out: usize, mean: f32, quantiles: v128): void {
  const bounded = f32x4.min(f32x4.max(rising(quantiles), f32x4.splat(0)), f32x4.splat(CEILING));
  store<f64>(out, <f64>min(max(mean, 0), CEILING));
  v128.store(out + 8, f64x2.promote_low_f32x4(bounded));
  v128.store(out + 24, f64x2.promote_low_f32x4(v128.shuffle<f32>(bounded, bounded, 2, 3, 2, 3)));
}

function raise(out: usize): void {
  for (let i: usize = 0; i < <usize>FIGURES * 8; i += 8)
    store<f64>(out + i, max(load<f64>(out + i), load<f64>(out + i - FIGURES * 8)));
}
