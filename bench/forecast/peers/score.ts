import {
  type CompiledModule,
  FIGURES,
  Forecaster,
  LEADS,
  type ModelName,
} from '../../../assembly/pkg/forecaster.js';
import { geometricMean, total } from '../outcome.ts';
import { replay } from '../replay.ts';
import { addLeads, emptySums, type Sums } from '../sums.ts';
import { readTrace, type Trace } from '../traces.ts';
import { HISTORY_STEPS, type PeerForecast } from './run.ts';

/** A peer beside the core's candidates, on the origins that the peer came to. */
export interface PeerScore {
  readonly peer: string;
  readonly traces: number;
  readonly origins: number;
  /** MAE / seasonal naive, geometric mean over those traces. */
  readonly seasonalRatio: number;
  readonly secondsPerForecast: number;
  readonly candidates: readonly {
    readonly model: ModelName;
    readonly seasonalRatio: number;
    /** Processor time of one step taken in, all answers ready. */
    readonly secondsPerForecast: number;
    /** The same with the peers' past of each origin taken in anew, as they do. */
    readonly secondsFromNothing: number;
  }[];
}

export function scoresOf(
  module: CompiledModule,
  forecasts: readonly PeerForecast[],
  traces: readonly Trace[],
  models: readonly ModelName[],
): readonly PeerScore[] {
  const loads = new Map(traces.map((trace) => [trace.name, { trace, values: readTrace(trace) }]));
  return [...Map.groupBy(forecasts, ({ model }) => model)].map(([peer, made]) => {
    const byTrace = [...Map.groupBy(made, ({ trace }) => trace)].flatMap(([name, ofTrace]) => {
      const load = loads.get(name);
      return load ? [{ ...load, ofTrace: ofTrace.toSorted((a, b) => a.origin - b.origin) }] : [];
    });
    return {
      peer,
      traces: byTrace.length,
      origins: made.length,
      seasonalRatio: geometricMean(
        byTrace.map(({ trace, values, ofTrace }) => seasonalRatio(peerSums(trace, values, ofTrace))),
      ),
      secondsPerForecast: made.reduce((sum, { seconds }) => sum + seconds, 0) / made.length,
      candidates: models.map((model) => ({ model, ...candidateScore(module, model, byTrace) })),
    };
  });
}

interface OfTrace {
  readonly trace: Trace;
  readonly values: Float64Array;
  readonly ofTrace: readonly PeerForecast[];
}

function candidateScore(module: CompiledModule, model: ModelName, byTrace: readonly OfTrace[]) {
  const ratios: number[] = [];
  let seconds = 0;
  let steps = 0;
  let fromNothing = 0;
  let origins = 0;
  for (const { trace, values, ofTrace } of byTrace) {
    const played = { model, seasonSteps: trace.seasonSteps, weekSteps: 7 * trace.seasonSteps };
    const at = ofTrace.map(({ origin }) => origin);
    const before = process.cpuUsage();
    const sums = replay(new Forecaster(module), played, values, at);
    const { user, system } = process.cpuUsage(before);
    const fed = (at.at(-1) ?? 0) + 1;
    const perStep = (user + system) / 1e6 / fed;
    ratios.push(seasonalRatio(sums));
    seconds += (user + system) / 1e6;
    steps += fed;
    fromNothing += at.reduce((sum, origin) => sum + Math.min(origin + 1, HISTORY_STEPS) * perStep, 0);
    origins += at.length;
  }
  return {
    seasonalRatio: geometricMean(ratios),
    secondsPerForecast: seconds / steps,
    secondsFromNothing: fromNothing / origins,
  };
}

function peerSums({ seasonSteps }: Trace, values: Float64Array, made: readonly PeerForecast[]): Sums {
  const sums = emptySums();
  const figures = new Float64Array(LEADS * FIGURES);
  for (const { origin, forecast } of made) {
    for (const [lead, value] of forecast.entries()) figures.fill(value, lead * FIGURES, (lead + 1) * FIGURES);
    addLeads(sums, values, seasonSteps, origin, figures);
  }
  return sums;
}

function seasonalRatio(sums: Sums): number {
  return total(sums.error) / total(sums.seasonalError);
}
