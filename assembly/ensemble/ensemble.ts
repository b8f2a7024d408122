import { codeAt, curveOf } from '../curve';
import { GAP, LAST_KNOWN, LEADS, MODEL, SEASON, STEPS, u32At } from '../layout';
import {
  regressionBytes,
  regressionLearn,
  regressionObserve,
  regressionOpen,
  regressionPath,
  regressionRecentre,
} from '../regression';
import { analogsBytes, analogsKnown, analogsNodes, analogsObserve, analogsOff } from './analogs';
import { blocksOf, looks, nodeAt, nodeCount, nodeLags, nodesFind, spread } from './blocks';
import { CONTEXTS_BYTES, contextsFind, momentOf, outlierBound } from './contexts';
import { GATE_BYTES, gateCharge, gatePass } from './gate';
import { CENTRE, ENSEMBLE_SMALL, NEWEST, slotOf } from './ledger';
import { pastBytes, pastKeep, pastObserve, seasonal, seasonPath } from './past';
import { profileNodes } from './profile';
import { combine, weightingOpen, weightingRecentre, weightingScore, weightingShape } from './weighting';

/**
 * The weighted ensemble, all on the scale of curve.ts. Its experts, in order:
 *
 *   naive, seasonal naive, weekly naive (block means), swing (base + .9^h of the newest residual), level (profile + .99^h of
 *   the residual's average), analog days A and B, a regression on the base; in the large budget one on A, and the base alone
 *
 * The base is the mean of profile, A and B. Until a season is known, swing is a quick level instead.
 *
 * A load that does not move or repeats exactly is gate.ts.
 *
 * State: averages | contexts | gate | analogs | weighting | regressions | past. The paths are made in update and combined
 * in predict, which follows it at once.
 */
const PLAIN: i32 = 7;
const QUICK: usize = 0;
const SLOW: usize = 8;
export const CONTEXTS: usize = 16;
const GATE: usize = CONTEXTS + CONTEXTS_BYTES;
const HEADER: usize = GATE + GATE_BYTES;
const QUICK_RATE: f64 = 0.6;
const SWING_KEPT: f32 = 0.9;
const SLOW_RATE: f64 = 0.2;
const SLOW_KEPT: f32 = 0.99;
/** How much of today's move off the analog days goes on, and what is left of it a lead later. */
const OFF_SHARE: f32 = 0.6;
const OFF_KEPT: f32 = 0.97;
const WEEK: u32 = 7;

/** Per lead 0 .. LEADS four f32: base, a season ago, a week ago, the last value. */
const bases = memory.data((LEADS + 1) * 16);
/** What each regression adds to its base, an f32 per lead 0 .. LEADS. */
const CORRECTIONS: usize = (LEADS + 1) * 4;
const corrections = memory.data(2 * (LEADS + 1) * 4);
/** What the experts say of leads 1 .. LEADS, all of a lead side by side, and two leads more so that they come in fours. */
const paths = memory.data((LEADS + 2) * 48);

function regressionsOf(model: u32): i32 {
  return model == ENSEMBLE_SMALL ? 1 : 2;
}

export function expertsOf(model: u32): i32 {
  return model == ENSEMBLE_SMALL ? PLAIN + 1 : PLAIN + 3;
}

/** Tells the weighting whose shape its state has, and returns its bytes. */
export function shape(model: u32): usize {
  return weightingShape(expertsOf(model), model == ENSEMBLE_SMALL);
}

export function ensembleBytes(model: u32, season: u32): usize {
  return pastOf(0, model) + pastBytes(season, model);
}

function analogsOf(state: usize): usize {
  return state + HEADER;
}

export function weightingOf(state: usize): usize {
  return analogsOf(state) + analogsBytes();
}

function regressionOf(state: usize, model: u32, index: i32): usize {
  return weightingOf(state) + shape(model) + <usize>index * regressionBytes();
}

function pastOf(state: usize, model: u32): usize {
  return regressionOf(state, model, regressionsOf(model));
}

export function ensembleOpen(series: usize, state: usize): void {
  const model = u32At(series, MODEL);
  shape(model);
  weightingOpen(weightingOf(state));
  for (let index = 0; index < regressionsOf(model); index++)
    regressionOpen(regressionOf(state, model, index));
}

export function ensembleUpdate(series: usize, state: usize, value: f64, known: bool): void {
  const model = u32At(series, MODEL);
  const past = pastOf(state, model);
  const was = load<f64>(past + CENTRE);
  if (known) weightingScore(series, past, weightingOf(state), value);
  pastObserve(series, past, value);
  if (was > 0 && was != load<f64>(past + CENTRE)) recentre(state, model, was, load<f64>(past + CENTRE));
  if (known) gateCharge(series, past, weightingOf(state), state + GATE, value);
  nodesFind(u32At(series, SEASON), blocksOf(series), slotOf(series));
  analogsObserve(series, past, analogsOf(state), outlierBound(state + CONTEXTS), known);
  look(series, state, past);
  for (let index = 0; index < regressionsOf(model); index++) {
    const regression = regressionOf(state, model, index);
    regressionLearn(series, past, regression, known);
    const base = index == 0 ? bases : looks + 4;
    regressionObserve(series, past, regression, base, bases + 4, looks + (index == 0 ? 4 : 8), known);
    regressionPath(regression, corrections + <usize>index * CORRECTIONS);
  }
  contextsFind(series, past, state + CONTEXTS, model == ENSEMBLE_SMALL, baseNow(), known);
  level(state, past, known, u32At(series, STEPS));
  speak(series, state, past, model != ENSEMBLE_SMALL);
  pastKeep(series, past, baseNow(), outlierBound(state + CONTEXTS));
}

