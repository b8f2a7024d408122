import { readFileSync } from 'node:fs';
import { compile, FIGURES, Forecaster, LEADS, PEAK_STEPS } from '../../assembly/pkg/forecaster.js';

const module = compile(readFileSync(new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url)));

export function core(): Forecaster {
  return new Forecaster(module);
}

/** What is wrong with the answers of a handle, or undefined when every figure is finite, >= 0 and in order. */
export function fault(forecaster: Forecaster, handle: number): string | undefined {
  const leads = forecaster.forecast(handle);
  const peaks = forecaster.peaks(handle);
  return (
    disorder('lead', leads, LEADS) ??
    disorder('peak', peaks, PEAK_STEPS.length) ??
    shrinking(peaks, PEAK_STEPS.length)
  );
}

function disorder(name: string, figures: Float64Array, rows: number): string | undefined {
  for (let row = 0; row < rows; row++) {
    const [mean = Number.NaN, ...quantiles] = figures.subarray(row * FIGURES, (row + 1) * FIGURES);
    if (!(Number.isFinite(mean) && mean >= 0)) return `${name} ${row}: mean ${mean}`;
    for (const [index, value] of quantiles.entries()) {
      const below = index === 0 ? 0 : (quantiles[index - 1] ?? Number.NaN);
      if (!(Number.isFinite(value) && value >= below)) return `${name} ${row}: ${quantiles.join(' ')}`;
    }
  }
  return undefined;
}

function shrinking(peaks: Float64Array, rows: number): string | undefined {
  for (let at = FIGURES; at < rows * FIGURES; at++) {
    if ((peaks[at] ?? 0) < (peaks[at - FIGURES] ?? 0))
      return `peak figure ${at} is below that of a shorter window`;
  }
  return undefined;
}

/** A day-like shape: `mean` times 1 + .6 sin, one period per season. */
export function wave(step: number, seasonSteps: number, mean: number): number {
  return mean * (1 + 0.6 * Math.sin((2 * Math.PI * step) / seasonSteps));
}
