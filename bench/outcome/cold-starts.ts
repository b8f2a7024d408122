import { readFileSync } from 'node:fs';
import { Forecaster } from '../../assembly/pkg/forecaster.js';
import { seededRandom } from '../../controller/clock.ts';
import { loadTrace } from '../../controller/store/trace.ts';
import { table } from '../forecast/markdown.ts';
import { type Demand, demandOf, spanOfTrace, TICK_SECONDS } from '../replay/demand.ts';
import { forecastTape } from '../replay/forecast-tape.ts';
import { isHot, type TickRow } from '../replay/outcome.ts';
import { done, rowsOf } from '../replay/schedule.ts';
import { judge, type Policy, playField } from '../replay/simulation.ts';
import type { NamedTrace } from '../replay/traffic.ts';
import type { Verdict } from '../replay/verdict.ts';
import { LIMIT, MEAN_PODS } from './cell.ts';

const POLICIES = ['foresail', 'hpa-default', 'hpa-tuned'] as const satisfies readonly Policy[];
/** Starts at so many places of a trace, the first at its beginning. */
const STARTS = 3;
const TICK_MS = TICK_SECONDS * 1000;
const HOUR_TICKS = 3600 / TICK_SECONDS;
const DAY_TICKS = 24 * HOUR_TICKS;
const wasm = new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url);

interface Start {
  readonly foresail: Verdict;
  readonly byDefault: Verdict;
  readonly tuned: Verdict;
  /** What would be hot whoever scales: the load that meets the first replicas before any other can have started. */
  readonly unservable: number;
}

/**
 * Nothing is known at the first tick, and the first hour and the first day are judged from it: three starts in each trace,
 * a table for each length. The tuned HPA is tuned to the same hour, in hindsight.
 */
export async function coldStarts(
  files: readonly { readonly name: string; readonly file: string }[],
  startups: readonly number[],
): Promise<string> {
  const [hour, day]: [string[][], string[][]] = [[], []];
  for (const { name, file } of files) {
    const trace = { ...(await loadTrace(file)), source: name };
    hour.push(...rowsFor(name, demandsOf(trace, HOUR_TICKS), startups));
    day.push(...rowsFor(name, demandsOf(trace, DAY_TICKS), startups));
  }
  return `## The first hour and the first day, nothing known before, judged from the first tick

Three starts in each trace: the median .. the worst of them. The tuned HPA is tuned to the same hour or day in hindsight. The last column
is the load that nobody can serve: it meets the first replicas before any other can have started.

### The first hour

${tableOf(hour)}

### The first day

${tableOf(day)}`;
}

function rowsFor(name: string, demands: readonly Demand[], startups: readonly number[]): string[][] {
  return startups.map((startupSeconds) =>
    rowOf(
      name,
      startupSeconds,
      demands.map((demand) => startOf(demand, startupSeconds)),
    ),
  );
}

function tableOf(rows: readonly string[][]): string {
  const header = [
    'trace',
    'start-up s',
    'starts',
    'cost / default HPA',
    'hot %',
    'default HPA hot %',
    'cost / tuned HPA',
    'tuned HPA hot %',
    'nobody serves %',
  ];
  return table(header, rows);
}

/** Medians over the starts, and the worst behind them. */
function rowOf(name: string, startupSeconds: number, starts: readonly Start[]): string[] {
  const share = (figure: (start: Start) => number, digits: number) => {
    const sorted = starts.map(figure).sort((a, b) => a - b);
    const [middle = Number.NaN, worst = Number.NaN] = [sorted[(sorted.length - 1) >> 1], sorted.at(-1)];
    return sorted.length > 1
      ? `${middle.toFixed(digits)} .. ${worst.toFixed(digits)}`
      : middle.toFixed(digits);
  };
  return [
    name,
    String(startupSeconds),
    String(starts.length),
    share(({ foresail, byDefault }) => foresail.podHours / byDefault.podHours, 2),
    share(({ foresail }) => 100 * foresail.hotShare, 1),
    share(({ byDefault }) => 100 * byDefault.hotShare, 1),
    share(({ foresail }) => foresail.costVsTunedHpa, 2),
    share(({ tuned }) => 100 * tuned.hotShare, 1),
    share(({ unservable }) => 100 * unservable, 1),
  ];
}

/** From known load on, spread over the trace; a trace that is not twice as long as `ticks` has one start. */
function demandsOf(trace: NamedTrace, ticks: number): Demand[] {
  const { fromMs, toMs } = spanOfTrace(trace);
  const known = demandOf(trace, MEAN_PODS, undefined).pods;
  const room = known.length - ticks;
  const offsets =
    room <= ticks ? [0] : Array.from({ length: STARTS }, (_, index) => Math.floor((room * index) / STARTS));
  return offsets.flatMap((offset, index) => {
    const after = known.subarray(offset).findIndex((load) => load > 0);
    if (after < 0) return [];
    const first = offset + after;
    const startMs = fromMs + first * TICK_MS;
    const judged = { fromMs: startMs, toMs: Math.min(toMs, startMs + ticks * TICK_MS) };
    const { pods } = demandOf(trace, MEAN_PODS, seededRandom(index + 1), judged);
    return [{ startMs, pods: pods.slice(first, first + ticks), missing: 0 }];
  });
}

function startOf(demand: Demand, startupSeconds: number): Start {
  const forecasts = forecastTape({ forecaster: new Forecaster(readFileSync(wasm)), digest: 'bench' }, demand);
  const parts = { demand, forecasts, startupSeconds, limit: LIMIT, policies: POLICIES };
  const field = done(playField(parts));
  const yardstick = { fromTick: 0, warmupSeconds: 0, podHourCost: 1 };
  const [foresail, byDefault, tuned] = judge(field, { ...parts, ...yardstick });
  if (!(foresail && byDefault && tuned)) throw new Error('a policy was not played');
  return {
    foresail: foresail.verdict,
    byDefault: byDefault.verdict,
    tuned: tuned.verdict,
    unservable: unservable(rowsOf(foresail.schedule, 0), startupSeconds),
  };
}

/** What is asked for at the end of the first tick serves a start-up later. */
function unservable(rows: readonly TickRow[], startupSeconds: number): number {
  const early = rows.slice(0, Math.ceil(startupSeconds / TICK_SECONDS) + 1);
  const first = rows[0]?.ready ?? 0;
  const load = (over: readonly TickRow[]) => over.reduce((sum, { demand }) => sum + demand, 0);
  return load(early.filter((row) => isHot({ ...row, ready: first }))) / load(rows);
}
