import { codeAt, rateOf } from '../curve';
import { blocksOf, MOST_NODES, nodeCount, nodeLags, nodesFind, spread } from '../ensemble/blocks';
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
const nodes = memory.data(MOST_NODES * 8);
/** Its number: candidates.ts. */
const RIDGE: u32 = 7;
const week = memory.data((LEADS + 1) * 8);
const ago = memory.data(LEADS * 8);
const base = memory.data((LEADS + 1) * 8);

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
  profileNodes(series, past, nodes);
  spread(nodes, base);
  seasonPath(series, past, 0, ago);
  const blocks = <i32>blocksOf(series);
  for (let node = 0; node < nodeCount() && seasonal(series); node++) {
    store<f64>(
      nodes + ((<usize>node) << 3),
      codeAt(nodeLags(past, node, blocks) + (u32At(past, DAY) > 7 ? 12 : 0)),
    );
  }
  regressionLearn(series, past, state, known);
  spread(nodes, week);
  regressionObserve(series, past, state, base, ago, week, known);
  pastKeep(series, past, load<f64>(base), Infinity);
}

export function ridgePredict(series: usize, state: usize, path: usize): void {
  const centre = load<f64>(state + regressionBytes() + CENTRE);
  const most = 2 * load<f64>(series + TOP);
  regressionPath(state, base, path);
  for (let at = path; at < path + LEADS * 8; at += 8)
    store<f64>(at, min(rateOf(load<f64>(at), centre), most));
}
