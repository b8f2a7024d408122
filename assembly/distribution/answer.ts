import { FIGURES, LEADS, ROWS, STEPS, u32At, WATCHED, WINDOWS, watchedLead } from '../layout';
import { floorOf } from './said';
import { BIAS, entryAt, PATH, pointOf, rowAt, saidOf, spreadOf } from './state';

/** No figure may pass this. */
const CEILING: f64 = 1e13;

const leads = memory.data(LEADS * FIGURES * 8);
const windows = memory.data(WINDOWS * FIGURES * 8);

/** The median of the next step: what a missing value is filled with. */
export function nextMedian(series: usize): f64 {
  if (u32At(series, STEPS) == 0) return 0;
  const entry = entryAt(series, 0, u32At(series, STEPS));
  return bounded(pointOf(entry) + spreadOf(entry) * <f64>f32x4.extract_lane(saidOf(entry), 0));
}

/** LEADS x [mean, p50, p90, p95, p99], until the next call; zeros before the first known value. */
export function writeLeads(series: usize): usize {
  const steps = u32At(series, STEPS);
  if (steps == 0) {
    memory.fill(leads, 0, LEADS * FIGURES * 8);
    return leads;
  }
  let right = 0;
  for (let lead = 1; lead <= LEADS; lead++) {
    if (lead > watchedLead(right)) right++;
    const from = right > 0 ? watchedLead(right - 1) : 0;
    const share = right > 0 ? <f64>(lead - from) / <f64>(watchedLead(right) - from) : 1.0;
    const point = <f64>load<f32>(series + PATH + ((<usize>(lead - 1)) << 2));
    writeLead(series, right, share, point, leads + <usize>((lead - 1) * FIGURES) * 8);
  }
  return leads;
}

/** Between two watched leads the distances to the point are interpolated, in roots of the level. */
function writeLead(series: usize, right: i32, share: f64, point: f64, out: usize): void {
  const floor = floorOf(series);
  const steps = u32At(series, STEPS);
  const root = sqrt(point + floor);
  const high = entryAt(series, right, steps);
  const highScale = (share * root * spreadOf(high)) / sqrt(pointOf(high) + floor);
  const left = right > 0 ? right - 1 : 0;
  const low = entryAt(series, left, steps);
  const lowScale = ((1 - share) * root * spreadOf(low)) / sqrt(pointOf(low) + floor);
  const above = saidOf(high);
  const below = saidOf(low);
  const mean =
    highScale * <f64>load<f32>(rowAt(series, right) + BIAS) +
    lowScale * <f64>load<f32>(rowAt(series, left) + BIAS);
  store<f64>(out, bounded(point + mean));
  put(
    out,
    0,
    point + highScale * <f64>f32x4.extract_lane(above, 0) + lowScale * <f64>f32x4.extract_lane(below, 0),
  );
  put(
    out,
    1,
    point + highScale * <f64>f32x4.extract_lane(above, 1) + lowScale * <f64>f32x4.extract_lane(below, 1),
  );
  put(
    out,
    2,
    point + highScale * <f64>f32x4.extract_lane(above, 2) + lowScale * <f64>f32x4.extract_lane(below, 2),
  );
  put(
    out,
    3,
    point + highScale * <f64>f32x4.extract_lane(above, 3) + lowScale * <f64>f32x4.extract_lane(below, 3),
  );
}

/** WINDOWS x [mean, p50, p90, p95, p99] of the maximum; a longer window is never below a shorter one. */
export function writePeaks(series: usize): usize {
  const steps = u32At(series, STEPS);
  if (steps == 0) {
    memory.fill(windows, 0, WINDOWS * FIGURES * 8);
    return windows;
  }
  for (let window = 0; window < WINDOWS; window++) {
    const row = window == 0 ? 0 : WATCHED + window - 1;
    const entry = entryAt(series, row, steps);
    const out = windows + <usize>(window * FIGURES) * 8;
    const point = pointOf(entry);
    const spread = spreadOf(entry);
    const said = saidOf(entry);
    store<f64>(out, bounded(point + spread * <f64>load<f32>(rowAt(series, row) + BIAS)));
    put(out, 0, point + spread * <f64>f32x4.extract_lane(said, 0));
    put(out, 1, point + spread * <f64>f32x4.extract_lane(said, 1));
    put(out, 2, point + spread * <f64>f32x4.extract_lane(said, 2));
    put(out, 3, point + spread * <f64>f32x4.extract_lane(said, 3));
    if (window > 0) raise(out);
  }
  return windows;
}

function put(out: usize, quantile: usize, value: f64): void {
  const at = out + 8 + (quantile << 3);
  store<f64>(at, quantile > 0 ? max(bounded(value), load<f64>(at - 8)) : bounded(value));
}

function bounded(value: f64): f64 {
  return min(max(value, 0), CEILING);
}

function raise(out: usize): void {
  for (let i: usize = 0; i < <usize>FIGURES * 8; i += 8)
    store<f64>(out + i, max(load<f64>(out + i), load<f64>(out + i - FIGURES * 8)));
}
