import { resample } from '../series/resample.ts';
import type { Step } from '../series/step.ts';
import { traceEndMs } from '../series/trace.ts';

/** Rates of one workload on one step grid, step after step from `first` (a step number, startMs / step). NaN is missing. */
export interface RateRun {
  readonly workload: string;
  readonly stepSeconds: number;
  readonly first: number;
  readonly rates: Float32Array;
}

/** Steps in order, as few runs as they make; a missing rate is left out, because history knows it is missing anyway. */
export function runsOf(workload: string, steps: readonly Step[], stepSeconds: number): RateRun[] {
  const runs: RateRun[] = [];
  let first = 0;
  let rates: number[] = [];
  const finish = () => {
    if (rates.length > 0) runs.push({ workload, stepSeconds, first, rates: Float32Array.from(rates) });
    rates = [];
  };
  for (const { startMs, rps } of steps) {
    if (!Number.isFinite(rps)) continue;
    const number = Math.round(startMs / (stepSeconds * 1000));
    if (number !== first + rates.length) {
      finish();
      first = number;
    }
    rates.push(rps);
  }
  finish();
  return runs;
}

/** Writes what a run knows into `into`, whose first entry is step number `first` of the same grid. */
export function overlay(into: Float64Array, first: number, run: Pick<RateRun, 'first' | 'rates'>): void {
  const from = Math.max(first, run.first);
  const to = Math.min(first + into.length, run.first + run.rates.length);
  for (let number = from; number < to; number++) {
    const rate = run.rates[number - run.first] ?? Number.NaN;
    if (!Number.isNaN(rate)) into[number - first] = rate;
  }
}

/**
 * The rates of step numbers [first, to) of a grid from runs of any grid, later runs over earlier ones. Those of the
 * grid itself always stand; what they leave open is taken from history that was kept on another step.
 */
export function assemble(
  runs: readonly RateRun[],
  first: number,
  to: number,
  stepSeconds: number,
): Float64Array {
  const rates = new Float64Array(Math.max(0, to - first)).fill(Number.NaN);
  for (const foreign of groupByStep(runs, stepSeconds)) overlay(rates, first, foreign);
  for (const run of runs) if (run.stepSeconds === stepSeconds) overlay(rates, first, run);
  return rates;
}

/** Each other grid's runs as one, brought to this step; coarser grids first, so that finer ones are laid over them. */
function groupByStep(runs: readonly RateRun[], stepSeconds: number): Pick<RateRun, 'first' | 'rates'>[] {
  const steps = [...new Set(runs.map((run) => run.stepSeconds))].filter((step) => step !== stepSeconds);
  return steps
    .sort((a, b) => b - a)
    .map((foreignStep) => {
      const own = runs.filter((run) => run.stepSeconds === foreignStep);
      const first = Math.min(...own.map((run) => run.first));
      const end = Math.max(...own.map((run) => run.first + run.rates.length));
      const values = new Float64Array(end - first).fill(Number.NaN);
      for (const run of own) overlay(values, first, run);
      const trace = {
        startMs: first * foreignStep * 1000,
        stepSeconds: foreignStep,
        values,
        source: 'history',
      };
      const brought = resample(trace, stepSeconds);
      return {
        first: Math.round(brought.startMs / (stepSeconds * 1000)),
        rates: Float32Array.from(brought.values.subarray(0, stepsUntil(trace, brought))),
      };
    });
}

/** A coarser step that the finer trace fills only in part is not over yet. */
function stepsUntil(
  trace: { startMs: number; stepSeconds: number; values: Float64Array },
  brought: { startMs: number; stepSeconds: number },
): number {
  const endMs = traceEndMs({ ...trace, source: '' });
  return Math.floor((endMs - brought.startMs) / (brought.stepSeconds * 1000));
}
