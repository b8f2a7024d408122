import { codeAt, codesOf, curveOf, fourCodes, ratesOf, recode, recurve, slopesAt } from '../curve';
import { sums } from '../lanes';
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
/** Of leads 1 .. LEADS and two more. */
const answers = memory.data((LEADS + 2) * 4);
/** Per watched lead: what was said about the newest step, 0 when nothing; how fast the rate rises there. */
const heard = memory.data(WATCHED * 4);
const slopes = memory.data(WATCHED * 4);

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
const rowsBefore = memory.data<u8>([0, 1, 3, 7, 14, 20, 28, 40, 55]);
const THINNED: i32 = 4;

function before(index: i32): usize {
  return <usize>load<u8>(rowsBefore + <usize>index);
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

/** What was said about the newest step at a watched lead, the answer (f32, z) first; 0 when nothing was, or it is not kept. */
export function saidOf(state: usize, index: i32, steps: u32): usize {
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
  hear(state, steps, centre);
  for (let group = 0; group < GROUPS; group++) {
    const first = <usize>load<u32>(heard + ((<usize>group) << 3));
    const second = <usize>load<u32>(heard + ((<usize>group) << 3), 4);
    if (first != 0 || second != 0) chargeGroup(state, group, first, second, z, beta, <f32>(1.0 / <f64>steps));
  }
  measure(series, state, <f32>value, <f32>centre);
}

/** Finds what was said, and the slopes there. */
function hear(state: usize, steps: u32, centre: f64): void {
  for (let index = 0; index < WATCHED; index++) {
    const at = (<usize>index) << 2;
    const from = saidOf(state, index, steps);
    store<u32>(heard + at, <u32>from);
    store<f32>(slopes + at, from == 0 ? <f32>0 : load<f32>(from));
  }
  for (let at = slopes; at < slopes + WATCHED * 4; at += 16) {
    v128.store(at, slopesAt(ratesOf(v128.load(at), <f32>centre), <f32>centre));
  }
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
  const near = load<f32>(slopes + ((<usize>group) << 3));
  const far = load<f32>(slopes + ((<usize>group) << 3), 4);
  const many = second + SAID_EXPERTS;
  let from = 0;
  for (let partition = 0; partition < partitions; partition++) {
    const own = SAID_MIXTURES + ((<usize>partition) << 1);
    const one = first != 0 ? from + load<u8>(first + 4 + <usize>partition) : -1;
    const two = second != 0 ? from + load<u8>(second + 4 + <usize>partition) : -1;
    const share: f32 = one == two ? 0.5 : 1;
    quiet();
    let error: f32 = 0;
    if (one >= 0) {
      error = pull(first, own, first + SAID_EXPERTS, width, z, near * share);
      if (one != two) regretCharge(table(state, group, one), width, pulls, error, beta, young);
    }
    if (two >= 0) {
      if (one != two) quiet();
      const other = pull(second, own, many, width, z, far * share);
      error = one == two ? error + other : other;
      regretCharge(table(state, group, two), width, pulls, error, beta, young);
    }
    from = contextsBefore(tight, partition + 1);
  }
  quiet();
  const share: f32 = first != 0 && second != 0 ? 0.5 : 1;
  let error: f32 = first == 0 ? 0 : pullAbove(first, z, near * share);
  if (second != 0) error += pullAbove(second, z, far * share);
  regretCharge(top(state, group), WIDE, pulls, error, beta, young);
}

/** No pulls. */
function quiet(): void {
  for (let i: usize = 0; i < width << 2; i += 16) v128.store(pulls + i, i32x4.splat(0));
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
    const says = fourCodes(said + (i << 1));
    const at = pulls + (i << 2);
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(side, f32x4.sub(all, says))));
  }
  return slope * abs(mixture - z);
}

