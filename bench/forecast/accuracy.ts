import { type CompiledModule, Forecaster, type ModelName } from '../../assembly/pkg/forecaster.js';
import { originsOf } from '../../controller/backtest/protocol.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { replay } from './replay.ts';
import { protocolOf, readTrace, type Trace } from './traces.ts';

/** Per candidate, the outcome on each trace, in the traces' order. */
export type Accuracy = ReadonlyMap<ModelName, readonly Outcome[]>;

/** Every candidate on every trace, told its season and a week of seven of them. */
export function accuracyOf(
  module: CompiledModule,
  models: readonly ModelName[],
  traces: readonly Trace[],
  say: (line: string) => void,
): Accuracy {
  const accuracy = new Map<ModelName, Outcome[]>(models.map((model) => [model, []]));
  for (const trace of traces) {
    const values = readTrace(trace);
    const origins = originsOf(values, protocolOf(trace));
    say(`${trace.name}: ${values.length} steps, ${origins.length} origins`);
    const played = (model: ModelName) =>
      replay(
        new Forecaster(module),
        { model, seasonSteps: trace.seasonSteps, weekSteps: 7 * trace.seasonSteps },
        values,
        origins,
      );
    const baseline = played('seasonal-naive');
    for (const [model, outcomes] of accuracy) outcomes.push(outcomeOf(played(model), baseline));
  }
  return accuracy;
}
