import { PER_CODE } from '../curve';
import { put, SEASON, STEPS, u32At } from '../layout';
import { blocksOf, DAYS, nodeCount, nodeDay, nodeLags, shareNow } from './blocks';
import { dayType } from './day-types';
import { DAY, NEWEST } from './ledger';

/**
 * Analog days: the days before, k = 1 .. 56 seasons back, weighted by how close their course so far has been to today's.
 *
 *   e_k: exponential average (rate .2) of z - c_k, c_k being what day k had at this time of day
 *   l_k: the same, slowly (a tenth of a season): day k lies that much lower throughout
 *   d_k: average of (e_k - l_k)^2 over tau seasons
 *   w_k = (1 + (d_k / d_min - 1) / (8 T))^-8,   path(h) = sum w_k g_k (c_k(h) + l_k) / sum w_k g_k
 *
 * g_k is 1 for a day of the target's type, else .3. Two sets with a short and a long memory tau stand beside each other.
 * Worked example: T = .5, d = 1, 1.5, 3 times the least: w = 1, .390, .039.
 *
 * Set B cuts z - c_k to within 4 median residuals of l_k first, so that a burst of today is not taken for another kind of day.
 *
 * State: lags known | e, l and d of set A | of set B, each DAYS f32.
 */
export const SETS: i32 = 2;
const LAGS: usize = 0;
const SPAN: usize = DAYS * 4;
/** A set's parts, and the length of one set. */
const QUICK: usize = 16;
const LEVEL: usize = QUICK + SPAN;
const APART: usize = LEVEL + SPAN;
const SET: usize = 3 * SPAN;
const STATE_BYTES: usize = 16 + <usize>SETS * SET;

const RATE: f32 = 0.2;
const LEVEL_SEASONS: f64 = 0.1;
const TAU_A: f64 = 0.3;
const TAU_B: f64 = 1.5;
const TEMPER: f64 = 0.5;
const OTHER_TYPE: f64 = 0.3;
/** Two z closer than .003 are as good as equal. */
const EQUAL: f32 = 1e-9;

/** Weights of each set for a target today and tomorrow, and what the levels add to each. */
const weights = memory.data(SETS * 2 * DAYS * 4);
const lifts = memory.data(SETS * 2 * 8);
const raw = memory.data(DAYS * 4);
const like = memory.data(2 * DAYS * 4);

export function analogsBytes(): usize {
  return STATE_BYTES;
}

export function analogsKnown(state: usize): u32 {
  return u32At(state, LAGS);
}

function weightsOf(set: i32, day: i32): usize {
  return weights + <usize>(set * 2 + day) * SPAN;
}

function towards(at: usize, value: v128, rate: v128): v128 {
  const old = v128.load(at);
  const now = f32x4.add(old, f32x4.mul(rate, f32x4.sub(value, old)));
  v128.store(at, now);
  return now;
}

/** Compares the newest z with what the days before had now. */
export function analogsObserve(series: usize, past: usize, state: usize, bound: f64, known: bool): void {
  const season = u32At(series, SEASON);
  const blocks = <i32>blocksOf(series);
  const margin: u32 = (2 * season) / <u32>blocks + 1;
  const steps = u32At(series, STEPS);
  const lags = steps > margin ? min<u32>((steps - margin) / season, DAYS) : 0;
  if (lags > u32At(state, LAGS)) begin(past, state, lags, blocks);
  if (lags == 0 || !known) return;
  const left = nodeLags(past, 0, blocks);
  const right = nodeLags(past, 1, blocks);
  const share = f32x4.splat(<f32>shareNow());
  const z = f32x4.splat(<f32>load<f64>(past + NEWEST));
  const level = <f32>(1.0 / max(LEVEL_SEASONS * <f64>season, 4.8));
  const a = <f32>(1.0 / max(TAU_A * <f64>season, 14.4));
  const b = <f32>(1.0 / max(TAU_B * <f64>season, 14.4));
  for (let k: usize = 0; k < <usize>lags; k += 4) {
    const low = four(left + (k << 1));
    const was = f32x4.add(low, f32x4.mul(share, f32x4.sub(four(right + (k << 1)), low)));
    const error = f32x4.sub(z, was);
    compare(state + (k << 2), error, level, a, 1e9);
    compare(state + (k << 2) + SET, error, level, b, <f32>bound);
  }
}

function four(codes: usize): v128 {
  return f32x4.mul(f32x4.convert_i32x4_u(v128.load16x4_u(codes)), f32x4.splat(<f32>PER_CODE));
}

function compare(at: usize, error: v128, level: f32, apart: f32, bound: f32): void {
  const most = f32x4.splat(bound);
  const from = v128.load(at + LEVEL);
  const innovation = f32x4.max(f32x4.min(f32x4.sub(error, from), most), f32x4.neg(most));
  const cut = f32x4.add(from, innovation);
  const quick = towards(at + QUICK, cut, f32x4.splat(RATE));
  const slow = towards(at + LEVEL, cut, f32x4.splat(level));
  const off = f32x4.sub(quick, slow);
  towards(at + APART, f32x4.mul(off, off), f32x4.splat(apart));
}

