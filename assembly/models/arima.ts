import { boundOf, LEADS, SEASON, STEPS, u32At } from '../layout';
import { decompositionBytes, decompositionUpdate, recall, seasonSays, weekSays } from './decomposition';

/**
 * The order: AR terms, differences, MA terms. (5, 1, 0) is what the literature of load forecasting compares itself with;
 * (2, 0, 0) or (1, 1, 1) are had by changing these three.
 */
const P: i32 = 5;
const D: i32 = 1;
const Q: i32 = 0;

const TERMS: i32 = P + Q;
const FORGETTING: f64 = 0.9995;
const PRIOR: f64 = 10;
/** In mean absolute innovations. */
const CLIP: f64 = 3;
/** No partial autocorrelation may be nearer to one: a root this near the unit circle halves in 34 steps. */
const EDGE: f64 = 0.98;
const SHRINK: f64 = 0.95;

/**
 * ARIMA(p, d, q) (Box and Jenkins 1970) of the seasonally adjusted square root x of the rate, its coefficients by
 * recursive least squares, the innovations in place of the unknown noise (extended least squares, Ljung 1999, 11.4):
 *
 *   w = (1 - B)^d x,   w_t = phi_1 w_(t-1) + .. + phi_p w_(t-p) + theta_1 e_(t-1) + .. + theta_q e_(t-q) + e_t
 *   k = C z / (1 + z' C z),   C = (C - k z' C) / forgetting,   coefficients += k e,   z the p lags and q innovations
 *
 * Leads are iterated with e = 0 and summed up d times. Without differences w is x less its slow mean. It stays stable
 * because phi is kept stationary and theta invertible: the step-down recursion (Levinson 1947, Durbin 1960) gives the
 * partial autocorrelations; while one is above .98, coefficient i is multiplied by .95^i, which draws all roots away from
 * the unit circle. Worked example: phi = (1.2, -.1) has k_2 = -.1 and k_1 = 1.2 / 1.1 = 1.09; drawn in three times it is
 * (1.03, -.07) with k_1 = .96.
 */
const COVARIANCE: usize = 0;
const COEFFICIENTS: usize = COVARIANCE + TERMS * TERMS * 8;
/** The p lags of w and the q innovations, newest first. */
const RECENT: usize = COEFFICIENTS + TERMS * 8;
/** x and its differences below d. */
const LEVELS: usize = RECENT + TERMS * 8;
const CENTRE: usize = LEVELS + 3 * 8;
const INNOVATION: usize = CENTRE + 8;
const SIZE: usize = INNOVATION + 8;
const SEASONS: usize = SIZE + 8;

const inputs = memory.data(TERMS * 8);
const gains = memory.data(TERMS * 8);
const work = memory.data((TERMS + 3) * 8);

export function arimaBytes(season: u32, week: u32): usize {
  return SEASONS + decompositionBytes(season, week);
}

export function arimaOpen(series: usize, state: usize): void {
  memory.fill(state, 0, RECENT);
  for (let i = 0; i < TERMS; i++) store<f64>(at(state + COVARIANCE, i * TERMS + i), PRIOR);
}

function at(base: usize, index: i32): usize {
  return base + ((<usize>index) << 3);
}

function dot(left: usize, right: usize): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < TERMS; i++) sum += load<f64>(at(left, i)) * load<f64>(at(right, i));
  return sum;
}

/** Shifts `count` values one on and puts the newest in front. */
function shift(base: usize, count: i32, value: f64): void {
  if (count == 0) return;
  memory.copy(base + 8, base, (<usize>(count - 1)) << 3);
  store<f64>(base, value);
}

/** The newest w from x, and the differences for the next one. */
function difference(state: usize, x: f64): f64 {
  let value = x;
  for (let i = 0; i < D; i++) {
    const before = load<f64>(at(state + LEVELS, i));
    store<f64>(at(state + LEVELS, i), value);
    value -= before;
  }
  return value - (D == 0 ? load<f64>(state + CENTRE) : 0);
}

/** STEPS, SLOT and the ring already include the value. */
export function arimaUpdate(series: usize, state: usize, value: f64, known: bool): void {
  const seasons = state + SEASONS;
  const steps = u32At(series, STEPS);
  recall(series, seasons, 0);
  const x = sqrt(value) - seasonSays - weekSays;
  const w = difference(state, x);
  if (steps > <u32>D) {
    const error = w - dot(state + COEFFICIENTS, state + RECENT);
    if (known) learn(state, error, abs(w));
    shift(state + RECENT, P, w);
    shift(state + RECENT + P * 8, Q, known ? error : 0);
  }
  if (D == 0) centre(series, state, x);
  if (decompositionUpdate(series, seasons)) {
    const base = D > 0 ? state + LEVELS : state + CENTRE;
    recall(series, seasons, 0);
    store<f64>(base, load<f64>(base) - seasonSays);
  }
}