/** For people: the experts' mean absolute error, one watched lead at a time, half-life one season (300 to 3,000 steps). */
function measure(series: usize, state: usize, value: f32, centre: f32): void {
  const steps = u32At(series, STEPS);
  const index = <i32>((steps >> 1) % WATCHED);
  const lead: u32 = watchedLead(index);
  const from = <usize>load<u32>(heard + ((<usize>index) << 2));
  if (from == 0) return;
  const pace = <f64>(index < THINNED ? WATCHED : 2 * WATCHED);
  const half = <f64>min<u32>(max<u32>(u32At(series, SEASON), 300), 3000);
  const rate = max((0.6931 * pace) / half, pace / (<f64>(steps - lead) + pace));
  const told = from + SAID_EXPERTS;
  const at = state + errors + ((<usize>index * width) << 2);
  const by = f32x4.splat(<f32>min(rate, 1));
  for (let expert: usize = 0; expert < width; expert += 4) {
    const rates = ratesOf(fourCodes(told + (expert << 1)), centre);
    const off = f32x4.abs(f32x4.sub(rates, f32x4.splat(value)));
    const old = v128.load(at + (expert << 2));
    v128.store(at + (expert << 2), f32x4.add(old, f32x4.mul(by, f32x4.sub(off, old))));
  }
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
  for (let i: usize = 0; i < width << 2; i += 16) v128.store(out + i, i32x4.splat(0));
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

/** From the experts' paths (per lead 1 .. LEADS + 2 `width` f32, z) the answer (LEADS + 2 f64, rates). */
export function combine(
  series: usize,
  past: usize,
  state: usize,
  moment: u32,
  paths: usize,
  out: usize,
): void {
  const steps = u32At(series, STEPS);
  const centre = <f32>load<f64>(past + CENTRE);
  for (let group = 0; group < GROUPS; group++) {
    weighGroup(state, group, moment);
    const from: usize = group == 0 ? 0 : group == 1 ? 2 : group == 2 ? 8 : 16;
    const end: usize = group == 0 ? 2 : group == 1 ? 8 : group == 2 ? 16 : 32;
    mix(weights + ((<usize>(group * MOST_EXPERTS)) << 2), paths, from, end);
    keep(row(state, 2 * group, steps), watchedLead(2 * group), moment, paths);
    keep(row(state, 2 * group + 1, steps), watchedLead(2 * group + 1), moment, paths);
  }
  const most = f32x4.splat(<f32>(2 * load<f64>(series + TOP)));
  for (let lead: usize = 0; lead < 32; lead += 4) {
    const rates = f32x4.min(ratesOf(v128.load(answers + (lead << 2)), centre), most);
    v128.store(out + (lead << 3), f64x2.promote_low_f32x4(rates));
    v128.store(out + (lead << 3), f64x2.promote_low_f32x4(v128.shuffle<f32>(rates, rates, 2, 3, 2, 3)), 16);
  }
}

/** The answers of leads `from` + 1 .. `end`, an even number of them. */
function mix(by: usize, paths: usize, from: usize, end: usize): void {
  const none = f32x4.splat(0);
  for (let lead = from; lead < end; lead += 2) {
    const first = paths + lead * (width << 2);
    const both = sums(byLanes(by, first), byLanes(by, first + (width << 2)), none, none);
    v128.store64_lane(answers + (lead << 2), both, 0);
  }
}

/** What the experts say at one lead, each times its weight, summed by lanes. */
function byLanes(by: usize, says: usize): v128 {
  let sum = f32x4.mul(v128.load(by), v128.load(says));
  for (let i: usize = 16; i < width << 2; i += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(by + i), v128.load(says + i)));
  }
  return sum;
}

function keep(said: usize, lead: i32, moment: u32, paths: usize): void {
  if (said == 0) return;
  const says = paths + <usize>(lead - 1) * (width << 2);
  store<f32>(said, load<f32>(answers + ((<usize>(lead - 1)) << 2)));
  store<u32>(said, moment, 4);
  for (let i: usize = 0; i < width; i += 4) {
    v128.store64_lane(said + SAID_EXPERTS + (i << 1), codesOf(v128.load(says + (i << 2))), 0);
  }
  const none = f32x4.splat(0);
  const third = partitions > 2 ? byLanes(below + MOST_EXPERTS * 8, says) : none;
  const mixed = sums(byLanes(below, says), byLanes(below + MOST_EXPERTS * 4, says), third, none);
  v128.store64_lane(said + SAID_MIXTURES, codesOf(mixed), 0);
}

/** The centre has moved: what was said, in the new scale. */
export function weightingRecentre(state: usize, from: f64, to: f64): void {
  const end = state + saidRows + before(WATCHED) * rowBytes;
  for (let said = state + saidRows; said < end; said += rowBytes) {
    store<f32>(said, <f32>recurve(<f64>load<f32>(said), from, to));
    recode(said + SAID_MIXTURES, <u32>(PARTITIONS + width), from, to);
  }
}
