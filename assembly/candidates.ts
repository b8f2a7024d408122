import { ensembleBytes, ensembleOpen, ensemblePredict, ensembleUpdate } from './ensemble/ensemble';
import { ENSEMBLE, ENSEMBLE_SMALL } from './ensemble/ledger';
import { MODEL, stateOf, u32At } from './layout';
import { arimaBytes, arimaOpen, arimaPredict, arimaUpdate } from './models/arima';
import { etsBytes, etsOpen, etsPredict, etsUpdate } from './models/ets';
import { naiveBytes, naiveOpen, naivePredict, naiveUpdate } from './models/naive';
import { ridgeBytes, ridgeOpen, ridgePredict, ridgeUpdate } from './models/ridge';
import {
  seasonalNaiveBytes,
  seasonalNaiveOpen,
  seasonalNaivePredict,
  seasonalNaiveUpdate,
} from './models/seasonal-naive';
import { thetaBytes, thetaOpen, thetaPredict, thetaUpdate } from './models/theta';
import { treesBytes, treesOpen, treesPredict, treesUpdate } from './models/trees';

/**
 * The candidates, by number. Each is one file with the same four functions over its own state:
 *
 *   bytes(season, week)                  length of the state, a multiple of 8
 *   open(series, state)                  from zeroed bytes
 *   update(series, state, value, known)  after the step is counted and in the ring; `value` is filled in when unknown
 *   predict(series, state, path)         writes LEADS f64, each finite and >= 0
 *
 * Numbers are part of the ABI: never given to another model.
 */
export const NAIVE: u32 = 2;
export const SEASONAL_NAIVE: u32 = 3;
export const ETS: u32 = 4;
export const THETA: u32 = 5;
export const ARIMA: u32 = 6;
export const RIDGE: u32 = 7;
export const TREES: u32 = 8;

export function candidateKnown(model: u32): bool {
  return model <= TREES;
}

export function candidateBytes(model: u32, season: u32, week: u32): usize {
  switch (model) {
    case ENSEMBLE:
    case ENSEMBLE_SMALL:
      return ensembleBytes(model, season);
    case NAIVE:
      return naiveBytes(season, week);
    case SEASONAL_NAIVE:
      return seasonalNaiveBytes(season, week);
    case ETS:
      return etsBytes(season, week);
    case THETA:
      return thetaBytes(season, week);
    case ARIMA:
      return arimaBytes(season, week);
    case TREES:
      return treesBytes(season, week);
    default:
      return ridgeBytes(season, week);
  }
}

export function candidateOpen(series: usize): void {
  const state = stateOf(series);
  switch (u32At(series, MODEL)) {
    case ENSEMBLE:
    case ENSEMBLE_SMALL:
      return ensembleOpen(series, state);
    case NAIVE:
      return naiveOpen(series, state);
    case SEASONAL_NAIVE:
      return seasonalNaiveOpen(series, state);
    case ETS:
      return etsOpen(series, state);
    case THETA:
      return thetaOpen(series, state);
    case ARIMA:
      return arimaOpen(series, state);
    case TREES:
      return treesOpen(series, state);
    default:
      return ridgeOpen(series, state);
  }
}

export function candidateUpdate(series: usize, value: f64, known: bool): void {
  const state = stateOf(series);
  switch (u32At(series, MODEL)) {
    case ENSEMBLE:
    case ENSEMBLE_SMALL:
      return ensembleUpdate(series, state, value, known);
    case NAIVE:
      return naiveUpdate(series, state, value, known);
    case SEASONAL_NAIVE:
      return seasonalNaiveUpdate(series, state, value, known);
    case ETS:
      return etsUpdate(series, state, value, known);
    case THETA:
      return thetaUpdate(series, state, value, known);
    case ARIMA:
      return arimaUpdate(series, state, value, known);
    case TREES:
      return treesUpdate(series, state, value, known);
    default:
      return ridgeUpdate(series, state, value, known);
  }
}

export function candidatePredict(series: usize, path: usize): void {
  const state = stateOf(series);
  switch (u32At(series, MODEL)) {
    case ENSEMBLE:
    case ENSEMBLE_SMALL:
      return ensemblePredict(series, state, path);
    case NAIVE:
      return naivePredict(series, state, path);
    case SEASONAL_NAIVE:
      return seasonalNaivePredict(series, state, path);
    case ETS:
      return etsPredict(series, state, path);
    case THETA:
      return thetaPredict(series, state, path);
    case ARIMA:
      return arimaPredict(series, state, path);
    case TREES:
      return treesPredict(series, state, path);
    default:
      return ridgePredict(series, state, path);
  }
}

/** How many steps of history a candidate looks back on. */
export function candidateReach(model: u32, season: u32, week: u32): u32 {
  return model <= NAIVE || model == RIDGE ? 0 : season;
}
