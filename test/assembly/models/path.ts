import { FIGURES, type ModelName } from '../../../assembly/pkg/forecaster.js';
import { core } from '../core.ts';

/** The median that is forecast for each of the 30 leads after the values. */
export function path(
  model: ModelName,
  values: readonly number[],
  season: number,
  week = 0,
): readonly number[] {
  const forecaster = core();
  const handle = forecaster.open(season, week, model);
  forecaster.pushMany(handle, Float64Array.from(values));
  const figures = forecaster.forecast(handle);
  return Array.from({ length: 30 }, (_, lead) => figures[lead * FIGURES + 1] ?? Number.NaN);
}

export function times(length: number, rateAt: (step: number) => number): readonly number[] {
  return Array.from({ length }, (_, step) => rateAt(step));
}

/** -1 .. 1, the same on every run: the top bits of a multiplicative hash. */
export function noise(step: number): number {
  const mixed = Math.imul((step + 1) ^ ((step + 1) >>> 7), 2_654_435_761) >>> 0;
  return (Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519) >>> 0) / 2 ** 31 - 1;
}
