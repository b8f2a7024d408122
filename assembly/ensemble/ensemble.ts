import { LEADS, SEASON, u32At, WEEK } from '../layout';
import { etsBytes, etsPredict, etsUpdate } from '../models/ets';
import { naivePredict } from '../models/naive';
import { periodicPath, seasonalNaivePredict } from '../models/seasonal-naive';
import { profileBytes, profileUpdate } from '../profile';
import {
  regressionBytes,
  regressionObserve,
  regressionOpen,
  regressionPredict,
  regressionUpdate,
} from '../regression';
import { combine, EXPERTS, weigh, weightingBytes, weightingScore } from './weighting';

/**
 * The weighted ensemble: naive, seasonal naive, weekly naive, exponential smoothing and the regression, weighted per
 * lead by their errors so far. State: weighting | regression | profile | exponential smoothing.
 */
const paths = memory.data(EXPERTS * LEADS * 8);

export function ensembleBytes(season: u32, week: u32): usize {
  return weightingBytes() + regressionBytes() + profileBytes(season) + etsBytes(season, week);
}

function regressionOf(state: usize): usize {
  return state + weightingBytes();
}

function profileOf(state: usize): usize {
  return regressionOf(state) + regressionBytes();
}

function smoothingOf(series: usize, state: usize): usize {
  return profileOf(state) + profileBytes(u32At(series, SEASON));
}

export function ensembleOpen(series: usize, state: usize): void {
  regressionOpen(regressionOf(state));
}

export function ensembleUpdate(series: usize, state: usize, value: f64, known: bool): void {
  const regression = regressionOf(state);
  const profile = profileOf(state);
  regressionUpdate(series, regression, profile, value, known);
  etsUpdate(series, smoothingOf(series, state), value, known);
  if (known) weightingScore(series, state, value);
  profileUpdate(series, profile);
  regressionObserve(series, regression, profile, known);
}

export function ensemblePredict(series: usize, state: usize, path: usize): void {
  const stride: usize = LEADS * 8;
  naivePredict(series, 0, paths);
  seasonalNaivePredict(series, 0, paths + stride);
  periodicPath(series, u32At(series, WEEK), paths + 2 * stride);
  etsPredict(series, smoothingOf(series, state), paths + 3 * stride);
  regressionPredict(series, regressionOf(state), profileOf(state), paths + 4 * stride);
  weigh(series, state);
  combine(series, state, paths, path);
}
