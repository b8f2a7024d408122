import {
  FIGURES,
  FORECAST,
  GAP,
  KNOWN_BITS,
  LEADS,
  MEAN,
  ORIGINS,
  OWN_ERRORS,
  PEAKS,
  ROW_BYTES,
  ROW_ORIGINS,
  ROW_STATES,
  ROWS,
  SEASON,
  STEPS,
  u32At,
  WATCHED,
  WINDOWS,
  watchedLead,
  windowSteps,
} from '../layout';
import { ringAt } from '../ring';

/**
 * Online quantiles of the standardised error u = (value - point) / scale: each is moved up by gain * level when u
 * exceeds it and down by gain * (1 - level) otherwise (`level` the wanted coverage), so that in the long run it is
 * exceeded a share 1 - level of the time whatever the distribution (Gibbs and Candes 2021). One row per watched lead
 * and one per window; a window's value is the maximum that really came, so peaks are calibrated by peaks.
 *
 * scale = sqrt(point + mean / 10) v, v an average of |error| / sqrt(point + mean / 10), 70 % slow and 30 % fast:
 * errors of counts grow with the root of the level, and bursts come in clusters.
 */
const SLOW: f64 = 0.002;
const FAST: f64 = 0.05;
const BIAS: f64 = 0.002;
/** No spread, point or error may pass this. */
const CEILING: f64 = 1e13;

// a row's state
const ROW_SLOW: usize = 0;
const ROW_FAST: usize = 8;
const ROW_BIAS: usize = 16;
const ROW_QUANTILES: usize = 24;
const ROW_SEEN: usize = 56;

const levels = memory.data<f64>([0.5, 0.9, 0.95, 0.99]);
/**
 * Gain of each level: for a lead, whose median starts where the experts aim, and for a window, whose maximum lies above
 * the path's.
 */
const leadGains = memory.data<f64>([0.003, 0.05, 0.07, 0.1]);
const windowGains = memory.data<f64>([0.03, 0.05, 0.07, 0.1]);
/** Where each starts: the quantiles of Laplace errors with mean absolute error 1. */
const starts = memory.data<f64>([0, 1.61, 2.3, 3.91]);
/** This step's point and root per row, and scale, bias and quantiles per row, ready for interpolation. */
const figures = memory.data(ROWS * 6 * 8);
const row = memory.data(6 * 8);

function state(series: usize, index: i32): usize {
  return series + ROW_STATES + <usize>index * ROW_BYTES;
}

function origin(series: usize, step: u32, index: i32): usize {
  return series + ROW_ORIGINS + <usize>((step & (ORIGINS - 1)) * ROWS + index) * 8;
}

export function quantilesOpen(series: usize): void {
  for (let index = 0; index < ROWS; index++) {
    const at = state(series, index);
    memory.fill(at, 0, ROW_BYTES);
    for (let q: usize = 0; q < 4; q++)
      store<f64>(at + ROW_QUANTILES + (q << 3), load<f64>(starts + (q << 3)));
  }
}

/** Learns from the newest value, which is known; STEPS and the ring already include it. */
export function quantilesUpdate(series: usize): void {
  const steps = u32At(series, STEPS);
  const value = ringAt(series, 0);
  for (let index = 0; index < WATCHED; index++) {
    const lead: u32 = watchedLead(index);
    if (lead >= steps) break;
    const at = origin(series, steps - lead, index);
    charge(series, index, abs(value - <f64>load<f32>(at)));
    track(state(series, index), at, value, floorOf(series), lead, leadGains);
  }
  peaksUpdate(series, steps);
}

/** The answer's own mean absolute error, averaged with a half-life of one season (300 to 3,000 steps). */
function charge(series: usize, index: i32, error: f64): void {
  const half = <f64>min<u32>(max<u32>(u32At(series, SEASON), 300), 3000);
  const lead: u32 = watchedLead(index);
  const rate = max(0.6931 / half, 1.0 / <f64>(u32At(series, STEPS) - lead));
  const at = series + OWN_ERRORS + ((<usize>index) << 3);
  const old = load<f64>(at);
  store<f64>(at, old + rate * (error - old));
}

/**
 * One pass back over the newest steps. A window with more than a tenth of its steps missing teaches nothing: its maximum
 * may be among them.
 */
function peaksUpdate(series: usize, steps: u32): void {
  const bits = u32At(series, KNOWN_BITS);
  let highest: f64 = 0;
  let age: u32 = 0;
  for (let index = 0; index < WINDOWS; index++) {
    const window: u32 = windowSteps(index);
    if (window >= steps) return;
    for (; age < window; age++) highest = max(highest, ringAt(series, age));
    track(
      state(series, WATCHED + index),
      origin(series, steps - window, WATCHED + index),
      highest,
      floorOf(series),
      window,
      windowGains,
    );
  }
}

