import type { Forecaster } from '../../assembly/pkg/forecaster.js';
import { ANSWER_FIGURES, LEAD_FIGURES } from '../../controller/forecast/batch.ts';
import { conservativeBaseline } from '../../controller/forecast/fallback/conservative.ts';
import { readAnswer } from '../../controller/forecast/figures.ts';
import type { Forecast } from '../../controller/forecast/forecast.ts';
import { type Demand, TICK_SECONDS } from './demand.ts';
import { POD_RPS } from './latency.ts';
import { PIECE_TICKS } from './schedule.ts';

/** As the controller's forecast host has it: before that the conservative baseline answers. */
const LEAST_KNOWN_TICKS = 60;
/** Rates the baseline is given: what the controller's ring of recent steps holds. */
const RECENT_TICKS = 40;
const DAY_TICKS = 86_400 / TICK_SECONDS;
/** Replays that take turns piece by piece are never further apart than this. */
const KEPT_TICKS = 2 * PIECE_TICKS;

export interface Core {
  readonly forecaster: Forecaster;
  /** SHA-256 of the core's module, for the record. */
  readonly digest: string;
}

/** What was forecast at the end of each tick. */
export interface Forecasts {
  /** Throws RangeError for a tick that lies too far behind the newest that was asked for. */
  at(tick: number): Forecast | undefined;
}

/**
 * The forecasts of one demand. They depend on nothing but what arrived, so any number of replays that take turns (schedule.ts)
 * share them: start-ups, policies and objectives cost one run of the core.
 */
export function forecastTape(core: Core, demand: Demand): Forecasts {
  return new ForecastTape(core, demand);
}

class ForecastTape implements Forecasts {
  readonly #core: Core;
  readonly #demand: Demand;
  readonly #series: number;
  readonly #figures = new Float64Array(ANSWER_FIGURES);
  readonly #kept = new Array<Forecast | undefined>(KEPT_TICKS);
  #made = 0;

  constructor(core: Core, demand: Demand) {
    this.#core = core;
    this.#demand = demand;
    this.#series = core.forecaster.open(DAY_TICKS, 7 * DAY_TICKS);
    if (this.#series <= 0) throw new RangeError('the forecasting core has no memory left for a series');
  }

  at(tick: number): Forecast | undefined {
    if (tick < this.#made - KEPT_TICKS) {
      throw new RangeError(`the forecast of tick ${tick} is gone: ${this.#made} were made since`);
    }
    while (this.#made <= tick) this.#make(this.#made++);
    return this.#kept[tick % KEPT_TICKS];
  }

  #make(tick: number): void {
    const { pods, startMs } = this.#demand;
    this.#core.forecaster.push(this.#series, (pods[tick] ?? Number.NaN) * POD_RPS);
    this.#kept[tick % KEPT_TICKS] = this.#forecast(tick, startMs + (tick + 1) * TICK_SECONDS * 1000);
  }

  #forecast(tick: number, originMs: number): Forecast | undefined {
    const { forecaster, digest } = this.#core;
    const { known } = forecaster.counts(this.#series);
    if (known === 0) return undefined;
    const common = { originMs, stepSeconds: TICK_SECONDS };
    if (known < LEAST_KNOWN_TICKS) {
      const recent = this.#demand.pods.subarray(Math.max(0, tick + 1 - RECENT_TICKS), tick + 1);
      const answer = conservativeBaseline(recent.map((load) => load * POD_RPS));
      const model = 'builtin:conservative';
      return { ...common, source: 'conservative', model, fallbackReason: 'ModelWarmingUp', ...answer };
    }
    forecaster.forecast(this.#series, this.#figures.subarray(0, LEAD_FIGURES));
    forecaster.peaks(this.#series, this.#figures.subarray(LEAD_FIGURES));
    const answer = readAnswer(this.#figures, 0);
    return answer && { ...common, source: 'champion', model: digest, ...answer };
  }
}
