import { FIGURES } from '../../assembly/pkg/forecaster.js';
import type { Playable } from '../backtest/playable.ts';
import type { Forecasted } from '../ui/forecast-plot.ts';

/** At least this many steps, and two seasons. */
const LEAST_STEPS = 240;

/** What is remembered of the forecasts for the plot: those of one lead, of the last steps. */
export class ShownForecasts {
  readonly lead: number;
  readonly forecasted: Forecasted;
  readonly #from: number;

  constructor({ values, stampsMs }: Playable, leads: number, seasonSteps: number) {
    this.lead = Math.ceil(leads / 2);
    this.#from = Math.max(0, values.length - Math.max(LEAST_STEPS, 2 * seasonSteps));
    const none = () => new Float64Array(values.length - this.#from).fill(Number.NaN);
    this.forecasted = {
      stampsMs: stampsMs.subarray(this.#from),
      actual: values.subarray(this.#from),
      p50: none(),
      p95: none(),
    };
  }

  /** `figures`, from `at` on, is what was said of the leads after `step`. */
  add(step: number, figures: Float64Array, at: number): void {
    const index = step + this.lead - this.#from;
    const { p50, p95 } = this.forecasted;
    if (index < 0 || index >= p50.length) return;
    const from = at + (this.lead - 1) * FIGURES;
    p50[index] = figures[from + 1] ?? Number.NaN;
    p95[index] = figures[from + 3] ?? Number.NaN;
  }
}
