import { type Clock, systemClock } from '../clock.ts';
import { type CoreSource, loadCore } from './core.ts';
import { ForecastHost, type HostOptions } from './host.ts';

/** All have defaults; the module is the one that `npm ci` built, and its digest the one on record. */
export interface ForecasterOptions extends CoreSource {
  /** Measures the worker: the system's clock, also where traffic is played on a virtual one. @default systemClock */
  readonly clock?: Clock;
  /** Milliseconds for all workloads of one tick. @default 1000 */
  readonly deadlineMs?: number;
  /** Known steps before the core's answer is used. @default 60, a quarter of an hour at 15 s */
  readonly minKnownSteps?: number;
  /** Steps of history in a tick's message, over all workloads: a week at 15 s, 150 ms of work. @default 41000 */
  readonly tickSteps?: number;
  /** The same between ticks, where the rest is caught up with: 50 ms of work. @default 15000 */
  readonly catchUpSteps?: number;
  /** @default 14 */
  readonly historySeasons?: number;
  /** Limit of the worker's JavaScript heap in MiB. @default 128 */
  readonly heapMb?: number;
  /** @default controller/forecast/worker.ts */
  readonly worker?: URL;
  /** @default none */
  readonly onFailure?: HostOptions['onFailure'];
  /** @default none */
  readonly onSeason?: HostOptions['onSeason'];
}

/** The forecaster port on the WebAssembly core, with the baselines behind it. Starts one worker; close() ends it. */
export function createForecaster(options: ForecasterOptions = {}): ForecastHost {
  return new ForecastHost({
    core: loadCore(options),
    clock: options.clock ?? systemClock,
    deadlineMs: options.deadlineMs ?? 1_000,
    minKnownSteps: options.minKnownSteps ?? 60,
    tickSteps: options.tickSteps ?? 41_000,
    catchUpSteps: options.catchUpSteps ?? 15_000,
    historySeasons: options.historySeasons ?? 14,
    heapMb: options.heapMb ?? 128,
    worker: options.worker ?? new URL('./worker.ts', import.meta.url),
    onFailure: options.onFailure ?? (() => {}),
    onSeason: options.onSeason ?? (() => {}),
  });
}
