import { readFileSync } from 'node:fs';
import { Forecaster } from '../../assembly/pkg/forecaster.js';
import { seededRandom } from '../../controller/clock.ts';
import { loadTrace } from '../../controller/store/trace.ts';
import { demandOf } from '../replay/demand.ts';
import { forecastTape } from '../replay/forecast-tape.ts';
import { done, together } from '../replay/schedule.ts';
import { type FieldParts, judge, type Policy, playField } from '../replay/simulation.ts';
import { type CellOutcome, LEARNED, LIMIT, MEAN_PODS, RIVALS } from './cell.ts';

const wasm = new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url);

/** One trace with one noise, through all start-ups at once: they share the forecasts. */
export interface Run {
  readonly name: string;
  readonly file: string;
  readonly seed: number;
  readonly startups: readonly number[];
}

/** Plays a run through every policy, as `foresail simulate` does, and judges its second half, and all of it. */
export async function playRun({ name, file, seed, startups }: Run): Promise<CellOutcome[]> {
  const trace = await loadTrace(file);
  const demand = demandOf({ ...trace, source: name }, MEAN_PODS, seededRandom(seed));
  const core = { forecaster: new Forecaster(readFileSync(wasm)), digest: 'bench' };
  const policies: readonly Policy[] = seed === 1 ? [...RIVALS, LEARNED] : RIVALS;
  const common = { demand, limit: LIMIT, policies, forecasts: forecastTape(core, demand) };
  const grounds = startups.map((startupSeconds): FieldParts => ({ ...common, startupSeconds }));
  const fields = done(together(grounds.map(playField)));
  const half = Math.floor(demand.pods.length / 2);
  return fields.flatMap((field, index) =>
    [false, true].map((cold) => {
      const yardstick = { fromTick: cold ? 0 : half, warmupSeconds: 0, podHourCost: 1 };
      const judged = judge(field, { ...common, ...yardstick });
      const { [LEARNED]: learned, ...verdicts } = Object.fromEntries(
        judged.map(({ policy, verdict }) => [policy, verdict]),
      );
      return {
        ...{ name, seed, cold },
        startupSeconds: startups[index] ?? 0,
        verdicts: verdicts as CellOutcome['verdicts'],
        ...(learned ? { learned } : {}),
        tunedMeetsLimit: judged.find(({ policy }) => policy === 'hpa-tuned')?.meetsLimit ?? false,
      };
    }),
  );
}
