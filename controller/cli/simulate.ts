import { Forecaster } from '../../assembly/pkg/forecaster.js';
import { type Demand, demandOf, TICK_SECONDS } from '../../bench/replay/demand.ts';
import { forecastTape } from '../../bench/replay/forecast-tape.ts';
import { HOT_UTILISATION, POD_RPS } from '../../bench/replay/latency.ts';
import { rowsOf } from '../../bench/replay/schedule.ts';
import {
  type Simulated,
  type SimulationParts,
  simulate,
  ticksToPlay,
} from '../../bench/replay/simulation.ts';
import type { Progress } from '../backtest/evaluation.ts';
import { seededRandom, systemClock } from '../clock.ts';
import { loadCore } from '../forecast/core.ts';
import type { Trace } from '../series/trace.ts';
import { clip, paintFor, plain } from '../ui/style.ts';
import { BadInput } from './bad-input.ts';
import { Interruption } from './interruption.ts';
import { exit, type Io } from './io.ts';
import { OutFile } from './out-file.ts';
import { parseSimulateOptions, type SimulateOptions } from './simulate-options.ts';
import { type Played, simulateJson, simulateReport } from './simulate-report.ts';
import { readSource, type SourceParts } from './source-trace.ts';
import { drawsOn, inTurns } from './turns.ts';

/** Less than this in the judged part cannot show anything: ten minutes. */
const LEAST_TICKS = 40;
const FILE_COLUMNS = 100;
const HEADER = 'policy,timestamp,demand,ready,starting,requested\n';

/**
 * `foresail simulate`: replays a trace through Foresail and its rivals and prints what each would have cost and spoilt.
 * Exit code 0; 2 for what the user can mend; 130 when interrupted, and then there is no `--out`.
 */
export async function runSimulate(
  args: readonly string[],
  io: Io,
  parts: SourceParts = { clock: systemClock, fetch },
): Promise<number> {
  const options = parseSimulateOptions(args, io);
  const { source, out } = options;
  const interruption = new Interruption(io.stdout);
  const { signal } = interruption;
  const input = source.kind === 'file' ? source.file : undefined;
  const file = out === undefined ? undefined : await OutFile.create(out, input);
  try {
    const trace = await readSource(source, options.stepSeconds, io, parts);
    const playing = partsOf(trace, options);
    const turns = { io, clock: parts.clock, signal, between: () => undefined };
    const simulated = await inTurns(inProgress(playing), turns);
    if (simulated === undefined) return interruption.readerGone ? exit.done : exit.interrupted;
    if (file) await write(file, simulated, playing.fromTick);
    io.stdout.write(printed({ trace, parts: playing, simulated }, options, io));
    return exit.done;
  } finally {
    await file?.discard();
    interruption[Symbol.dispose]();
  }
}

function partsOf(trace: Trace, options: SimulateOptions): SimulationParts {
  const demand = scaled(trace, options);
  const fromTick = options.judge === 'all' ? 0 : Math.floor(demand.pods.length / 2);
  const known = demand.pods.subarray(fromTick).filter((load) => !Number.isNaN(load)).length;
  if (known < LEAST_TICKS) {
    throw new BadInput(
      `${trace.source}: ${options.judge === 'all' ? 'there' : 'in the second half, which is judged, there'} are ${(known * TICK_SECONDS) / 60} minutes of values; there must be at least 10${options.judge === 'all' ? '' : ', or --judge all'}`,
    );
  }
  const core = loadCore();
  if (core.kind === 'refused') throw new BadInput(core.message);
  const { startupSeconds, warmupSeconds, podHourCost, policies, capacity } = options;
  return {
    ...{ demand, fromTick, startupSeconds, warmupSeconds, podHourCost, policies },
    limit: options.objective / 100,
    forecasts: forecastTape({ forecaster: new Forecaster(core.module), digest: core.digest }, demand),
    ...(capacity === 'known' ? { capacityRps: POD_RPS * HOT_UTILISATION } : {}),
  };
}

function scaled(trace: Trace, { meanPods, noise, seed }: SimulateOptions): Demand {
  try {
    return demandOf(trace, meanPods, noise ? seededRandom(seed) : undefined);
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput(error.message);
    throw error;
  }
}

function* inProgress(parts: SimulationParts): Generator<Progress, readonly Simulated[]> {
  const all = ticksToPlay(parts);
  const work = simulate(parts);
  let played = 0;
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    played += value;
    yield { label: 'replaying', share: Math.min(1, played / all) };
  }
}

async function write(file: OutFile, simulated: readonly Simulated[], fromTick: number): Promise<void> {
  file.add(HEADER);
  for (const { policy, schedule } of simulated) {
    for (const { atMs, demand, ready, starting, requested } of rowsOf(schedule, fromTick)) {
      file.add(`${policy},${atMs / 1000},${demand},${ready},${starting},${requested}\n`);
      await file.flush();
    }
  }
  await file.commit();
}

function printed(played: Played, options: SimulateOptions, io: Io): string {
  if (options.output === 'json') return `${simulateJson(played, options)}\n`;
  const drawn = drawsOn(io.stdout, io);
  const columns = io.stdout.columns ?? FILE_COLUMNS;
  const lines = simulateReport(played, options, { columns, paint: drawn ? paintFor(io.env) : plain });
  return lines.map((line) => `${drawn ? clip(line, columns) : line}\n`).join('');
}
