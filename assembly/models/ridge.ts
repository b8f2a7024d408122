import { rateOf } from '../curve';
import { between, MOST_NODES, nodesFind } from '../ensemble/blocks';
import { CENTRE, slotOf } from '../ensemble/ledger';
import { pastBytes, pastKeep, pastObserve } from '../ensemble/past';
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
const base = memory.data((LEADS + 1) * 8);

export function ridgeBytes(season: u32, week: u32): usize {
  return regressionBytes() + pastBytes(season);
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
  nodesFind(u32At(series, SEASON), slotOf(series));
  profileNodes(series, past, nodes);
  for (let lead = 0; lead <= LEADS; lead++) store<f64>(base + ((<usize>lead) << 3), between(nodes, lead));
  regressionLearn(series, past, state, known);
  regressionObserve(series, past, state, base, known);
  pastKeep(series, past);
}

export function ridgePredict(series: usize, state: usize, path: usize): void {
  const centre = load<f64>(state + regressionBytes() + CENTRE);
  const most = 2 * load<f64>(series + TOP);
  regressionPath(state, base, path);
  for (let at = path; at < path + LEADS * 8; at += 8)
    store<f64>(at, min(rateOf(load<f64>(at), centre), most));
}