function baseNow(): f64 {
  return <f64>load<f32>(bases);
}

function recentre(state: usize, model: u32, from: f64, to: f64): void {
  weightingRecentre(weightingOf(state), from, to);
  for (let index = 0; index < regressionsOf(model); index++) {
    regressionRecentre(regressionOf(state, model, index), from, to);
  }
}

/** Profile, analogs and the week before, and what follows from them. */
function look(series: usize, state: usize, past: usize): void {
  profileNodes(series, past);
  analogsNodes(series, past, analogsOf(state));
  const blocks = <i32>blocksOf(series);
  for (let node = 0; node < nodeCount(); node++) {
    store<f32>(nodeAt(node), <f32>codeAt(nodeLags(past, node, blocks) + (WEEK - 1) * 2), 12);
  }
  spread();
  const last = lastOf(series, past);
  seasonPath(series, past, last, bases + 20);
  const weekly = analogsKnown(analogsOf(state)) >= WEEK;
  for (let at: usize = 0; at < <usize>(LEADS + 1) * 16; at += 16) {
    const seen = v128.load(looks + at);
    const ago = load<f32>(bases + at, 4);
    const sum = f32x4.extract_lane(seen, 0) + f32x4.extract_lane(seen, 1) + f32x4.extract_lane(seen, 2);
    const base: f32 = max(sum * <f32>(1.0 / 3.0), 0);
    v128.store(bases + at, f32x4(base, ago, weekly ? f32x4.extract_lane(seen, 3) : ago, last));
  }
}

/** Averages of the residual to the profile; while nothing is seen they fade. */
function level(state: usize, past: usize, known: bool, steps: u32): void {
  const residual = load<f64>(past + NEWEST) - <f64>load<f32>(looks);
  average(state + QUICK, residual, max(QUICK_RATE, 1.0 / <f64>steps), Infinity, known);
  average(state + SLOW, residual, max(SLOW_RATE, 1.0 / <f64>steps), outlierBound(state + CONTEXTS), known);
}

function average(at: usize, residual: f64, rate: f64, bound: f64, known: bool): void {
  const old = load<f64>(at);
  const innovation = min(max(residual - old, -bound), bound);
  store<f64>(at, known ? old + rate * innovation : 0.98 * old);
}

function lastOf(series: usize, past: usize): f32 {
  if (u32At(series, GAP) == 0) return <f32>load<f64>(past + NEWEST);
  return <f32>curveOf(load<f64>(series + LAST_KNOWN), load<f64>(past + CENTRE));
}

/** Four experts to a vector: from where they start, and what is left of a residual at every lead. */
function speak(series: usize, state: usize, past: usize, large: boolean): void {
  const known = analogsKnown(analogsOf(state)) > 0;
  const newest = <f32>load<f64>(past + NEWEST);
  const ready = seasonal(series);
  const offA = known ? analogsOff(0) : newest - load<f32>(looks, 4);
  const offB = known ? analogsOff(1) : newest - load<f32>(looks, 8);
  const swing = ready ? newest - load<f32>(bases) : <f32>load<f64>(state + QUICK);
  const swings = f32x4(0, 0, 0, ready ? SWING_KEPT : <f32>1);
  const fades = f32x4(ready ? SLOW_KEPT : <f32>1, OFF_KEPT, OFF_KEPT, 0);
  let first = f32x4(0, 0, 0, swing);
  let second = f32x4(<f32>load<f64>(state + SLOW), OFF_SHARE * offA, OFF_SHARE * offB, 0);
  const width: usize = large ? 48 : 32;
  let out = paths;
  for (let lead: usize = 1; lead <= <usize>LEADS; lead++) {
    const at = lead << 4;
    const by = corrections + (lead << 2);
    const seen = v128.load(looks + at);
    const base = v128.load(bases + at);
    first = f32x4.mul(first, swings);
    second = f32x4.replace_lane(f32x4.mul(second, fades), 3, load<f32>(by));
    v128.store(out, f32x4.add(v128.shuffle<f32>(base, base, 3, 1, 2, 0), first));
    v128.store(out, f32x4.add(v128.shuffle<f32>(seen, base, 0, 1, 2, 4), second), 16);
    if (large) {
      const third = f32x4(
        f32x4.extract_lane(seen, 1) + load<f32>(by, CORRECTIONS),
        f32x4.extract_lane(base, 0),
        0,
        0,
      );
      v128.store(out, third, 32);
    }
    out += width;
  }
}

export function ensemblePredict(series: usize, state: usize, path: usize): void {
  const model = u32At(series, MODEL);
  const past = pastOf(state, model);
  combine(series, past, weightingOf(state), momentOf(state + CONTEXTS), paths, path);
  gatePass(series, past, state + GATE, bases + 20, path);
}