/** Learns from what a row said (`said`: point and spread of its origin) and the value that came. */
function track(at: usize, said: usize, value: f64, floor: f64, horizon: u32, gains: usize): void {
  const point = <f64>load<f32>(said);
  const spread = <f64>load<f32>(said + 4);
  const seen = load<f64>(at + ROW_SEEN) + 1;
  if (spread > 0) {
    const unit = min(max((value - point) / spread, -50), 50);
    const bias = load<f64>(at + ROW_BIAS);
    store<f64>(at + ROW_BIAS, bias + max(BIAS, 1.0 / seen) * (min(unit, 10) - bias));
    // overlapping horizons repeat one event `horizon` times
    const pace = max(1.0 / sqrt(<f64>horizon), 10.0 / sqrt(seen));
    for (let q: usize = 0; q < 4; q++) {
      const quantile = at + ROW_QUANTILES + (q << 3);
      const level = load<f64>(levels + (q << 3));
      const old = load<f64>(quantile);
      const gain = load<f64>(gains + (q << 3)) * pace;
      store<f64>(quantile, old + gain * (unit > old ? level : level - 1));
    }
  }
  const size = min(abs(value - point) / sqrt(point + floor), CEILING);
  const slow = load<f64>(at + ROW_SLOW);
  const fast = load<f64>(at + ROW_FAST);
  store<f64>(at + ROW_SLOW, slow + max(SLOW, 1.0 / seen) * (size - slow));
  store<f64>(at + ROW_FAST, fast + max(FAST, 1.0 / seen) * (size - fast));
  store<f64>(at + ROW_SEEN, min(seen, 1e6));
}

function floorOf(series: usize): f64 {
  return load<f64>(series + MEAN) * 0.1 + 1e-12;
}

/** Writes the answers for a path of points (LEADS f64) and remembers it as this step's origin. */
export function quantilesPredict(series: usize, path: usize): void {
  const steps = u32At(series, STEPS);
  const floor = floorOf(series);
  for (let index = 0; index < WATCHED; index++) {
    const point = load<f64>(path + ((<usize>(watchedLead(index) - 1)) << 3));
    say(series, steps, index, index - 1, point, sqrt(point + floor));
  }
  writeLeads(series, path, floor);
  let highest: f64 = 0;
  let lead = 0;
  for (let index = 0; index < WINDOWS; index++) {
    for (; lead < windowSteps(index); lead++) highest = max(highest, load<f64>(path + ((<usize>lead) << 3)));
    say(series, steps, WATCHED + index, WATCHED - 1, highest, sqrt(highest + floor));
    const widen = widening(series, windowSteps(index));
    const out = series + PEAKS + <usize>(index * FIGURES) * 8;
    write(out, highest, sqrt(highest + floor) * widen, figures + <usize>((WATCHED + index) * 6) * 8);
    if (index > 0) raise(out, out - FIGURES * 8);
  }
}

/** Rows that have seen fewer values than this (a long lead of a young series, a window between gaps) borrow a scale. */
const YOUNG: f64 = 20;

/** `elder`: the row whose scale a young one borrows, -1 none. */
function say(series: usize, steps: u32, index: i32, elder: i32, point: f64, root: f64): void {
  const said = origin(series, steps, index);
  const at = state(series, index);
  let scale = 0.7 * load<f64>(at + ROW_SLOW) + 0.3 * load<f64>(at + ROW_FAST);
  if (elder >= 0 && load<f64>(at + ROW_SEEN) < YOUNG) {
    scale = max(scale, load<f64>(figures + <usize>(elder * 6) * 8));
  }
  store<f32>(said, <f32>point);
  store<f32>(said + 4, <f32>(root * scale));
  const into = figures + <usize>(index * 6) * 8;
  store<f64>(into, scale);
  store<f64>(into + 8, load<f64>(at + ROW_BIAS));
  for (let q: usize = 0; q < 4; q++) {
    store<f64>(into + 16 + (q << 3), load<f64>(at + ROW_QUANTILES + (q << 3)));
  }
}

/** A forecast made g steps after the last known value is g steps further ahead than its lead says. */
function widening(series: usize, lead: i32): f64 {
  const gap = <f64>u32At(series, GAP);
  return min(sqrt((<f64>lead + 4 + gap) / (<f64>lead + 4)), 3);
}

function writeLeads(series: usize, path: usize, floor: f64): void {
  let right = 0;
  for (let lead = 1; lead <= LEADS; lead++) {
    if (lead > watchedLead(right)) right++;
    const from = right > 0 ? watchedLead(right - 1) : 0;
    const share = right > 0 ? <f64>(lead - from) / <f64>(watchedLead(right) - from) : 1.0;
    const high = figures + <usize>(right * 6) * 8;
    const low = right > 0 ? high - 48 : high;
    for (let i: usize = 0; i < 48; i += 8) {
      store<f64>(row + i, load<f64>(low + i) + share * (load<f64>(high + i) - load<f64>(low + i)));
    }
    const point = load<f64>(path + ((<usize>(lead - 1)) << 3));
    const root = sqrt(point + floor) * widening(series, lead);
    write(series + FORECAST + <usize>((lead - 1) * FIGURES) * 8, point, root, row);
  }
}

function write(out: usize, point: f64, root: f64, from: usize): void {
  const scale = load<f64>(from) * root;
  store<f64>(out, bounded(point + load<f64>(from + 8) * scale));
  let above: f64 = 0;
  for (let q: usize = 0; q < 4; q++) {
    above = max(above, bounded(point + load<f64>(from + 16 + (q << 3)) * scale));
    store<f64>(out + 8 + (q << 3), above);
  }
}

function bounded(value: f64): f64 {
  return min(max(value, 0), CEILING);
}

/** The maximum over a longer window is never below that over a shorter one. */
function raise(out: usize, shorter: usize): void {
  for (let i: usize = 0; i < <usize>FIGURES * 8; i += 8)
    store<f64>(out + i, max(load<f64>(out + i), load<f64>(shorter + i)));
}
