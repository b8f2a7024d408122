import { freeType, holidaysBefore } from '../calendar';
import { codeAt, fourCodes } from '../curve';
import { lanes } from '../lanes';
import { MOVED, put, SEASON, STEPS, u32At } from '../layout';
import { blocksOf, DAYS, nodeAt, nodeCount, nodeDay, nodeLags, shareNow } from './blocks';
import { dayType } from './day-types';
import { DAY, NEWEST, TYPES } from './ledger';

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
 * State: lags known | per four lags e, l and d of set A, then of set B, each f32x4.
 */
const LAGS: usize = 0;
const FOURS: usize = 16;
/** Parts of a set, its length, and that of four lags. */
const LEVEL: usize = 16;
const APART: usize = 32;
const SET: usize = 48;
const FOUR: usize = 2 * SET;
const STATE_BYTES: usize = FOURS + <usize>(DAYS / 4) * FOUR;

const RATE: f32 = 0.2;
const LEVEL_SEASONS: f64 = 0.1;
const TAU_A: f64 = 0.3;
const TAU_B: f64 = 1.5;
const TEMPER: f64 = 0.5;
const OTHER_TYPE: f32 = 0.3;
/** Two z closer than .003 are as good as equal. */
const EQUAL: f32 = 1e-9;

/** Weights for a target today and tomorrow: of four lags set A's, then set B's. */
const weights = memory.data(2 * DAYS * 8);
/** Per day and set: one over the sum of the weights; what the levels add. */
const pers = memory.data(2 * 2 * 8);
/** How far today has just moved off a set's days: sum w_k (e_k - l_k). */
const offs = memory.data(2 * 4);

export function analogsBytes(): usize {
  return STATE_BYTES;
}

export function analogsKnown(state: usize): u32 {
  return u32At(state, LAGS);
}

function fourAt(state: usize, k: usize): usize {
  return state + FOURS + (k >> 2) * FOUR;
}

/** Compares the newest z with what the days before had now. */
export function analogsObserve(series: usize, past: usize, state: usize, bound: f64, known: bool): void {
  const season = u32At(series, SEASON);
  const blocks = <i32>blocksOf(series);
  const margin: u32 = (2 * season) / <u32>blocks + 1;
  const steps = u32At(series, STEPS) + min<i32>(u32At(series, MOVED), 0);
  const lags = steps > margin ? min<u32>((steps - margin) / season, DAYS) : 0;
  if (lags > u32At(state, LAGS)) begin(past, state, lags, blocks);
  if (lags == 0 || !known) return;
  const left = nodeLags(past, 0, blocks);
  const right = nodeLags(past, 1, blocks);
  const share = f32x4.splat(shareNow());
  const z = f32x4.splat(<f32>load<f64>(past + NEWEST));
  const level = <f32>(1.0 / max(LEVEL_SEASONS * <f64>season, 4.8));
  const a = <f32>(1.0 / max(TAU_A * <f64>season, 14.4));
  const b = <f32>(1.0 / max(TAU_B * <f64>season, 14.4));
  for (let k: usize = 0; k < <usize>lags; k += 4) {
    const low = fourCodes(left + (k << 1));
    const was = f32x4.add(low, f32x4.mul(share, f32x4.sub(fourCodes(right + (k << 1)), low)));
    const error = f32x4.sub(z, was);
    const at = fourAt(state, k);
    compare(at, error, level, a, 1e9);
    compare(at + SET, error, level, b, <f32>bound);
  }
}

function compare(at: usize, error: v128, level: f32, apart: f32, bound: f32): void {
  const most = f32x4.splat(bound);
  const from = v128.load(at, LEVEL);
  const innovation = f32x4.max(f32x4.min(f32x4.sub(error, from), most), f32x4.neg(most));
  const cut = f32x4.add(from, innovation);
  const quick = towards(at, cut, f32x4.splat(RATE));
  const slow = towards(at + LEVEL, cut, f32x4.splat(level));
  const off = f32x4.sub(quick, slow);
  towards(at + APART, f32x4.mul(off, off), f32x4.splat(apart));
}

function towards(at: usize, value: v128, rate: v128): v128 {
  const old = v128.load(at);
  const now = f32x4.add(old, f32x4.mul(rate, f32x4.sub(value, old)));
  v128.store(at, now);
  return now;
}

/** Lags that are known for the first time start where the next younger one stands. */
function begin(past: usize, state: usize, lags: u32, blocks: i32): void {
  const left = nodeLags(past, 0, blocks);
  const z = <f32>load<f64>(past + NEWEST);
  for (let k = u32At(state, LAGS); k < lags; k++) {
    const error = z - <f32>codeAt(left + ((<usize>k) << 1));
    for (let set: usize = 0; set < 2; set++) {
      const at = lagAt(state, k) + set * SET;
      const younger = lagAt(state, max(k, 1) - 1) + set * SET;
      store<f32>(at, error);
      store<f32>(at + LEVEL, k == 0 ? error : load<f32>(younger + LEVEL));
      store<f32>(at + APART, k == 0 ? <f32>0.01 : load<f32>(younger + APART));
    }
  }
  put(state, LAGS, lags);
}

function lagAt(state: usize, k: u32): usize {
  return fourAt(state, k) + ((<usize>k & 3) << 2);
}

/** Which of the 56 lags are of another type than a target `day` days from today, a bit each. */
function unlike(past: usize, day: u32): u64 {
  const target = u32At(past, DAY) + day;
  const types = u32At(past, TYPES);
  if (types == 0) return 0;
  let weekday = target % 7;
  const type = dayType(past, target);
  const others = type == 1 ? ~types : types;
  let bits: u64 = 0;
  for (let k: u32 = 0; k < 7; k++) {
    weekday = weekday == 0 ? 6 : weekday - 1;
    bits |= (<u64>((others >> weekday) & 1)) << (<u64>k);
  }
  bits *= 0x0002040810204081;
  const off = holidaysBefore(day);
  return freeType(types) == type ? bits & ~off : bits | off;
}

