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
import { blocksOf, MOST_NODES, nodeCount, nodeLags, nodesFind, spread } from './blocks';
import { CONTEXTS_BYTES, contextsFind, momentOf, outlierBound } from './contexts';
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
 * State: averages | analogs | weighting | regressions | past. The paths are made in update and combined in predict, which
 * follows it at once.
 */
const PLAIN: i32 = 7;
const QUICK: usize = 0;
const SLOW: usize = 8;
export const CONTEXTS: usize = 16;
const HEADER: usize = CONTEXTS + CONTEXTS_BYTES;
const QUICK_RATE: f64 = 0.6;
const SWING_KEPT: f64 = 0.9;
const SLOW_RATE: f64 = 0.2;
const SLOW_KEPT: f64 = 0.99;
/** How much of today's move off the analog days goes on, and what is left of it a lead later. */
const OFF_SHARE: f64 = 0.6;
const OFF_KEPT: f64 = 0.97;
const WEEK: u32 = 7;

const ROW: usize = LEADS * 8;
const paths = memory.data((PLAIN + 3) * LEADS * 8);
/** Base, profile, A and B at leads 0 .. LEADS. */
const BASE: usize = (LEADS + 1) * 8;
const bases = memory.data(4 * (LEADS + 1) * 8);
const week = memory.data((LEADS + 1) * 8);
const nodes = memory.data(MOST_NODES * 8);
const other = memory.data(MOST_NODES * 8);

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
  nodesFind(u32At(series, SEASON), blocksOf(series), slotOf(series));
  analogsObserve(series, past, analogsOf(state), outlierBound(state + CONTEXTS), known);
  look(series, state, past);
  seasonPath(series, past, lastOf(series, past), paths + ROW);
  for (let index = 0; index < regressionsOf(model); index++) {
    const regression = regressionOf(state, model, index);
    const base = bases + <usize>(2 * index) * BASE;
    regressionLearn(series, past, regression, known);
    const compared = bases + (index == 1 ? 3 : 2) * BASE;
    regressionObserve(series, past, regression, base, paths + ROW, compared, known);
    regressionPath(regression, base, paths + <usize>(PLAIN + index) * ROW);
  }
  contextsFind(series, past, state + CONTEXTS, model == ENSEMBLE_SMALL, load<f64>(bases), known);
  level(state, past, known, u32At(series, STEPS));
  speak(series, state, past);
  pastKeep(series, past, load<f64>(bases), outlierBound(state + CONTEXTS));
}

function recentre(state: usize, model: u32, from: f64, to: f64): void {
  weightingRecentre(weightingOf(state), from, to);
  for (let index = 0; index < regressionsOf(model); index++) {
    regressionRecentre(regressionOf(state, model, index), from, to);
  }
}

/** Profile, analogs and the week before, and the regressions' bases. */
function look(series: usize, state: usize, past: usize): void {
  profileNodes(series, past, nodes);
  spread(nodes, bases + BASE);
  if (analogsNodes(series, past, analogsOf(state), nodes, other)) {
    spread(nodes, bases + 2 * BASE);
    spread(other, bases + 3 * BASE);
  } else {
    memory.copy(bases + 2 * BASE, bases + BASE, BASE);
    memory.copy(bases + 3 * BASE, bases + BASE, BASE);
  }
  for (let at = bases; at < bases + BASE; at += 8) {
    const sum = load<f64>(at, BASE) + load<f64>(at, 2 * BASE) + load<f64>(at, 3 * BASE);
    store<f64>(at, max(sum * (1.0 / 3.0), 0));
  }
  const blocks = <i32>blocksOf(series);
  for (let node = 0; node < nodeCount(); node++) {
    store<f64>(nodes + ((<usize>node) << 3), codeAt(nodeLags(past, node, blocks) + (WEEK - 1) * 2));
  }
  spread(nodes, week);
}

/** Averages of the residual to the profile; while nothing is seen they fade. */
function level(state: usize, past: usize, known: bool, steps: u32): void {
  const residual = load<f64>(past + NEWEST) - load<f64>(bases + BASE);
  average(state + QUICK, residual, max(QUICK_RATE, 1.0 / <f64>steps), Infinity, known);
  average(state + SLOW, residual, max(SLOW_RATE, 1.0 / <f64>steps), outlierBound(state + CONTEXTS), known);
}

function average(at: usize, residual: f64, rate: f64, bound: f64, known: bool): void {
  const old = load<f64>(at);
  const innovation = min(max(residual - old, -bound), bound);
  store<f64>(at, known ? old + rate * innovation : 0.98 * old);
}

function lastOf(series: usize, past: usize): f64 {
  if (u32At(series, GAP) == 0) return load<f64>(past + NEWEST);
  return curveOf(load<f64>(series + LAST_KNOWN), load<f64>(past + CENTRE));
}

function speak(series: usize, state: usize, past: usize): void {
  const analogs = analogsOf(state);
  const known = analogsKnown(analogs);
  const newest = load<f64>(past + NEWEST);
  const ready = seasonal(series);
  const last = lastOf(series, past);
  for (let at = paths; at < paths + ROW; at += 8) store<f64>(at, last);
  if (known >= WEEK) memory.copy(paths + 2 * ROW, week + 8, ROW);
  else memory.copy(paths + 2 * ROW, paths + ROW, ROW);
  const offA = known > 0 ? analogsOff(analogs, 0) : newest - load<f64>(bases + 2 * BASE);
  const offB = known > 0 ? analogsOff(analogs, 1) : newest - load<f64>(bases + 3 * BASE);
  if (ready) decay(3, bases, newest - load<f64>(bases), SWING_KEPT);
  else decay(3, bases + BASE, load<f64>(state + QUICK), 1);
  decay(PLAIN + 2, bases, 0, 1);
  decay(4, bases + BASE, load<f64>(state + SLOW), ready ? SLOW_KEPT : 1);
  decay(5, bases + 2 * BASE, OFF_SHARE * offA, OFF_KEPT);
  decay(6, bases + 3 * BASE, OFF_SHARE * offB, OFF_KEPT);
}

/** An expert's path: a base and what is left of a residual. */
function decay(expert: usize, base: usize, residual: f64, kept: f64): void {
  const path = paths + expert * ROW;
  for (let at: usize = 0; at < ROW; at += 8) {
    residual *= kept;
    store<f64>(path + at, load<f64>(base + at, 8) + residual);
  }
}

export function ensemblePredict(series: usize, state: usize, path: usize): void {
  const model = u32At(series, MODEL);
  combine(series, pastOf(state, model), weightingOf(state), momentOf(state + CONTEXTS), paths, path);
}
