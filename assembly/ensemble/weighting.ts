import { codeAt, curveOf, putCode, rateOf, ratePair, recode, recurve, slopeAt } from '../curve';
import { LEADS, SEASON, STEPS, TOP, u32At, WATCHED, watchedLead } from '../layout';
import { CENTRE } from './ledger';

/**
 * Weights of the experts: ML-Poly (Gaillard, Stoltz and van Erven 2014, theorem 5) on the absolute error made linear at the
 * answer, apart for four groups of leads, each watched at two of them. With f the answer, f_j expert j, y what came:
 *
 *   rho_j = sum over the two leads of slope(f) sign(f - y) (f - f_j) / 2,   q_j = rho_j / (mean |f - y| slope)
 *   R_j = beta R_j + q_j,   V_j = beta V_j + q_j^2,   weight_j ~ max(R_j, 0) / (1 + V_j),   beta = 1/2 every 30 seasons
 *
 * all in z, the slope bringing it back to rates. When no R is above 0 the best alone speaks. An expert gains weight by
 * pulling the answer the right way, not by being right alone, so experts with opposite errors are kept and copies of
 * one another share. Worked example: answer 1.0, came .8, experts .9 and 1.2 at equal slope and mean error .2: q = .25 and -.5
 * from that lead.
 *
 * State: R and V per group and expert | mean error per group | mean error per watched lead and expert, for people | what
 * was said: a ring per watched lead as long as the lead, its rows the answer (f32) and the experts (16 bits).
 */
export const GROUPS: i32 = 4;
export const MOST_EXPERTS: i32 = 16;
const HALF_SEASONS: f64 = 30;
const START: f64 = 10;
const SLOWEST: f64 = 0.002;

const weights = memory.data(GROUPS * MOST_EXPERTS * 8);
const pulls = memory.data(MOST_EXPERTS * 8);

/** Rows are as wide as a multiple of eight experts. */
function width(experts: i32): i32 {
  return (experts + 7) & ~7;
}

function rowBytes(experts: i32): usize {
  return 8 + ((<usize>width(experts)) << 1);
}

function scalesAt(state: usize, experts: i32): usize {
  return state + ((<usize>(2 * GROUPS * width(experts))) << 3);
}

function errorsAt(state: usize, experts: i32): usize {
  return scalesAt(state, experts) + GROUPS * 8;
}

function saidAt(state: usize, experts: i32): usize {
  return errorsAt(state, experts) + ((<usize>(WATCHED * width(experts))) << 2);
}

function rows(): usize {
  let sum: usize = 0;
  for (let index = 0; index < WATCHED; index++) sum += watchedLead(index);
  return sum;
}

export function weightingBytes(experts: i32): usize {
  return saidAt(0, experts) + rows() * rowBytes(experts);
}

export function weightingOpen(state: usize, experts: i32): void {
  for (let group = 0; group < GROUPS; group++) {
    for (let expert = 0; expert < experts; expert++) {
      const at = regretAt(state, experts, group) + ((<usize>expert) << 3);
      store<f64>(at, START / <f64>experts);
      store<f64>(at + ((<usize>width(experts)) << 3), START);
    }
  }
}

/** R of a group's experts, then V. */
function regretAt(state: usize, experts: i32, group: i32): usize {
  return state + ((<usize>(2 * group * width(experts))) << 3);
}

function row(state: usize, experts: i32, index: i32, step: u32): usize {
  let before: u32 = 0;
  for (let i = 0; i < index; i++) before += watchedLead(i);
  const place = before + (step % <u32>watchedLead(index));
  return saidAt(state, experts) + <usize>place * rowBytes(experts);
}

/** Charges the experts with the newest value, known; STEPS counts it, the centre is still the one they spoke under. */
export function weightingScore(series: usize, past: usize, state: usize, experts: i32, value: f64): void {
  const steps = u32At(series, STEPS);
  const centre = load<f64>(past + CENTRE);
  if (steps < 2) return;
  const z = curveOf(value, centre);
  const beta = 1 - 0.6931471805599453 / (HALF_SEASONS * <f64>u32At(series, SEASON));
  for (let group = 0; group < GROUPS; group++) {
    memory.fill(pulls, 0, (<usize>experts) << 3);
    let error: f64 = 0;
    let seen: f64 = 0;
    for (let index = 2 * group; index < 2 * group + 2; index++) {
      if (<u32>watchedLead(index) >= steps) continue;
      error += pull(row(state, experts, index, steps), experts, z, centre);
      seen += 1;
    }
    if (seen > 0) charge(state, experts, group, error / seen, beta, 1.0 / <f64>steps);
  }
  measure(series, state, experts, value, centre);
}

/** Adds one lead's rho of every expert to the pulls; returns the answer's error. */
function pull(said: usize, experts: i32, z: f64, centre: f64): f64 {
  const answer = <f64>load<f32>(said);
  const slope = slopeAt(rateOf(answer, centre), centre);
  const side = answer > z ? 0.5 * slope : answer < z ? -0.5 * slope : 0.0;
  for (let expert = 0; expert < experts; expert++) {
    const at = pulls + ((<usize>expert) << 3);
    const says = codeAt(said + 8 + ((<usize>expert) << 1));
    store<f64>(at, load<f64>(at) + side * (answer - says));
  }
  return slope * abs(answer - z);
}

