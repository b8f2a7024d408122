import { boundOf, LEADS, MEAN, ORIGINS, SEASON, STEPS, u32At, WATCHED, watchedLead } from './layout';
import { profileBase, profileFlat, profileReady } from './profile';
import { ringAt, ringHolds, seasonalAge } from './ring';

const FEATURES: i32 = 24;

/**
 * Direct recursive least squares, one coefficient row per watched lead, one covariance for all of them. It predicts
 * the residual of sqrt(rate) to the seasonal profile, in units of sqrt(mean rate). The gain is computed when an origin
 * is seen and applied to a lead when that lead's value is known:
 *
 *   k = P x / (1 + x' P x),  P = (P - k x' P) / forgetting,  w_h = w_h + k_(t-h) clip(r_t - w_h' x_(t-h))
 *
 * What keeps it stable on outages and flash crowds: it forgets only while trace(P) is below where it began, features
 * and innovations are clipped, and it starts over when a figure stops being finite.
 */
const FORGETTING: f64 = 0.9997;
const PRIOR: f64 = 10;
const CLIP_FEATURE: f64 = 20;
/** In mean absolute innovations. */
const CLIP_INNOVATION: f64 = 1.5;
const INNOVATION_RATE: f64 = 0.01;

/** A row's parts: WIDTH features, WIDTH gains, scale, flat base, whether the profile was the base. */
const WIDTH: usize = FEATURES;
const GAIN: usize = WIDTH * 4;
const ROW_SCALE: usize = 2 * WIDTH * 4;
const ROW_FLAT: usize = ROW_SCALE + 8;
const ROW_PROFILED: usize = ROW_SCALE + 16;

const ORIGIN_ROW_BYTES: usize = 2 * WIDTH * 4 + 3 * 8 + 8;

// state
const COVARIANCE: usize = 0;
const COEFFICIENTS: usize = COVARIANCE + FEATURES * FEATURES * 8;
const INNOVATION: usize = COEFFICIENTS + WATCHED * FEATURES * 8;
const LAGS: usize = INNOVATION + WATCHED * 8 + 8;
const AVERAGES: usize = LAGS + 8 * 8;
/** Per origin: features and gain in f32, then scale, flat base and whether the profile was ready, in f64. */
const ORIGIN_ROWS: usize = AVERAGES + 4 * 8;
const STATE_BYTES: usize = ORIGIN_ROWS + <usize>ORIGINS * ORIGIN_ROW_BYTES;

const features = memory.data(FEATURES * 8);
const product = memory.data(FEATURES * 8);
const residuals = memory.data((WATCHED + 1) * 8);

export function regressionBytes(): usize {
  return STATE_BYTES;
}

export function regressionOpen(state: usize): void {
  memory.fill(state + COVARIANCE, 0, INNOVATION - COVARIANCE);
  for (let i = 0; i < FEATURES; i++) {
    store<f64>(state + COVARIANCE + ((<usize>(i * FEATURES + i)) << 3), PRIOR);
  }
}

function row(state: usize, step: u32): usize {
  return state + ORIGIN_ROWS + <usize>(step & (ORIGINS - 1)) * ORIGIN_ROW_BYTES;
}

function coefficients(state: usize, index: i32): usize {
  return state + COEFFICIENTS + <usize>(index * FEATURES) * 8;
}

function dot(weights: usize, values: usize): f64 {
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < WIDTH; i += 2) {
    const x = f64x2.promote_low_f32x4(v128.load64_zero(values + (i << 2)));
    sum = f64x2.add(sum, f64x2.mul(v128.load(weights + (i << 3)), x));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Learns from the newest step, which is counted and in the ring, but not in the profile yet. */
export function regressionUpdate(series: usize, state: usize, profile: usize, value: f64, known: bool): void {
  const steps = u32At(series, STEPS);
  const root = sqrt(value);
  const base = profileBase(series, profile, 0);
  if (known) {
    for (let index = 0; index < WATCHED; index++) {
      const lead: u32 = watchedLead(index);
      if (lead < steps) learn(state, index, row(state, steps - lead), root, base);
    }
  }
  remember(state, known ? root - base : load<f64>(state + AVERAGES) * 0.9);
}

function learn(state: usize, index: i32, origin: usize, root: f64, base: f64): void {
  const reference = load<f64>(origin + ROW_PROFILED) > 0 ? base : load<f64>(origin + ROW_FLAT);
  const weights = coefficients(state, index);
  const error = (root - reference) / load<f64>(origin + ROW_SCALE) - dot(weights, origin);
  const scaleAt = state + INNOVATION + ((<usize>index) << 3);
  const scale = load<f64>(scaleAt);
  const size = scale > 0 ? min(abs(error), 5 * scale) : min(abs(error), 1);
  store<f64>(scaleAt, max(scale > 0 ? scale + INNOVATION_RATE * (size - scale) : size, 1e-9));
  const limit = CLIP_INNOVATION * load<f64>(scaleAt);
  const step = f64x2.splat(min(max(error, -limit), limit));
  for (let i: usize = 0; i < WIDTH; i += 2) {
    const gain = f64x2.promote_low_f32x4(v128.load64_zero(origin + GAIN + (i << 2)));
    const at = weights + (i << 3);
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(step, gain)));
  }
}

/** Shifts the residual into the lags and the three exponential averages. */
function remember(state: usize, residual: f64): void {
  const lags = state + LAGS;
  memory.copy(lags + 8, lags, 56);
  store<f64>(lags, residual);
  average(state + AVERAGES, residual, 0.25);
  average(state + AVERAGES + 8, residual, 0.06);
  average(state + AVERAGES + 16, residual, 0.01);
}

