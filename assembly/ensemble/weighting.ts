import { codeAt, curveOf, PER_CODE, putCode, ratePair, recode, recurve, slopeAt } from '../curve';
import { LEADS, SEASON, STEPS, TOP, u32At, WATCHED, watchedLead } from '../layout';
import { contextsBefore, PARTITIONS, partitionsOf } from './contexts';
import { CENTRE } from './ledger';
import { regretBytes, regretCharge, regretOpen, regretWeigh } from './regret';

/**
 * Weights of the experts in two floors, apart for four groups of leads (1-2, 3-8, 9-16, 17-30), each watched at two leads,
 * one odd and one even: below, a table of regrets per context of each partition (contexts.ts) makes one mixture per
 * partition; above, a table mixes those. Half of what was learned is forgotten every 30 seasons.
 *
 * State: tables above | tables below | mean error per watched lead and expert, for people | what was said: a ring per watched
 * lead as long as the lead, its rows the answer (f32), the contexts (a byte each), mixtures and experts (16 bits each).
 */
export const GROUPS: i32 = 4;
export const MOST_EXPERTS: i32 = 16;
const HALF_SEASONS: f64 = 30;
const WIDE: usize = PARTITIONS;
const SAID_MIXTURES: usize = 8;
const SAID_EXPERTS: usize = SAID_MIXTURES + PARTITIONS * 2;

/** How many experts and partitions, and what follows from it: set for a series before anything else. */
let tight: bool = false;
let experts: i32 = 0;
let partitions: i32 = 0;
let width: usize = 0;
let contexts: i32 = 0;
let tables: usize = 0;
let errors: usize = 0;
let saidRows: usize = 0;
let rowBytes: usize = 0;

/** Weights of all experts per group, and of those of one table. */
const weights = memory.data(GROUPS * MOST_EXPERTS * 4);
const above = memory.data(PARTITIONS * 4);
const below = memory.data(PARTITIONS * MOST_EXPERTS * 4);
const pulls = memory.data(2 * MOST_EXPERTS * 4);
const answers = memory.data(LEADS * 8);
const slopes = memory.data(8);

export function weightingShape(many: i32, isTight: bool): usize {
  experts = many;
  tight = isTight;
  partitions = partitionsOf(tight);
  width = (<usize>experts + 3) & ~3;
  contexts = contextsBefore(tight, partitions);
  tables = <usize>GROUPS * regretBytes(WIDE);
  errors = tables + <usize>(GROUPS * contexts) * regretBytes(width);
  saidRows = errors + ((<usize>WATCHED * width) << 2);
  rowBytes = (SAID_EXPERTS + (width << 1) + 7) & ~7;
  return saidRows + before(WATCHED) * rowBytes;
}

/**
 * Rows before a watched lead's: from lead 11 on only origins at even steps are kept. One lead of each group being odd and one
 * even, every step still has its turn.
 */
const rowsBefore = memory.data<i32>([0, 1, 3, 7, 14, 20, 28, 40, 55]);
const THINNED: i32 = 4;

function before(index: i32): usize {
  return <usize>load<i32>(rowsBefore + ((<usize>index) << 2));
}

export function weightingOpen(state: usize): void {
  for (let group = 0; group < GROUPS; group++) {
    regretOpen(top(state, group), WIDE, partitions);
    for (let context = 0; context < contexts; context++)
      regretOpen(table(state, group, context), width, experts);
  }
}

function top(state: usize, group: i32): usize {
  return state + <usize>group * regretBytes(WIDE);
}

function table(state: usize, group: i32, context: i32): usize {
  return state + tables + <usize>(group * contexts + context) * regretBytes(width);
}

/** What was said at an origin; 0 when it is not kept. */
function row(state: usize, index: i32, origin: u32): usize {
  const lead: u32 = watchedLead(index);
  let place = origin % lead;
  if (index >= THINNED) {
    if ((origin & 1) == 1) return 0;
    place = (origin >> 1) % ((lead + 1) >> 1);
  }
  return state + saidRows + (before(index) + <usize>place) * rowBytes;
}

/** What was said about the newest step at a watched lead; 0 when nothing was, or it is not kept. */
function said(state: usize, index: i32, steps: u32): usize {
  const lead: u32 = watchedLead(index);
  return lead < steps ? row(state, index, steps - lead) : 0;
}

/** Charges everyone with the newest value, known; STEPS counts it, the centre is still the one they spoke under. */
export function weightingScore(series: usize, past: usize, state: usize, value: f64): void {
  const steps = u32At(series, STEPS);
  const centre = load<f64>(past + CENTRE);
  if (steps < 2) return;
  const z = <f32>curveOf(value, centre);
  const beta = <f32>(1 - 0.6931471805599453 / (HALF_SEASONS * <f64>max<u32>(u32At(series, SEASON), 48)));
  for (let group = 0; group < GROUPS; group++) {
    const first = said(state, 2 * group, steps);
    const second = said(state, 2 * group + 1, steps);
    findSlopes(first, second, centre);
    if (first != 0 || second != 0) chargeGroup(state, group, first, second, z, beta, <f32>(1.0 / <f64>steps));
  }
  measure(series, state, value, centre);
}

