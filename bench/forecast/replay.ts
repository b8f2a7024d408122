import {
  FIGURES,
  type Forecaster,
  LEADS,
  type ModelName,
  PEAK_STEPS,
} from '../../assembly/pkg/forecaster.js';
import { addLeads, addPeaks, emptySums, type Sums } from './sums.ts';

/** What is forecast with: a candidate of the core's list, and the season and week that it is told. */
export interface Played {
  readonly model: ModelName;
  readonly seasonSteps: number;
  readonly weekSteps: number;
}

/** Plays the values through one candidate and scores the origins (ascending). A figure that is no number throws. */
export function replay(
  core: Forecaster,
  { model, seasonSteps, weekSteps }: Played,
  values: Float64Array,
  origins: Iterable<number>,
): Sums {
  const handle = core.open(seasonSteps, weekSteps, model);
  if (handle === 0) throw new Error(`the core refuses model ${model} with season ${seasonSteps}`);
  const sums = emptySums();
  const leads = new Float64Array(LEADS * FIGURES);
  const peaks = new Float64Array(PEAK_STEPS.length * FIGURES);
  let fed = 0;
  for (const origin of origins) {
    core.pushMany(handle, values.subarray(fed, origin + 1));
    fed = origin + 1;
    core.forecast(handle, leads);
    core.peaks(handle, peaks);
    addLeads(sums, values, seasonSteps, origin, leads);
    addPeaks(sums, values, origin, leads, peaks);
  }
  core.close(handle);
  if (!sums.error.every(Number.isFinite)) throw new Error(`${model} forecast a figure that is no number`);
  return sums;
}