/** Lags that are known for the first time start where the next younger one stands. */
function begin(past: usize, state: usize, lags: u32, blocks: i32): void {
  const left = nodeLags(past, 0, blocks);
  const z = <f32>load<f64>(past + NEWEST);
  for (let k = u32At(state, LAGS); k < lags; k++) {
    const error = z - f32x4.extract_lane(four(left + ((<usize>k) << 1)), 0);
    for (let set: usize = 0; set < <usize>SETS; set++) {
      const at = state + set * SET + ((<usize>k) << 2);
      store<f32>(at + QUICK, error);
      store<f32>(at + LEVEL, k == 0 ? error : load<f32>(at + LEVEL - 4));
      store<f32>(at + APART, k == 0 ? <f32>0.01 : load<f32>(at + APART - 4));
    }
  }
  put(state, LAGS, lags);
}

/** Weights of all sets for today and tomorrow. */
function weigh(past: usize, state: usize): void {
  const lags = u32At(state, LAGS);
  likeness(past, lags);
  for (let set = 0; set < SETS; set++) {
    const apart = state + APART + <usize>set * SET;
    const least = leastOf(apart, lags);
    const per = f32x4.splat(<f32>(1.0 / (8 * TEMPER)) / (least + EQUAL));
    const from = f32x4.splat(least);
    for (let k: usize = 0; k < <usize>DAYS; k += 4) {
      const over = f32x4.mul(f32x4.sub(v128.load(apart + (k << 2)), from), per);
      const one = f32x4.add(f32x4.splat(1), f32x4.max(over, f32x4.splat(0)));
      const two = f32x4.mul(one, one);
      const four = f32x4.mul(two, two);
      v128.store(raw + (k << 2), f32x4.div(f32x4.splat(1), f32x4.mul(four, four)));
    }
    for (let day = 0; day < 2; day++) temper(state, set, day);
  }
}

function leastOf(apart: usize, lags: u32): f32 {
  let least = f32x4.splat(load<f32>(apart));
  for (let k: u32 = 0; k < (lags & ~3); k += 4)
    least = f32x4.min(least, v128.load(apart + ((<usize>k) << 2)));
  let rest = min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1));
  rest = min(rest, min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)));
  for (let k = lags & ~3; k < lags; k++) rest = min(rest, load<f32>(apart + ((<usize>k) << 2)));
  return rest;
}

/** g of every lag for a target today, and tomorrow; 0 beyond the lags known. */
function likeness(past: usize, lags: u32): void {
  const today = u32At(past, DAY);
  for (let day: u32 = 0; day < 2; day++) {
    const type = dayType(past, today + day);
    const row = like + <usize>day * SPAN;
    for (let k: u32 = 0; k < 7; k++) {
      const g = k + 1 > today + day || dayType(past, today + day - k - 1) == type ? 1.0 : OTHER_TYPE;
      for (let at = (<usize>k) << 2; at < SPAN; at += 28) store<f32>(row + at, <f32>g);
    }
    memory.fill(row + ((<usize>lags) << 2), 0, SPAN - ((<usize>lags) << 2));
  }
}

function temper(state: usize, set: i32, day: i32): void {
  const out = weightsOf(set, day);
  const g = like + <usize>day * SPAN;
  let sum = f32x4.splat(0);
  let lift = f32x4.splat(0);
  for (let k: usize = 0; k < SPAN; k += 16) {
    const weight = f32x4.mul(v128.load(raw + k), v128.load(g + k));
    v128.store(out + k, weight);
    sum = f32x4.add(sum, weight);
    lift = f32x4.add(lift, f32x4.mul(weight, v128.load(state + <usize>set * SET + LEVEL + k)));
  }
  const per = <f32>1 / lanes(sum);
  for (let k: usize = 0; k < SPAN; k += 16)
    v128.store(out + k, f32x4.mul(v128.load(out + k), f32x4.splat(per)));
  store<f64>(lifts + ((<usize>(set * 2 + day)) << 3), <f64>(lanes(lift) * per));
}

function lanes(v: v128): f32 {
  const pair = f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1);
  return pair + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** Paths of both sets at the nodes; false when no day before is known. */
export function analogsNodes(series: usize, past: usize, state: usize, a: usize, b: usize): bool {
  if (u32At(state, LAGS) == 0) return false;
  weigh(past, state);
  const blocks = <i32>blocksOf(series);
  const lags: usize = u32At(state, LAGS);
  for (let node = 0; node < nodeCount(); node++) {
    const day = max(nodeDay(node, blocks), 0);
    const from = nodeLags(past, node, blocks);
    const left = weightsOf(0, day);
    const right = weightsOf(1, day);
    let sumA = f32x4.splat(0);
    let sumB = f32x4.splat(0);
    for (let k: usize = 0; k < lags; k += 4) {
      const was = four(from + (k << 1));
      sumA = f32x4.add(sumA, f32x4.mul(was, v128.load(left + (k << 2))));
      sumB = f32x4.add(sumB, f32x4.mul(was, v128.load(right + (k << 2))));
    }
    store<f64>(a + ((<usize>node) << 3), <f64>lanes(sumA) + load<f64>(lifts + ((<usize>day) << 3)));
    store<f64>(b + ((<usize>node) << 3), <f64>lanes(sumB) + load<f64>(lifts + ((<usize>(2 + day)) << 3)));
  }
  return true;
}

/** How far today has just moved off a set's days: sum w_k (e_k - l_k). */
export function analogsOff(state: usize, set: i32): f64 {
  const by = weightsOf(set, 0);
  const own = <usize>set * SET;
  let sum = f32x4.splat(0);
  for (let k: usize = 0; k < SPAN; k += 16) {
    const off = f32x4.sub(v128.load(state + QUICK + k), v128.load(state + <usize>set * SET + LEVEL + k));
    sum = f32x4.add(sum, f32x4.mul(v128.load(by + k), off));
  }
  return <f64>lanes(sum);
}
