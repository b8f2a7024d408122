import {
  BYTES,
  EXPERTS,
  FORECAST,
  GAP,
  KNOWN,
  KNOWN_BITS,
  LAYOUT,
  LEADS,
  MAGIC,
  MEAN,
  put,
  REJECTED,
  RING,
  RING_CAPACITY,
  SEASON,
  SLOT,
  STEPS,
  TOP,
  u32At,
  WEEK,
} from './layout';
import {
  holtWintersBytes,
  holtWintersOpen,
  holtWintersPredict,
  holtWintersUpdate,
} from './models/holt-winters';
import { naiveBytes, naiveOpen, naivePredict, naiveUpdate } from './models/naive';
import {
  regressionBytes,
  regressionObserve,
  regressionOpen,
  regressionPredict,
  regressionUpdate,
} from './models/regression';
import {
  seasonalNaiveBytes,
  seasonalNaiveOpen,
  seasonalNaivePredict,
  seasonalNaiveUpdate,
} from './models/seasonal-naive';
import { profileBytes, profileUpdate } from './profile';
import { quantilesOpen, quantilesPredict, quantilesUpdate } from './quantiles';
import { ringBytes, ringCapacity, ringPush } from './ring';
import { combine, weigh, weightingScore } from './weighting';

/** More than any workload serves: taken for a fault of the sender. */
const BELIEVABLE: f64 = 1e12;

const paths = memory.data(EXPERTS * LEADS * 8);
const path = memory.data(LEADS * 8);

export function seriesBytes(season: u32, week: u32): usize {
  const models =
    naiveBytes(season) + seasonalNaiveBytes(season) + holtWintersBytes(season) + regressionBytes(season);
  return RING + ringBytes(season, week) + profileBytes(season) + models;
}

/** Empties a block of seriesBytes. */
export function seriesOpen(series: usize, season: u32, week: u32): void {
  const bytes = seriesBytes(season, week);
  memory.fill(series, 0, bytes);
  put(series, 0, MAGIC);
  put(series, 4, LAYOUT);
  put(series, BYTES, <u32>bytes);
  put(series, SEASON, season);
  put(series, WEEK, week);
  put(series, RING_CAPACITY, ringCapacity(season, week));
  naiveOpen(series);
  seasonalNaiveOpen(series);
  holtWintersOpen(series);
  regressionOpen(series);
  quantilesOpen(series);
}

function believable(value: f64): bool {
  return value >= 0 && value <= BELIEVABLE;
}

/** Takes one step in and renews the answers. Steps before the first known value are not counted. */
export function seriesPush(series: usize, value: f64): bool {
  const known = believable(value);
  if (!known && value == value) put(series, REJECTED, u32At(series, REJECTED) + 1);
  if (!known && u32At(series, STEPS) == 0) return false;

  const filled = known ? <f64>(<f32>value) : load<f64>(series + FORECAST + 8);
  count(series, filled, known);
  regressionUpdate(series, filled, known);
  put(series, SLOT, (u32At(series, SLOT) + 1) % u32At(series, SEASON));
  ringPush(series, filled);
  naiveUpdate(series, filled, known);
  seasonalNaiveUpdate(series, filled, known);
  holtWintersUpdate(series, filled, known);
  if (known) {
    weightingScore(series, filled);
    quantilesUpdate(series);
  }
  profileUpdate(series);
  regressionObserve(series, known);
  answer(series);
  return known;
}

function count(series: usize, filled: f64, known: bool): void {
  const steps = u32At(series, STEPS) + 1;
  put(series, STEPS, steps);
  put(series, GAP, known ? 0 : u32At(series, GAP) + 1);
  put(series, KNOWN_BITS, (u32At(series, KNOWN_BITS) << 1) | (known ? 1 : 0));
  if (!known) return;
  put(series, KNOWN, u32At(series, KNOWN) + 1);
  const fading = load<f64>(series + TOP) * (1.0 - 0.35 / <f64>max<u32>(u32At(series, SEASON), 300));
  store<f64>(series + TOP, max(filled, fading));
  const mean = load<f64>(series + MEAN);
  store<f64>(series + MEAN, mean + max(0.001, 1.0 / <f64>steps) * (filled - mean));
}

function answer(series: usize): void {
  const bound = sqrt(2 * load<f64>(series + TOP));
  const stride: usize = LEADS * 8;
  naivePredict(series, paths);
  seasonalNaivePredict(series, u32At(series, SEASON), paths + stride);
  seasonalNaivePredict(series, u32At(series, WEEK), paths + 2 * stride);
  holtWintersPredict(series, bound, paths + 3 * stride);
  regressionPredict(series, bound, paths + 4 * stride);
  weigh(series);
  combine(series, paths, path);
  quantilesPredict(series, path);
}
