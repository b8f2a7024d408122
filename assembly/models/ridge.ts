import { codeAt, rateOf } from '../curve';
import { blocksOf, looks, nodeAt, nodeCount, nodeLags, nodesFind, spread } from '../ensemble/blocks';
import { CENTRE, DAY, slotOf } from '../ensemble/ledger';
import { pastBytes, pastKeep, pastObserve, seasonal, seasonPath } from '../ensemble/past';
import { profileNodes } from '../ensemble/profile';
import { LEADS, SEASON, TOP, u32At } from '../layout';
import {
  regressionBytes,
  regressionLearn,
  regressionObserve,
  regressionOpen,
  regressionPath,
  regressionRecentre,
} from '../regression';

/** Direct online ridge regression on the residual to the seasonal profile: regression.ts, alone. State: regression | past. */
/** Its number: candidates.ts. */
const RIDGE: u32 = 7;
const ago = memory.data((LEADS + 1) * 16);
const corrections = memory.data((LEADS + 1) * 4);

export function ridgeBytes(season: u32, week: u32): usize {
  return regressionBytes() + pastBytes(season, RIDGE);
}

export function ridgeOpen(series: usize, state: usize): void {
  regressionOpen(state);
}

export function ridgeUpdate(series: usize, state: usize, value: f64, known: bool): void {
  const past = state + regressionBytes();
  const was = load<f64>(past + CENTRE);
  pastObserve(series, past, value);
  const now = load<f64>(past + CENTRE);
  if (was > 0 && was != now) regressionRecentre(state, was, now);
  nodesFind(u32At(series, SEASON), blocksOf(series), slotOf(series));
  profileNodes(series, past);
  const blocks = <i32>blocksOf(series);
  const week: usize = u32At(past, DAY) > 7 ? 12 : 0;
  const ready = seasonal(series);
  for (let node = 0; node < nodeCount(); node++) {
    store<f32>(
      nodeAt(node),
      ready ? <f32>codeAt(nodeLags(past, node, blocks) + week) : load<f32>(nodeAt(node)),
      4,
    );
  }
  spread();
  seasonPath(series, past, 0, ago + 16);
  regressionLearn(series, past, state, known);
  regressionObserve(series, past, state, looks, ago, looks + 4, known);
  pastKeep(series, past, <f64>load<f32>(looks), Infinity);
}

export function ridgePredict(series: usize, state: usize, path: usize): void {
  const centre = load<f64>(state + regressionBytes() + CENTRE);
  const most = 2 * load<f64>(series + TOP);
  regressionPath(state, corrections);
  for (let lead: usize = 1; lead <= <usize>LEADS; lead++) {
    const z = load<f32>(looks + (lead << 4)) + load<f32>(corrections + (lead << 2));
    store<f64>(path + (lead << 3) - 8, min(rateOf(<f64>z, centre), most));
  }
}