/** Weights of both sets for today or tomorrow. */
function weigh(past: usize, state: usize, day: u32): void {
  const lags: usize = u32At(state, LAGS);
  const mixed = unlike(past, day);
  const nearA = leastOf(state, lags, APART);
  const nearB = leastOf(state, lags, SET + APART);
  let sumA = f32x4.splat(0);
  let sumB = f32x4.splat(0);
  let liftA = f32x4.splat(0);
  let liftB = f32x4.splat(0);
  let offA = f32x4.splat(0);
  let offB = f32x4.splat(0);
  let out = weights + <usize>day * DAYS * 8;
  for (let k: usize = 0; k < lags; k += 4) {
    const g = likeness(mixed >> <u64>k, <i32>(lags - k));
    const at = fourAt(state, k);
    const a = f32x4.mul(closeness(v128.load(at, APART), nearA), g);
    const b = f32x4.mul(closeness(v128.load(at, SET + APART), nearB), g);
    v128.store(out, a);
    v128.store(out, b, 16);
    out += 32;
    sumA = f32x4.add(sumA, a);
    sumB = f32x4.add(sumB, b);
    const levelA = v128.load(at, LEVEL);
    const levelB = v128.load(at, SET + LEVEL);
    liftA = f32x4.add(liftA, f32x4.mul(a, levelA));
    liftB = f32x4.add(liftB, f32x4.mul(b, levelB));
    offA = f32x4.add(offA, f32x4.mul(a, f32x4.sub(v128.load(at), levelA)));
    offB = f32x4.add(offB, f32x4.mul(b, f32x4.sub(v128.load(at, SET), levelB)));
  }
  const per = pers + ((<usize>day) << 4);
  const a: f32 = 1 / lanes(sumA);
  const b: f32 = 1 / lanes(sumB);
  store<f32>(per, a);
  store<f32>(per, b, 4);
  store<f32>(per, a * lanes(liftA), 8);
  store<f32>(per, b * lanes(liftB), 12);
  if (day > 0) return;
  store<f32>(offs, a * lanes(offA));
  store<f32>(offs, b * lanes(offB), 4);
}

/** g of four lags, the first `left` of which are known. */
function likeness(mixed: u64, left: i32): v128 {
  const bits = v128.and(i32x4.splat(<i32>mixed), i32x4(1, 2, 4, 8));
  const same = i32x4.eq(bits, i32x4.splat(0));
  const g = v128.bitselect(f32x4.splat(1), f32x4.splat(OTHER_TYPE), same);
  return v128.and(g, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left)));
}

function closeness(apart: v128, least: f32): v128 {
  const per = f32x4.splat(<f32>(1.0 / (8 * TEMPER)) / (least + EQUAL));
  const over = f32x4.mul(f32x4.sub(apart, f32x4.splat(least)), per);
  const one = f32x4.add(f32x4.splat(1), f32x4.max(over, f32x4.splat(0)));
  const two = f32x4.mul(one, one);
  const four = f32x4.mul(two, two);
  return f32x4.div(f32x4.splat(1), f32x4.mul(four, four));
}

function leastOf(state: usize, lags: usize, part: usize): f32 {
  let least = v128.load32_splat(fourAt(state, 0) + part);
  for (let k: usize = 0; k < (lags & ~3); k += 4)
    least = f32x4.min(least, v128.load(fourAt(state, k) + part));
  const half = f32x4.min(least, v128.shuffle<f32>(least, least, 2, 3, 0, 1));
  let rest = min(f32x4.extract_lane(half, 0), f32x4.extract_lane(half, 1));
  for (let k = lags & ~3; k < lags; k++) rest = min(rest, load<f32>(lagAt(state, <u32>k) + part));
  return rest;
}

/** Paths of both sets to the nodes' second and third; the profile where no day before is known. */
export function analogsNodes(series: usize, past: usize, state: usize): void {
  const lags: usize = u32At(state, LAGS);
  const count = nodeCount();
  if (lags == 0) {
    for (let node = 0; node < count; node++) v128.store(nodeAt(node), v128.load32_splat(nodeAt(node)));
    return;
  }
  const blocks = <i32>blocksOf(series);
  weigh(past, state, 0);
  if (nodeDay(count - 1, blocks) > 0) weigh(past, state, 1);
  for (let node = 0; node < count; node++) {
    const day: usize = max(nodeDay(node, blocks), 0);
    const from = nodeLags(past, node, blocks);
    let by = weights + day * DAYS * 8;
    let sumA = f32x4.splat(0);
    let sumB = f32x4.splat(0);
    for (let k: usize = 0; k < lags; k += 4) {
      const was = fourCodes(from + (k << 1));
      sumA = f32x4.add(sumA, f32x4.mul(was, v128.load(by)));
      sumB = f32x4.add(sumB, f32x4.mul(was, v128.load(by, 16)));
      by += 32;
    }
    const per = pers + (day << 4);
    store<f32>(nodeAt(node), lanes(sumA) * load<f32>(per) + load<f32>(per, 8), 4);
    store<f32>(nodeAt(node), lanes(sumB) * load<f32>(per, 4) + load<f32>(per, 12), 8);
  }
}

/** How far today has just moved off a set's days. */
export function analogsOff(set: usize): f32 {
  return load<f32>(offs + (set << 2));
}