/** A running mean of sizes, one of them at most five times it. */
function track(place: usize, size: f64): f64 {
  const old = load<f64>(place);
  const now = max(old > 0 ? old + 0.01 * (min(size, 5 * old) - old) : size, 1e-9);
  store<f64>(place, now);
  return now;
}

/** Without differences: the mean that w is taken from. */
function centre(series: usize, state: usize, x: f64): void {
  const rate = max(1.0 / <f64>max<u32>(u32At(series, SEASON), 100), 1.0 / <f64>u32At(series, STEPS));
  const old = load<f64>(state + CENTRE);
  store<f64>(state + CENTRE, old + rate * (x - old));
}

/** Weighted by 1 / (size of w)^2, so that calm and rough times teach alike, whatever the unit. */
function learn(state: usize, error: f64, size: f64): void {
  const covariance = state + COVARIANCE;
  const per = 1.0 / track(state + SIZE, size);
  let spread: f64 = 0;
  let trace: f64 = 0;
  for (let i = 0; i < TERMS; i++) {
    store<f64>(at(inputs, i), min(max(load<f64>(at(state + RECENT, i)) * per, -20), 20));
  }
  for (let i = 0; i < TERMS; i++) {
    const gain = dot(at(covariance, i * TERMS), inputs);
    store<f64>(at(gains, i), gain);
    spread += gain * load<f64>(at(inputs, i));
    trace += load<f64>(at(covariance, i * TERMS + i));
  }
  if (!(spread >= 0 && trace > 0)) return arimaOpen(0, state);
  const unit = error * per;
  const limit = CLIP * track(state + INNOVATION, abs(unit));
  const step = min(max(unit, -limit), limit) / (1 + spread);
  const grow = trace < PRIOR * <f64>TERMS ? 1.0 / FORGETTING : 1.0;
  for (let i = 0; i < TERMS; i++) {
    const place = at(state + COEFFICIENTS, i);
    const gain = load<f64>(at(gains, i));
    store<f64>(place, load<f64>(place) + gain * step);
    for (let j = 0; j < TERMS; j++) {
      const cell = at(covariance, i * TERMS + j);
      store<f64>(cell, (load<f64>(cell) - (gain * load<f64>(at(gains, j))) / (1 + spread)) * grow);
    }
  }
  if (P > 0) hold(state + COEFFICIENTS, P, 1);
  if (Q > 0) hold(state + COEFFICIENTS + P * 8, Q, -1);
}

/** Keeps 1 - sign (c_1 B + .. + c_n B^n) free of roots near or inside the unit circle: draws them out until it is. */
function hold(coefficients: usize, count: i32, sign: f64): void {
  for (let tries = 0; tries < 64 && !stable(coefficients, count, sign); tries++) {
    let shrunk: f64 = 1;
    for (let i = 0; i < count; i++) {
      shrunk *= SHRINK;
      const place = at(coefficients, i);
      store<f64>(place, load<f64>(place) * shrunk);
    }
  }
}

/** The step-down recursion: whether every partial autocorrelation is below EDGE. */
function stable(coefficients: usize, count: i32, sign: f64): bool {
  for (let i = 0; i < count; i++) store<f64>(at(work, i), sign * load<f64>(at(coefficients, i)));
  for (let n = count - 1; n >= 0; n--) {
    const k = load<f64>(at(work, n));
    if (abs(k) > EDGE) return false;
    const per = 1.0 / (1 - k * k);
    for (let i = 0; i < (n + 1) / 2; i++) {
      const left = load<f64>(at(work, i));
      const right = load<f64>(at(work, n - 1 - i));
      store<f64>(at(work, i), per * (left + k * right));
      store<f64>(at(work, n - 1 - i), per * (right + k * left));
    }
  }
  return true;
}

/** One w further, with no innovation, summed up `D` times: the next x. */
function next(state: usize, recent: usize, levels: usize): f64 {
  const w = dot(state + COEFFICIENTS, recent);
  shift(recent, P, w);
  shift(recent + P * 8, Q, 0);
  let value = w + (D == 0 ? load<f64>(state + CENTRE) : 0);
  for (let i = D - 1; i >= 0; i--) {
    value += load<f64>(at(levels, i));
    store<f64>(at(levels, i), value);
  }
  return value;
}

export function arimaPredict(series: usize, state: usize, path: usize): void {
  const seasons = state + SEASONS;
  const bound = boundOf(series);
  memory.copy(work, state + RECENT, (TERMS + 3) * 8);
  for (let lead = 1; lead <= LEADS; lead++) {
    const x = next(state, work, work + TERMS * 8);
    recall(series, seasons, lead);
    const root = min(max(x + seasonSays + weekSays, 0), bound);
    store<f64>(at(path, lead - 1), root * root);
  }
}