function charge(state: usize, experts: i32, group: i32, error: f64, beta: f64, young: f64): void {
  const scaleAt = scalesAt(state, experts) + ((<usize>group) << 3);
  const old = load<f64>(scaleAt);
  const scale = old == 0 ? error : old + max(SLOWEST, young) * (error - old);
  store<f64>(scaleAt, scale);
  const per = 1.0 / (scale + 1e-12);
  const regrets = regretAt(state, experts, group);
  const squares = regrets + ((<usize>width(experts)) << 3);
  for (let i: usize = 0; i < (<usize>experts) << 3; i += 8) {
    const q = load<f64>(pulls + i) * per;
    store<f64>(regrets + i, beta * load<f64>(regrets + i) + q);
    store<f64>(squares + i, beta * load<f64>(squares + i) + q * q);
  }
}

/** For people: the experts' mean absolute error, one watched lead a step, half-life one season (300 to 3,000 steps). */
function measure(series: usize, state: usize, experts: i32, value: f64, centre: f64): void {
  const steps = u32At(series, STEPS);
  const index = <i32>(steps % WATCHED);
  const lead: u32 = watchedLead(index);
  if (lead >= steps) return;
  const half = <f64>min<u32>(max<u32>(u32At(series, SEASON), 300), 3000);
  const rate = max((0.6931 * <f64>WATCHED) / half, <f64>WATCHED / <f64>(steps - lead + WATCHED));
  const said = row(state, experts, index, steps) + 8;
  const errors = errorsAt(state, experts) + ((<usize>(index * width(experts))) << 2);
  for (let expert: usize = 0; expert < <usize>experts; expert += 2) {
    const pair = f64x2(codeAt(said + (expert << 1)), codeAt(said + (expert << 1) + 2));
    const off = f64x2.abs(f64x2.sub(ratePair(pair, centre), f64x2.splat(value)));
    const at = errors + (expert << 2);
    nudge(at, f64x2.extract_lane(off, 0), rate);
    nudge(at + 4, f64x2.extract_lane(off, 1), rate);
  }
}

function nudge(at: usize, error: f64, rate: f64): void {
  const old = <f64>load<f32>(at);
  store<f32>(at, <f32>(old + min(rate, 1) * (error - old)));
}

export function errorOf(state: usize, experts: i32, index: i32, expert: i32): f64 {
  return <f64>load<f32>(errorsAt(state, experts) + ((<usize>(index * width(experts) + expert)) << 2));
}

/** Of the series last weighed. */
export function weightAt(index: i32, expert: i32): f64 {
  return load<f64>(weights + ((<usize>((index >> 1) * MOST_EXPERTS + expert)) << 3));
}

export function weigh(state: usize, experts: i32): void {
  for (let group = 0; group < GROUPS; group++) weighGroup(state, experts, group);
}

function weighGroup(state: usize, experts: i32, group: i32): void {
  const regrets = regretAt(state, experts, group);
  const squares = regrets + ((<usize>width(experts)) << 3);
  const out = weights + <usize>group * MOST_EXPERTS * 8;
  const bytes = (<usize>experts) << 3;
  let sum: f64 = 0;
  let best: usize = 0;
  for (let i: usize = 0; i < bytes; i += 8) {
    const regret = load<f64>(regrets + i);
    if (regret > load<f64>(regrets + best)) best = i;
    const weight = max(regret, 0) / (1 + load<f64>(squares + i));
    store<f64>(out + i, weight);
    sum += weight;
  }
  const alone = !(sum > 1e-12);
  const per = alone ? 0.0 : 1.0 / sum;
  for (let i: usize = 0; i < bytes; i += 8) store<f64>(out + i, load<f64>(out + i) * per);
  if (alone) store<f64>(out + best, 1);
}

/**
 * From the experts' paths (experts x LEADS f64, z) the answer (LEADS f64, rates); what was said at the watched leads is kept.
 * Groups end at leads 2, 8, 16 and 30.
 */
export function combine(
  series: usize,
  past: usize,
  state: usize,
  experts: i32,
  paths: usize,
  out: usize,
): void {
  weigh(state, experts);
  const centre = load<f64>(past + CENTRE);
  const most = f64x2.splat(2 * load<f64>(series + TOP));
  for (let lead: usize = 0; lead < <usize>LEADS; lead += 2) {
    const group: usize = lead < 2 ? 0 : lead < 8 ? 1 : lead < 16 ? 2 : 3;
    const by = weights + group * MOST_EXPERTS * 8;
    let sum = f64x2.splat(0);
    for (let expert: usize = 0; expert < <usize>experts; expert++) {
      const says = v128.load(paths + ((expert * LEADS + lead) << 3));
      sum = f64x2.add(sum, f64x2.mul(says, v128.load64_splat(by + (expert << 3))));
    }
    v128.store(answers + (lead << 3), sum);
    v128.store(out + (lead << 3), f64x2.min(ratePair(sum, centre), most));
  }
  keep(series, state, experts, paths);
}

const answers = memory.data(LEADS * 8);

function keep(series: usize, state: usize, experts: i32, paths: usize): void {
  const steps = u32At(series, STEPS);
  for (let index = 0; index < WATCHED; index++) {
    const said = row(state, experts, index, steps);
    const lead = <usize>(watchedLead(index) - 1);
    store<f32>(said, <f32>load<f64>(answers + (lead << 3)));
    for (let expert: usize = 0; expert < <usize>experts; expert++) {
      putCode(said + 8 + (expert << 1), load<f64>(paths + ((expert * LEADS + lead) << 3)));
    }
  }
}

/** The centre has moved: what was said, in the new scale. */
export function weightingRecentre(state: usize, experts: i32, from: f64, to: f64): void {
  const bytes = rowBytes(experts);
  const end = saidAt(state, experts) + rows() * bytes;
  for (let said = saidAt(state, experts); said < end; said += bytes) {
    store<f32>(said, <f32>recurve(<f64>load<f32>(said), from, to));
    recode(said + 8, <u32>width(experts), from, to);
  }
}
