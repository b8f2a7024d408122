import { boundOf, LEADS, ORIGINS, SEASON, STEPS, u32At, WEEK } from '../layout';
import { recall, seasonSays, weekSays } from './decomposition';

/**
 * A bank of lines through the seasonally adjusted root that differ in their smoothing parameters. What a fitting run
 * would choose once, their errors choose at every step and for each lead:
 *
 *   root(h) = season(h) + sum over members of weight_h (level + g(h) slope),   g(h) = damping + .. + damping^h
 *
 * weight_h is proportional to (mean absolute error at lead h)^-16, measured at the leads 1, 5, 14 and 30 and
 * interpolated. Worked example: errors 10 and 11 give weights .82 and .18. The error is that of the rate, as the
 * answer's is. Where there is a week, every member has a twin that also takes the week out: whether the week helps is
 * chosen the same way, because a week learned from few passes often does not.
 */
const DOUBLINGS: i32 = 4;
const MARKS: i32 = 4;
const marks = memory.data<i32>([1, 5, 14, 30]);
/** Members of a bank without their twins, and what a share of the newest error each takes. */
export const MEMBERS: i32 = 8;
const alphas = memory.data<f32>([0.003, 0.01, 0.03, 0.1, 0.3, 0.8, 0.1, 0.4]);
const weights = memory.data(MARKS * 2 * MEMBERS * 8);

function weightAt(index: i32, member: i32): usize {
  return weights + ((<usize>(index * 2 * MEMBERS + member)) << 3);
}

function mark(index: i32): i32 {
  return load<i32>(marks + ((<usize>index) << 2));
}

function total(week: u32): i32 {
  return week > 0 ? 2 * MEMBERS : MEMBERS;
}

export function bankBytes(week: u32): usize {
  return <usize>total(week) * (16 + MARKS * 8 + ORIGINS * 8);
}

/** How many members this series has, twins included; those from MEMBERS on are the twins. */
export function bankSize(series: usize): i32 {
  return total(u32At(series, WEEK));
}

// state: level and slope of each member, its errors at the marks, and its level and slope at past origins
/** A member's share of the newest error: 1 / steps at first, so that a slow level starts as a mean. */
export function alphaOf(series: usize, member: i32): f64 {
  return max(<f64>load<f32>(alphas + ((<usize>(member & 7)) << 2)), 1.0 / <f64>u32At(series, STEPS));
}

/** A member's level and slope, f64 each. */
export function memberAt(state: usize, member: i32): usize {
  return state + ((<usize>member) << 4);
}

function errorAt(state: usize, size: i32, member: i32, index: i32): usize {
  return state + ((<usize>(2 * size + member * MARKS + index)) << 3);
}

function originAt(state: usize, size: i32, step: u32, member: i32): usize {
  const row = (2 + MARKS + <i32>(step & (ORIGINS - 1))) * size;
  return state + ((<usize>(row + member)) << 3);
}

/** What the seasons add to a member, as of the last recall. */
export function usualOf(member: i32): f64 {
  return member < MEMBERS ? seasonSays : seasonSays + weekSays;
}

/** g(lead). */
function reach(damping: f64, lead: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < lead; i++) sum = damping * (1 + sum);
  return sum;
}

/**
 * Charges every member with its error on the newest value, known; the seasons do not include it yet. Origins before
 * the first whole season knew no season, and are let off.
 */
export function bankScore(series: usize, state: usize, damping: f64, seasons: usize, value: f64): void {
  const steps = u32At(series, STEPS);
  const season = u32At(series, SEASON);
  const size = bankSize(series);
  const half = <f64>min<u32>(max<u32>(season, 300), 3000);
  recall(series, seasons, 0);
  for (let index = 0; index < MARKS; index++) {
    const lead: u32 = mark(index);
    if (lead >= steps || (steps > season && steps - lead < season)) return;
    const rate = max(0.6931 / half, 1.0 / <f64>(steps - lead));
    const far = reach(damping, lead);
    for (let member = 0; member < size; member++) {
      const at = originAt(state, size, steps - lead, member);
      const line = <f64>load<f32>(at) + far * <f64>load<f32>(at, 4);
      const error = abs(value - told(series, line + usualOf(member)));
      charge(errorAt(state, size, member, index), error, rate);
    }
  }
}

/** A rate for a root, within bounds. */
function told(series: usize, root: f64): f64 {
  const held = min(max(root, 0), boundOf(series));
  return held * held;
}

function charge(at: usize, error: f64, rate: f64): void {
  const old = load<f64>(at);
  store<f64>(at, old + rate * (error - old));
}

/**
 * Closes the newest origin, for later scoring. `taken` comes off the levels: what the season explains, where it begins.
 */
export function bankRemember(series: usize, state: usize, taken: f64): void {
  const size = bankSize(series);
  for (let member = 0; member < size; member++) {
    const at = memberAt(state, member);
    const origin = originAt(state, size, u32At(series, STEPS), member);
    store<f64>(at, load<f64>(at) - taken);
    store<f32>(origin, <f32>load<f64>(at));
    store<f32>(origin, <f32>load<f64>(at, 8), 4);
  }
}

function weigh(state: usize, size: i32): void {
  for (let index = 0; index < MARKS; index++) {
    const first = load<f64>(errorAt(state, size, 0, index)) + 1e-12;
    let sum: f64 = 0;
    for (let member = 0; member < size; member++) {
      let weight = min(first / (load<f64>(errorAt(state, size, member, index)) + 1e-12), 1e12);
      for (let i = 0; i < DOUBLINGS; i++) weight *= weight;
      sum += weight;
      store<f64>(weightAt(index, member), weight);
    }
    for (let member = 0; member < size; member++) {
      const at = weightAt(index, member);
      store<f64>(at, load<f64>(at) / sum);
    }
  }
}

/** Writes the weighted path, the seasons added. */
export function bankPredict(series: usize, state: usize, damping: f64, seasons: usize, path: usize): void {
  const size = bankSize(series);
  weigh(state, size);
  let right = 0;
  let far: f64 = 0;
  for (let lead = 1; lead <= LEADS; lead++) {
    if (lead > mark(right)) right++;
    const left = max(right - 1, 0);
    const share = right > 0 ? <f64>(lead - mark(left)) / <f64>(mark(right) - mark(left)) : 0;
    far = damping * (1 + far);
    recall(series, seasons, lead);
    let root: f64 = 0;
    for (let member = 0; member < size; member++) {
      const low = load<f64>(weightAt(left, member));
      const weight = low + share * (load<f64>(weightAt(right, member)) - low);
      const at = memberAt(state, member);
      root += weight * (usualOf(member) + load<f64>(at) + far * load<f64>(at, 8));
    }
    store<f64>(path + ((<usize>(lead - 1)) << 3), told(series, root));
  }
}