function average(at: usize, value: f64, rate: f64): void {
  const old = load<f64>(at);
  store<f64>(at, old + rate * (value - old));
}

function feature(index: i32, value: f64): void {
  store<f64>(features + ((<usize>index) << 3), min(max(value, -CLIP_FEATURE), CLIP_FEATURE));
}

/** Leads at which the profile's slope, and the last season's residual, are shown to the regression. */
const shown = memory.data<i32>([0, 4, 8, 15, 22, 30]);

function describe(series: usize, state: usize, profile: usize, scale: f64): void {
  const per = 1.0 / scale;
  const season = u32At(series, SEASON);
  const ready = profileReady(series);
  const held = ready && ringHolds(series, season + 1);
  const now = profileBase(series, profile, 0);
  feature(0, 0.2);
  for (let i = 0; i < 8; i++) feature(1 + i, load<f64>(state + LAGS + ((<usize>i) << 3)) * per);
  for (let i = 0; i < 3; i++) feature(9 + i, load<f64>(state + AVERAGES + ((<usize>i) << 3)) * per);
  feature(12, ready ? now * per - 1 : 0);
  for (let i = 0; i < 6; i++) {
    const lead: u32 = load<i32>(shown + ((<usize>i) << 2));
    const base = profileBase(series, profile, lead);
    if (i > 0) feature(12 + i, (base - now) * per);
    const before = held ? sqrt(ringAt(series, seasonalAge(season, lead))) - base : 0.0;
    feature(18 + i, before * per);
  }
}

/** Closes the newest origin: its features and gain, and the covariance after it. */
export function regressionObserve(series: usize, state: usize, profile: usize, known: bool): void {
  const origin = row(state, u32At(series, STEPS));
  const scale = sqrt(load<f64>(series + MEAN) + 1e-12);
  describe(series, state, profile, scale);
  for (let i: usize = 0; i < WIDTH; i++) {
    store<f32>(origin + (i << 2), <f32>load<f64>(features + (i << 3)));
  }
  store<f64>(origin + ROW_SCALE, scale);
  store<f64>(origin + ROW_FLAT, profileFlat(profile));
  store<f64>(origin + ROW_PROFILED, profileReady(series) ? 1 : 0);
  if (known) gain(state, origin);
  else memory.fill(origin + GAIN, 0, WIDTH * 4);
}

function gain(state: usize, origin: usize): void {
  const covariance = state + COVARIANCE;
  let spread: f64 = 0;
  let trace: f64 = 0;
  for (let i: usize = 0; i < WIDTH; i++) {
    const value = dot(covariance + i * WIDTH * 8, origin);
    store<f64>(product + (i << 3), value);
    spread += value * <f64>load<f32>(origin + (i << 2));
    trace += load<f64>(covariance + ((i * WIDTH + i) << 3));
  }
  const per = 1.0 / (1.0 + spread);
  if (!(spread >= 0 && spread < 1e12 && trace > 0 && trace < 1e9)) {
    regressionOpen(state);
    memory.fill(origin + GAIN, 0, WIDTH * 4);
    return;
  }
  for (let i: usize = 0; i < WIDTH; i++) {
    store<f32>(origin + GAIN + (i << 2), <f32>(load<f64>(product + (i << 3)) * per));
  }
  const grow = trace < PRIOR * <f64>FEATURES ? 1.0 / FORGETTING : 1.0;
  shrink(covariance, per, grow);
}

/** P = (P - product product' per) grow; rounding keeps it symmetric because the outer product is formed first. */
function shrink(covariance: usize, per: f64, grow: f64): void {
  const pers = f64x2.splat(per);
  const grows = f64x2.splat(grow);
  for (let i: usize = 0; i < WIDTH; i++) {
    const left = f64x2.splat(load<f64>(product + (i << 3)));
    const line = covariance + i * WIDTH * 8;
    for (let j: usize = 0; j < WIDTH; j += 2) {
      const outer = f64x2.mul(f64x2.mul(left, v128.load(product + (j << 3))), pers);
      v128.store(line + (j << 3), f64x2.mul(f64x2.sub(v128.load(line + (j << 3)), outer), grows));
    }
  }
}

/** Residuals at the watched leads, interpolated in between, onto the base. */
export function regressionPredict(series: usize, state: usize, profile: usize, path: usize): void {
  const bound = boundOf(series);
  const origin = row(state, u32At(series, STEPS));
  const scale = load<f64>(origin + ROW_SCALE);
  for (let index = 0; index < WATCHED; index++) {
    const value = dot(coefficients(state, index), origin);
    store<f64>(residuals + ((<usize>index) << 3), value - value == 0 ? value * scale : 0);
  }
  let right = 0;
  for (let lead = 1; lead <= LEADS; lead++) {
    if (lead > watchedLead(right)) right++;
    const high = load<f64>(residuals + ((<usize>right) << 3));
    let residual = high;
    if (right > 0) {
      const from = watchedLead(right - 1);
      const low = load<f64>(residuals + ((<usize>(right - 1)) << 3));
      residual = low + ((high - low) * <f64>(lead - from)) / <f64>(watchedLead(right) - from);
    }
    const root = min(max(profileBase(series, profile, lead) + residual, 0), bound);
    store<f64>(path + ((<usize>(lead - 1)) << 3), root * root);
  }
}
