import { FIGURES } from '../../assembly/pkg/forecaster.js';
import type { Playable } from '../backtest/playable.ts';

export const FORECAST_HEADER = 'origin_timestamp,lead,actual,p50,p90,p95,p99\n';

/** Rows of an origin: `figures`, from `at` on, is what was said of its leads. A lead beyond the trace has no actual. */
export function forecastRows(
  { values, stampsMs }: Playable,
  leads: number,
  step: number,
  figures: Float64Array,
  at: number,
): string {
  const stamp = (stampsMs[step] ?? Number.NaN) / 1000;
  let text = '';
  for (let lead = 1; lead <= leads; lead++) {
    const actual = values[step + lead] ?? Number.NaN;
    const from = at + (lead - 1) * FIGURES;
    text += `${stamp},${lead},${Number.isNaN(actual) ? '' : actual},${figures[from + 1]},${figures[from + 2]},${figures[from + 3]},${figures[from + 4]}\n`;
  }
  return text;
}
