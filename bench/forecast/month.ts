import { type CompiledModule, Forecaster, type ModelName } from '../../assembly/pkg/forecaster.js';
import { replay } from './replay.ts';
import { load, medianSeconds } from './speed.ts';

const DAY = 1440;
const DAYS = 28;

/** Seconds that a backtest of 28 days of 1-minute steps takes: every step an origin, all leads, peaks and scores. */
export function monthSeconds(module: CompiledModule, model: ModelName): number {
  const values = Float64Array.from({ length: DAYS * DAY }, (_, step) => load(step, DAY));
  const origins = Array.from({ length: values.length - 1 }, (_, step) => step);
  return medianSeconds(() => {
    replay(new Forecaster(module), { model, seasonSteps: DAY, weekSteps: 7 * DAY }, values, origins);
  });
}
