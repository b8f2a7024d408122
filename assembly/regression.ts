import { COVARIANCE_BYTES, covarianceOpen, covarianceTake, FEATURES } from './covariance';
import { recurve } from './curve';
import { BEFORE, NEWEST } from './ensemble/ledger';
import { seasonal } from './ensemble/past';
import { lanes, sums } from './lanes';
import { LEADS, SEASON, STEPS, u32At, WATCHED, watchedLead } from './layout';

/**
 * Direct recursive least squares on the residual of z to a base path, a coefficient row per watched lead and one
 * covariance for all. The gain is computed when an origin is seen and applied to a lead when that lead's value is known:
 *
 *   w_h = w_h + k_(t-h) clip(z_t - base_(t-h)(h) - w_h' x_(t-h))
 *
 * Origins overlap, so three of eleven steps are enough to learn from (eleven divides no usual season, so every time of day
 * is met): .6213 of seasonal naive's error against .6226 with all of them, at a quarter of the time and bytes.
 * Innovations are clipped at CLIP times their mean size, so that one flash crowd does not bend the weights.
 *
 * Features: .2; the last three residuals; their averages at .25, .06, .01; the base now; how the base goes on; what the
 * season before was above the base; and where another path lies.
 */
const PRIOR: f64 = 3;
const FORGETTING: f64 = 0.999;
const CLIP: f64 = 2;
const INNOVATION_RATE: f64 = 0.01;

const LAGS_SEEN: usize = 3;
const WIDTH: usize = FEATURES;
/** A row per origin: scale of features, scale of gains, base at the watched leads, features and gains in 16 bits. */
const ROW_BASE: usize = 8;
const ROW_X: usize = ROW_BASE + WATCHED * 4;
const ROW_GAIN: usize = ROW_X + WIDTH * 2;
const ROW_BYTES: usize = (ROW_GAIN + WIDTH * 2 + 7) & ~7;
const ROWS: u32 = 9;

// state
const COEFFICIENTS: usize = COVARIANCE_BYTES;
const INNOVATIONS: usize = COEFFICIENTS + <usize>WATCHED * WIDTH * 4;
const RESIDUALS: usize = INNOVATIONS + WATCHED * 8;
const AVERAGES: usize = RESIDUALS + LAGS_SEEN * 4;
const ORIGINS: usize = AVERAGES + 16;
const STATE_BYTES: usize = ORIGINS + <usize>ROWS * ROW_BYTES;

const x = memory.data(FEATURES * 4);
const exact = memory.data(FEATURES * 8);
const gain = memory.data(FEATURES * 8);
const corrections = memory.data(WATCHED * 4);

export function regressionBytes(): usize {
  return STATE_BYTES;
}

export function regressionOpen(state: usize): void {
  memory.fill(state, 0, STATE_BYTES);
  covarianceOpen(state, PRIOR);
}

/** The row of the origin at `step`, 0 when nothing is learned from it. */
function origin(state: usize, step: u32): usize {
  const rest = step % 11;
  const place: u32 = rest == 0 ? 0 : rest == 4 ? 1 : 2;
  if (rest != 0 && rest != 4 && rest != 7) return 0;
  return state + ORIGINS + <usize>(((step / 11) * 3 + place) % ROWS) * ROW_BYTES;
}

function coefficients(state: usize, index: i32): usize {
  return state + COEFFICIENTS + <usize>index * WIDTH * 4;
}

/** What was learned without a season is forgotten when there is one: the base is another. */
function begins(series: usize): bool {
  const season = u32At(series, SEASON);
  return u32At(series, STEPS) == season + season / 48 + 1;
}

/** Learns from the newest z. */
export function regressionLearn(series: usize, past: usize, state: usize, known: bool): void {
  const steps = u32At(series, STEPS);
  if (begins(series)) regressionOpen(state);
  if (!known) return;
  const z = load<f64>(past + NEWEST);
  for (let index = 0; index < WATCHED; index++) {
    const lead: u32 = watchedLead(index);
    const row = lead < steps ? origin(state, steps - lead) : 0;
    if (row != 0) learn(state, index, row, z);
  }
}

function learn(state: usize, index: i32, row: usize, z: f64): void {
  const weights = coefficients(state, index);
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < WIDTH; i += 4) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(weights + (i << 2)), four(row + ROW_X + (i << 1))));
  }
  const said = <f64>(lanes(sum) * load<f32>(row));
  const error = z - <f64>load<f32>(row + ROW_BASE + ((<usize>index) << 2)) - said;
  const step = <f32>clipped(state + INNOVATIONS + ((<usize>index) << 3), error) * load<f32>(row + 4);
  const by = f32x4.splat(step);
  for (let i: usize = 0; i < WIDTH; i += 4) {
    const at = weights + (i << 2);
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(by, four(row + ROW_GAIN + (i << 1)))));
  }
}

function clipped(scaleAt: usize, error: f64): f64 {
  const old = load<f64>(scaleAt);
  const size = old > 0 ? min(abs(error), 5 * old) : min(abs(error), 1);
  const scale = max(old > 0 ? old + INNOVATION_RATE * (size - old) : size, 1e-9);
  store<f64>(scaleAt, scale);
  return min(max(error, -CLIP * scale), CLIP * scale);
}

function four(codes: usize): v128 {
  return f32x4.convert_i32x4_s(v128.load16x4_s(codes));
}

/**
 * Takes the newest step as an origin. `base`: the path of leads 0 .. LEADS that was said there; `ago`: what the season before
 * had; `other`: a path to compare the base with. Each an f32 every 16 bytes.
 */
