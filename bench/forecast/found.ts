import { type CompiledModule, Forecaster, LEADS, type ModelName } from '../../assembly/pkg/forecaster.js';
import { play } from '../../controller/backtest/play.ts';
import { originsOf } from '../../controller/backtest/protocol.ts';
import { type Season, seasonFinder, seasonSpans } from '../../controller/backtest/season.ts';
import { total } from './outcome.ts';
import { addLeads, emptySums } from './sums.ts';
import { protocolOf, readTrace, type Trace } from './traces.ts';

/** A candidate that was told no season, on one trace. */
export interface Found {
  /** What was known at the first and at the last origin. */
  readonly first: Season;
  readonly last: Season;
  /** MAE / seasonal naive of the season that the trace is listed with. */
  readonly seasonalRatio: number;
}

/** Looks for the season as a backtest with `--season auto` does, in the past alone, and plays the candidate with it. */
export function foundOn(module: CompiledModule, model: ModelName, trace: Trace): Found {
  const core = new Forecaster(module);
  const values = readTrace(trace);
  const origins = originsOf(values, protocolOf(trace));
  const spans = finished(seasonSpans(values, trace.stepSeconds, seasonFinder(core, trace.stepSeconds)));
  const sums = emptySums();
  const ground = { values, leads: LEADS, peakFrom: Number.POSITIVE_INFINITY, origins, spans };
  const watch = (origin: number, figures: Float64Array, at: number): void =>
    addLeads(sums, values, trace.seasonSteps, origin, figures.subarray(at));
  finished(play(core, model, ground, { clock: { monotonicMs: () => performance.now() }, watch }));
  const knownAt = (step: number): Season => {
    const span = spans.findLast(({ fromStep }) => fromStep <= step);
    if (!span) throw new Error(`${trace.name}: no season from step 0 on`);
    return span;
  };
  return {
    first: knownAt(origins[0] ?? 0),
    last: knownAt(origins.at(-1) ?? 0),
    seasonalRatio: total(sums.error) / total(sums.seasonalError),
  };
}

/** What work that can be stopped between its steps returns at its end. */
function finished<Result>(work: Generator<unknown, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
