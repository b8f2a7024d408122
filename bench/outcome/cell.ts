import { readFileSync } from 'node:fs';
import { Forecaster } from '../../assembly/pkg/forecaster.js';
import { seededRandom } from '../../controller/clock.ts';
import { loadTrace } from '../../controller/store/trace.ts';
import { demandOf } from '../replay/demand.ts';
import { forecastTape } from '../replay/forecast-tape.ts';
import { done } from '../replay/schedule.ts';
import { POLICIES, type Policy, simulate } from '../replay/simulation.ts';
import type { Verdict } from '../replay/verdict.ts';

const MEAN_PODS = 20;
export const LIMIT = 0.01;
const wasm = new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url);

/** One trace, start-up and noise, judged over its second half, or all of it from a cold start. */
export interface Cell {
  readonly name: string;
  readonly file: string;
  readonly startupSeconds: number;
  readonly seed: number;
  readonly cold: boolean;
}

export interface CellOutcome extends Cell {
  readonly verdicts: Readonly<Record<Policy, Verdict>>;
  /** false: no HPA holds the limit on this trace. */
  readonly tunedMeetsLimit: boolean;
}

/** Plays one cell through every policy, as `foresail simulate` does. */
export async function play(cell: Cell): Promise<CellOutcome> {
  const trace = await loadTrace(cell.file);
  const demand = demandOf({ ...trace, source: cell.name }, MEAN_PODS, seededRandom(cell.seed));
  const simulated = done(
    simulate({
      demand,
      startupSeconds: cell.startupSeconds,
      warmupSeconds: 0,
      fromTick: cell.cold ? 0 : Math.floor(demand.pods.length / 2),
      limit: LIMIT,
      podHourCost: 1,
      policies: POLICIES,
      forecasts: forecastTape({ forecaster: new Forecaster(readFileSync(wasm)), digest: 'bench' }, demand),
    }),
  );
  const verdicts = Object.fromEntries(simulated.map(({ policy, verdict }) => [policy, verdict])) as Record<
    Policy,
    Verdict
  >;
  const tuned = simulated.find(({ policy }) => policy === 'hpa-tuned');
  return { ...cell, verdicts, tunedMeetsLimit: tuned?.meetsLimit ?? false };
}