export function regressionObserve(
  series: usize,
  past: usize,
  state: usize,
  base: usize,
  ago: usize,
  other: usize,
  known: bool,
): void {
  const now = <f64>load<f32>(base);
  const last = <f64>load<f32>(state + AVERAGES);
  remember(state, <f32>(known ? load<f64>(past + NEWEST) - now : 0.9 * last));
  describe(series, past, state, base, ago);
  compare(base, other);
  const row = origin(state, u32At(series, STEPS));
  if (row == 0) return;
  for (let index = 0; index < WATCHED; index++) {
    const value = load<f32>(base + ((<usize>watchedLead(index)) << 4));
    store<f32>(row + ROW_BASE + ((<usize>index) << 2), value);
  }
  for (let i: usize = 0; i < WIDTH; i++) store<f64>(exact + (i << 3), <f64>load<f32>(x + (i << 2)));
  store<f32>(row, pack(row + ROW_X, exact));
  const sane = !known || covarianceTake(state, exact, gain, PRIOR, FORGETTING);
  if (!sane) return regressionOpen(state);
  if (!known) memory.fill(gain, 0, WIDTH * 8);
  store<f32>(row + 4, pack(row + ROW_GAIN, gain));
}

/** WIDTH f64 as 16-bit shares of their largest, which is returned per share; they are rounded to that in place. */
function pack(into: usize, from: usize): f32 {
  let largest: f64 = 0;
  for (let i: usize = 0; i < WIDTH; i++) largest = max(largest, abs(load<f64>(from + (i << 3))));
  const unit = <f32>(largest / 32767.0);
  if (!(unit > 1e-30)) {
    memory.fill(into, 0, WIDTH * 2);
    memory.fill(from, 0, WIDTH * 8);
    return 0;
  }
  for (let i: usize = 0; i < WIDTH; i++) {
    const code = nearest(load<f64>(from + (i << 3)) / <f64>unit);
    store<i16>(into + (i << 1), <i16>(<i32>min(max(code, -32767), 32767)));
    store<f64>(from + (i << 3), code * <f64>unit);
  }
  return unit;
}

/** Shifts the residual into the lags and the three exponential averages. */
function remember(state: usize, residual: f32): void {
  const lags = state + RESIDUALS;
  store<u64>(lags + 4, load<u64>(lags));
  store<f32>(lags, residual);
  average(state + AVERAGES, residual, 0.25);
  average(state + AVERAGES + 4, residual, 0.06);
  average(state + AVERAGES + 8, residual, 0.01);
}

function average(at: usize, value: f32, rate: f32): void {
  const old = load<f32>(at);
  store<f32>(at, old + rate * (value - old));
}

function feature(index: usize, value: f32): void {
  store<f32>(x + (index << 2), value);
}

/** Leads at which the base's course, and the last season's distance to it, are shown. */
const shown = memory.data<i32>([0, 12, 30]);

function describe(series: usize, past: usize, state: usize, base: usize, ago: usize): void {
  const ready = seasonal(series);
  const now = load<f32>(base);
  feature(0, 0.2);
  v128.store(x + 4, v128.load(state + RESIDUALS));
  store<u64>(x + 20, load<u64>(state + AVERAGES + 4));
  feature(7, ready ? now - 1 : 0);
  for (let i: usize = 0; i < 3; i++) {
    const lead = load<i32>(shown + (i << 2));
    const usual = load<f32>(base + ((<usize>lead) << 4));
    if (i > 0) feature(7 + i, ready ? usual - now : 0);
    const before = lead == 0 ? <f32>load<f64>(past + BEFORE) : load<f32>(ago + ((<usize>lead) << 4));
    feature(10 + i, ready ? before - usual : 0);
  }
}

/** Where another path lies against the base. */
function compare(base: usize, other: usize): void {
  for (let i: usize = 0; i < 3; i++) {
    const at = (<usize>load<i32>(shown + (i << 2))) << 4;
    feature(13 + i, load<f32>(other + at) - load<f32>(base + at));
  }
}

/** Corrections at the watched leads, interpolated in between: an f32 per lead 0 .. LEADS, the first left out. */
export function regressionPath(state: usize, out: usize): void {
  v128.store(corrections, fourOf(state, 0));
  v128.store(corrections, fourOf(state, 4), 16);
  let lead = 1;
  let value: f32 = load<f32>(corrections);
  store<f32>(out, value, 4);
  for (let index = 1; index < WATCHED; index++) {
    const to = load<f32>(corrections + ((<usize>index) << 2));
    const until = watchedLead(index);
    const step = (to - value) / <f32>(until - lead);
    while (++lead < until) {
      value += step;
      store<f32>(out + ((<usize>lead) << 2), value);
    }
    value = to;
    store<f32>(out + ((<usize>lead) << 2), value);
  }
}

function fourOf(state: usize, index: i32): v128 {
  const first = coefficients(state, index);
  const all = sums(dot(first), dot(first + WIDTH * 4), dot(first + WIDTH * 8), dot(first + WIDTH * 12));
  return v128.and(all, f32x4.eq(f32x4.sub(all, all), f32x4.splat(0)));
}

/** By lanes. */
function dot(weights: usize): v128 {
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < WIDTH * 4; i += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(weights + i), v128.load(x + i)));
  }
  return sum;
}

/** The centre has moved: the bases that were said, in the new scale. */
export function regressionRecentre(state: usize, from: f64, to: f64): void {
  for (let row: u32 = 0; row < ROWS; row++) {
    for (let index = 0; index < WATCHED; index++) {
      const at = state + ORIGINS + <usize>row * ROW_BYTES + ROW_BASE + ((<usize>index) << 2);
      store<f32>(at, <f32>recurve(<f64>load<f32>(at), from, to));
    }
  }
}
