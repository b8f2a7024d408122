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
import { between, blocksIn, MOST_NODES, nodeCount, nodeLags, nodesFind } from './blocks';
import { CENTRE, NEWEST, slotOf } from './ledger';
import { pastBytes, pastKeep, pastObserve, seasonal, seasonBefore, seasonHeld } from './past';
import { profileNodes } from './profile';
import { combine, weightingBytes, weightingOpen, weightingRecentre, weightingScore } from './weighting';

/**
 * The weighted ensemble, all on the scale of curve.ts. Its experts, in order:
 *
 *   naive, seasonal naive, weekly naive (block means), level quick and slow (profile + what is left of the residual's
 *   average), analog days A and B, and regressions: in the small budget one, on the mean of profile, A and B; in the
 *   large one also on each of the three
 *
 * State: averages | analogs | weighting | regressions | past. The paths are made in update and combined in predict, which
 * follows it at once.
 */
export const ENSEMBLE_SMALL: u32 = 1;
const PLAIN: i32 = 7;
const MOST_REGRESSIONS: i32 = 4;
const QUICK: usize = 0;
const SLOW: usize = 8;
const HEADER: usize = 16;
const QUICK_RATE: f64 = 0.6;
const QUICK_KEPT: f64 = 0.97;
const SLOW_RATE: f64 = 0.2;
const SLOW_KEPT: f64 = 0.99;
/** How much of today's move off the analog days goes on, and what is left of it a lead later. */
const OFF_SHARE: f64 = 0.6;
const OFF_KEPT: f64 = 0.97;
const WEEK: u32 = 7;

const ROW: usize = LEADS * 8;
const paths = memory.data((PLAIN + MOST_REGRESSIONS) * LEADS * 8);
const profiles = memory.data(MOST_NODES * 8);
const nodesA = memory.data(MOST_NODES * 8);
const nodesB = memory.data(MOST_NODES * 8);
const nodesWeek = memory.data(MOST_NODES * 8);
/** Mean, profile, A and B at leads 0 .. LEADS: what the regressions correct. */
const BASE: usize = (LEADS + 1) * 8;
const bases = memory.data(MOST_REGRESSIONS * (LEADS + 1) * 8);

function regressionsOf(model: u32): i32 {
  return model == ENSEMBLE_SMALL ? 1 : MOST_REGRESSIONS;
}

export function expertsOf(model: u32): i32 {
  return PLAIN + regressionsOf(model);
}

export function ensembleBytes(model: u32, season: u32): usize {
  return pastOf(0, model) + pastBytes(season);
}

function analogsOf(state: usize): usize {
  return state + HEADER;
}

export function weightingOf(state: usize): usize {
  return analogsOf(state) + analogsBytes();
}

function regressionOf(state: usize, model: u32, index: i32): usize {
  return weightingOf(state) + weightingBytes(expertsOf(model)) + <usize>index * regressionBytes();
}

function pastOf(state: usize, model: u32): usize {
  return regressionOf(state, model, regressionsOf(model));
}

export function ensembleOpen(series: usize, state: usize): void {
  const model = u32At(series, MODEL);
  weightingOpen(weightingOf(state), expertsOf(model));
  for (let index = 0; index < regressionsOf(model); index++)
    regressionOpen(regressionOf(state, model, index));
}

export function ensembleUpdate(series: usize, state: usize, value: f64, known: bool): void {
  const model = u32At(series, MODEL);
  const past = pastOf(state, model);
  const was = load<f64>(past + CENTRE);
  if (known) weightingScore(series, past, weightingOf(state), expertsOf(model), value);
  pastObserve(series, past, value);
  if (was > 0 && was != load<f64>(past + CENTRE)) recentre(state, model, was, load<f64>(past + CENTRE));
  nodesFind(u32At(series, SEASON), slotOf(series));
  analogsObserve(series, past, analogsOf(state), known);
  look(series, state, past);
  for (let index = 0; index < regressionsOf(model); index++) {
    const regression = regressionOf(state, model, index);
    const base = bases + <usize>index * BASE;
    regressionLearn(series, past, regression, known);
    regressionObserve(series, past, regression, base, known);
    regressionPath(regression, base, paths + <usize>(PLAIN + index) * ROW);
  }
  level(state, past, known, u32At(series, STEPS));
  speak(series, state, past);
  pastKeep(series, past);
}

