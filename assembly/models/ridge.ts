import { profileBytes, profileUpdate } from '../profile';
import {
  regressionBytes,
  regressionObserve,
  regressionOpen,
  regressionPredict,
  regressionUpdate,
} from '../regression';

/** Direct online ridge regression on the residual to the seasonal profile: regression.ts, alone. */
export function ridgeBytes(season: u32, week: u32): usize {
  return regressionBytes() + profileBytes(season);
}

export function ridgeOpen(series: usize, state: usize): void {
  regressionOpen(state);
}

export function ridgeUpdate(series: usize, state: usize, value: f64, known: bool): void {
  const profile = state + regressionBytes();
  regressionUpdate(series, state, profile, value, known);
  profileUpdate(series, profile);
  regressionObserve(series, state, profile, known);
}

export function ridgePredict(series: usize, state: usize, path: usize): void {
  regressionPredict(series, state, state + regressionBytes(), path);
}