/** How fast the rate rises at two answers; half of it each when both are there. */
function findSlopes(first: usize, second: usize, centre: f64): void {
  const one = first == 0 ? 0.0 : <f64>load<f32>(first);
  const two = second == 0 ? 0.0 : <f64>load<f32>(second);
  const rates = ratePair(f64x2(one, two), centre);
  store<f32>(slopes, <f32>slopeAt(f64x2.extract_lane(rates, 0), centre));
  store<f32>(slopes, <f32>slopeAt(f64x2.extract_lane(rates, 1), centre), 4);
}

function chargeGroup(
  state: usize,
  group: i32,
  first: usize,
  second: usize,
  z: f32,
  beta: f32,
  young: f32,
): void {
  const near = load<f32>(slopes);
  const far = load<f32>(slopes, 4);
  const many = second + SAID_EXPERTS;
  let from = 0;
  for (let partition = 0; partition < partitions; partition++) {
    const own = SAID_MIXTURES + ((<usize>partition) << 1);
    const one = first != 0 ? from + load<u8>(first + 4 + <usize>partition) : -1;
    const two = second != 0 ? from + load<u8>(second + 4 + <usize>partition) : -1;
    const share: f32 = one == two ? 0.5 : 1;
    memory.fill(pulls, 0, width << 2);
    let error: f32 = 0;
    if (one >= 0) {
      error = pull(first, own, first + SAID_EXPERTS, width, z, near * share);
      if (one != two) regretCharge(table(state, group, one), width, pulls, error, beta, young);
    }
    if (two >= 0) {
      if (one != two) memory.fill(pulls, 0, width << 2);
      const other = pull(second, own, many, width, z, far * share);
      error = one == two ? error + other : other;
      regretCharge(table(state, group, two), width, pulls, error, beta, young);
    }
    from = contextsBefore(tight, partition + 1);
  }
  memory.fill(pulls, 0, WIDE << 2);
  const share: f32 = first != 0 && second != 0 ? 0.5 : 1;
  let error: f32 = first == 0 ? 0 : pullAbove(first, z, near * share);
  if (second != 0) error += pullAbove(second, z, far * share);
  regretCharge(top(state, group), WIDE, pulls, error, beta, young);
}

/** Adds rho of all `many` who spoke at `said` to the pulls, the mixture being at `own`; returns its error. */
function pull(from: usize, own: usize, said: usize, many: usize, z: f32, slope: f32): f32 {
  return pullBy(<f32>codeAt(from + own), said, many, z, slope);
}

function pullAbove(from: usize, z: f32, slope: f32): f32 {
  return pullBy(load<f32>(from), from + SAID_MIXTURES, WIDE, z, slope);
}

function pullBy(mixture: f32, said: usize, many: usize, z: f32, slope: f32): f32 {
  const side = f32x4.splat(mixture > z ? slope : mixture < z ? -slope : 0);
  const all = f32x4.splat(mixture);
  for (let i: usize = 0; i < many; i += 4) {
    const says = f32x4.mul(
      f32x4.convert_i32x4_u(v128.load16x4_u(said + (i << 1))),
      f32x4.splat(<f32>PER_CODE),
    );
    const at = pulls + (i << 2);
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(side, f32x4.sub(all, says))));
  }
  return slope * abs(mixture - z);
}

/** For people: the experts' mean absolute error, one watched lead at a time, half-life one season (300 to 3,000 steps). */
function measure(series: usize, state: usize, value: f64, centre: f64): void {
  const steps = u32At(series, STEPS);
  const index = <i32>((steps >> 1) % WATCHED);
  const lead: u32 = watchedLead(index);
  const from = said(state, index, steps);
  if (from == 0) return;
  const pace = <f64>(index < THINNED ? WATCHED : 2 * WATCHED);
  const half = <f64>min<u32>(max<u32>(u32At(series, SEASON), 300), 3000);
  const rate = max((0.6931 * pace) / half, pace / (<f64>(steps - lead) + pace));
  const told = from + SAID_EXPERTS;
  const at = state + errors + ((<usize>index * width) << 2);
  for (let expert: usize = 0; expert < width; expert += 2) {
    const pair = f64x2(codeAt(told + (expert << 1)), codeAt(told + (expert << 1) + 2));
    const off = f64x2.abs(f64x2.sub(ratePair(pair, centre), f64x2.splat(value)));
    nudge(at + (expert << 2), f64x2.extract_lane(off, 0), rate);
    nudge(at + (expert << 2) + 4, f64x2.extract_lane(off, 1), rate);
  }
}