function recentre(state: usize, model: u32, from: f64, to: f64): void {
  weightingRecentre(weightingOf(state), expertsOf(model), from, to);
  for (let index = 0; index < regressionsOf(model); index++) {
    regressionRecentre(regressionOf(state, model, index), from, to);
  }
}

/** Profile, analogs and the week before at the nodes, and the regression's base. */
function look(series: usize, state: usize, past: usize): void {
  profileNodes(series, past, profiles);
  const analogs = analogsNodes(series, past, analogsOf(state), nodesA, nodesB);
  for (let node: usize = 0; node < (<usize>nodeCount()) << 3; node += 8) {
    const profile = load<f64>(profiles + node);
    if (!analogs) {
      store<f64>(nodesA + node, profile);
      store<f64>(nodesB + node, profile);
    }
    const mean = (profile + load<f64>(nodesA + node) + load<f64>(nodesB + node)) * (1.0 / 3.0);
    store<f64>(nodesWeek + node, mean);
  }
  for (let lead = 0; lead <= LEADS; lead++) {
    const at = bases + ((<usize>lead) << 3);
    store<f64>(at, max(between(nodesWeek, lead), 0));
    store<f64>(at + BASE, max(between(profiles, lead), 0));
    store<f64>(at + 2 * BASE, max(between(nodesA, lead), 0));
    store<f64>(at + 3 * BASE, max(between(nodesB, lead), 0));
  }
  const blocks = <i32>blocksIn(u32At(series, SEASON));
  for (let node = 0; node < nodeCount(); node++) {
    store<f64>(nodesWeek + ((<usize>node) << 3), codeAt(nodeLags(past, node, blocks) + (WEEK - 1) * 2));
  }
}

/** Averages of the residual to the profile; while nothing is seen they fade. */
function level(state: usize, past: usize, known: bool, steps: u32): void {
  const residual = load<f64>(past + NEWEST) - between(profiles, 0);
  average(state + QUICK, residual, max(QUICK_RATE, 1.0 / <f64>steps), known);
  average(state + SLOW, residual, max(SLOW_RATE, 1.0 / <f64>steps), known);
}

function average(at: usize, residual: f64, rate: f64, known: bool): void {
  const old = load<f64>(at);
  store<f64>(at, known ? old + rate * (residual - old) : 0.98 * old);
}

function speak(series: usize, state: usize, past: usize): void {
  const analogs = analogsOf(state);
  const hasAnalogs = analogsKnown(analogs) > 0;
  const hasWeek = analogsKnown(analogs) >= WEEK;
  const last =
    u32At(series, GAP) == 0
      ? load<f64>(past + NEWEST)
      : curveOf(load<f64>(series + LAST_KNOWN), load<f64>(past + CENTRE));
  const ready = seasonal(series);
  let quick = load<f64>(state + QUICK);
  let slow = load<f64>(state + SLOW);
  let offA =
    OFF_SHARE * (hasAnalogs ? analogsOff(analogs, 0) : load<f64>(past + NEWEST) - between(nodesA, 0));
  let offB =
    OFF_SHARE * (hasAnalogs ? analogsOff(analogs, 1) : load<f64>(past + NEWEST) - between(nodesB, 0));
  for (let lead = 1; lead <= LEADS; lead++) {
    const at = paths + ((<usize>(lead - 1)) << 3);
    quick *= ready ? QUICK_KEPT : 1;
    slow *= ready ? SLOW_KEPT : 1;
    offA *= OFF_KEPT;
    offB *= OFF_KEPT;
    const usual = between(profiles, lead);
    const seasonAgo = seasonHeld(series, lead) ? seasonBefore(series, past, lead) : last;
    store<f64>(at, last);
    store<f64>(at + ROW, seasonAgo);
    store<f64>(at + 2 * ROW, hasWeek ? between(nodesWeek, lead) : seasonAgo);
    store<f64>(at + 3 * ROW, usual + quick);
    store<f64>(at + 4 * ROW, usual + slow);
    store<f64>(at + 5 * ROW, between(nodesA, lead) + offA);
    store<f64>(at + 6 * ROW, between(nodesB, lead) + offB);
  }
}

export function ensemblePredict(series: usize, state: usize, path: usize): void {
  const model = u32At(series, MODEL);
  combine(series, pastOf(state, model), weightingOf(state), expertsOf(model), paths, path);
}