function nudge(at: usize, error: f64, rate: f64): void {
  const old = <f64>load<f32>(at);
  store<f32>(at, <f32>(old + min(rate, 1) * (error - old)));
}

export function errorOf(state: usize, index: i32, expert: i32): f64 {
  return <f64>load<f32>(state + errors + ((<usize>index * width + <usize>expert) << 2));
}

/** Of the series last weighed. */
export function weightAt(index: i32, expert: i32): f64 {
  return <f64>load<f32>(weights + ((<usize>((index >> 1) * MOST_EXPERTS + expert)) << 2));
}

/** The weights in the newest origin's contexts; what was said at the watched leads is kept on the way. */
export function weigh(state: usize, moment: u32): void {
  for (let group = 0; group < GROUPS; group++) weighGroup(state, group, moment);
}

function weighGroup(state: usize, group: i32, moment: u32): void {
  regretWeigh(top(state, group), WIDE, partitions, above);
  const out = weights + ((<usize>(group * MOST_EXPERTS)) << 2);
  memory.fill(out, 0, MOST_EXPERTS << 2);
  for (let partition = 0; partition < partitions; partition++) {
    const context = contextsBefore(tight, partition) + <i32>((moment >> (8 * partition)) & 0xff);
    const own = below + ((<usize>partition * MOST_EXPERTS) << 2);
    regretWeigh(table(state, group, context), width, experts, own);
    const share = f32x4.splat(load<f32>(above + ((<usize>partition) << 2)));
    for (let i: usize = 0; i < width << 2; i += 16) {
      v128.store(out + i, f32x4.add(v128.load(out + i), f32x4.mul(share, v128.load(own + i))));
    }
  }
}

/** From the experts' paths (experts x LEADS f64, z) the answer (LEADS f64, rates). */
export function combine(
  series: usize,
  past: usize,
  state: usize,
  moment: u32,
  paths: usize,
  out: usize,
): void {
  const steps = u32At(series, STEPS);
  const centre = load<f64>(past + CENTRE);
  const most = f64x2.splat(2 * load<f64>(series + TOP));
  for (let group = 0; group < GROUPS; group++) {
    weighGroup(state, group, moment);
    const by = weights + ((<usize>(group * MOST_EXPERTS)) << 2);
    const end: usize = group == 0 ? 2 : group == 1 ? 8 : group == 2 ? 16 : 30;
    for (let lead: usize = group == 0 ? 0 : group == 1 ? 2 : group == 2 ? 8 : 16; lead < end; lead += 2) {
      let sum = f64x2.splat(0);
      for (let expert: usize = 0; expert < <usize>experts; expert++) {
        const says = v128.load(paths + ((expert * LEADS + lead) << 3));
        sum = f64x2.add(sum, f64x2.mul(says, f64x2.splat(<f64>load<f32>(by + (expert << 2)))));
      }
      v128.store(answers + (lead << 3), sum);
      v128.store(out + (lead << 3), f64x2.min(ratePair(sum, centre), most));
    }
    keep(row(state, 2 * group, steps), watchedLead(2 * group), moment, paths);
    keep(row(state, 2 * group + 1, steps), watchedLead(2 * group + 1), moment, paths);
  }
}

function keep(said: usize, lead: i32, moment: u32, paths: usize): void {
  if (said == 0) return;
  const at = (<usize>(lead - 1)) << 3;
  store<f32>(said, <f32>load<f64>(answers + at));
  store<u32>(said, moment, 4);
  for (let expert: usize = 0; expert < <usize>experts; expert++) {
    putCode(said + SAID_EXPERTS + (expert << 1), load<f64>(paths + ((expert * LEADS) << 3) + at));
  }
  for (let partition: usize = 0; partition < <usize>partitions; partition++) {
    const by = below + ((partition * MOST_EXPERTS) << 2);
    let sum: f64 = 0;
    for (let expert: usize = 0; expert < <usize>experts; expert++) {
      sum += <f64>load<f32>(by + (expert << 2)) * load<f64>(paths + ((expert * LEADS) << 3) + at);
    }
    putCode(said + SAID_MIXTURES + (partition << 1), sum);
  }
}

/** The centre has moved: what was said, in the new scale. */
export function weightingRecentre(state: usize, from: f64, to: f64): void {
  const end = state + saidRows + before(WATCHED) * rowBytes;
  for (let said = state + saidRows; said < end; said += rowBytes) {
    store<f32>(said, <f32>recurve(<f64>load<f32>(said), from, to));
    recode(said + SAID_MIXTURES, <u32>(PARTITIONS + width), from, to);
  }
}
