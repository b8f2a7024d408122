import { Forecaster } from '../../assembly/pkg/forecaster.js';
import { type Evaluation, evaluate } from '../backtest/evaluation.ts';
import type { Watch } from '../backtest/play.ts';
import type { Playable } from '../backtest/playable.ts';
import { everyFor } from '../backtest/protocol.ts';
import type { SeasonSpan } from '../backtest/season.ts';
import { systemClock } from '../clock.ts';
import { loadCore } from '../forecast/core.ts';
import { clip, paintFor, plain } from '../ui/style.ts';
import { LEAST_COLUMNS } from '../ui/view.ts';
import { readPlayable, seasonsOf } from './backtest-input.ts';
import { backtestJson } from './backtest-json.ts';
import { type BacktestOptions, parseBacktestOptions } from './backtest-options.ts';
import { backtestReport } from './backtest-report.ts';
import { BadInput } from './bad-input.ts';
import { FORECAST_HEADER, forecastRows } from './forecast-rows.ts';
import { Interruption } from './interruption.ts';
import { exit, type Io } from './io.ts';
import { OutFile } from './out-file.ts';
import { ShownForecasts } from './shown-forecasts.ts';
import type { SourceParts } from './source-trace.ts';
import { drawsOn, inTurns } from './turns.ts';

const PLOT_COLUMNS = 120;
const FILE_COLUMNS = 80;
/**
 * `foresail backtest`: plays a trace through the models and prints how good each was. Exit code 0; 2 for what the user can
 * mend; 130 when interrupted, and then there is no `--out`.
 */
export async function runBacktest(
  args: readonly string[],
  io: Io,
  parts: SourceParts = { clock: systemClock, fetch },
): Promise<number> {
  const options = parseBacktestOptions(args, io);
  const interruption = new Interruption(io.stdout);
  try {
    const playable = await readPlayable(options, io, parts);
    return await playOn(playable, options, io, parts, interruption);
  } finally {
    interruption[Symbol.dispose]();
  }
}

async function playOn(
  playable: Playable,
  options: BacktestOptions,
  io: Io,
  parts: SourceParts,
  interruption: Interruption,
): Promise<number> {
  const { out, source } = options;
  const input = source.kind === 'file' ? source.file : undefined;
  const core = openCore();
  const file = out === undefined ? undefined : await OutFile.create(out, input);
  file?.add(FORECAST_HEADER);
  const turns = { io, clock: parts.clock, signal: interruption.signal, between: () => file?.flush() };
  try {
    const spans = await inTurns(seasonsOf(playable, options, core), turns);
    if (spans === undefined) return interruption.readerGone ? exit.done : exit.interrupted;
    const shown = new ShownForecasts(playable, options.leads, spans.at(-1)?.seasonSteps ?? 0);
    const evaluation = await inTurns(playing({ playable, options, core, spans, shown, file, parts }), turns);
    if (evaluation === undefined) return interruption.readerGone ? exit.done : exit.interrupted;
    check(evaluation, playable);
    await file?.commit();
    io.stdout.write(printed(playable, evaluation, shown, options, io));
    return exit.done;
  } finally {
    await file?.discard();
  }
}

function openCore(): Forecaster {
  const core = loadCore();
  if (core.kind === 'refused') throw new BadInput(core.message);
  return new Forecaster(core.module);
}

interface Run {
  readonly playable: Playable;
  readonly options: BacktestOptions;
  readonly core: Forecaster;
  readonly spans: readonly SeasonSpan[];
  readonly shown: ShownForecasts;
  readonly file: OutFile | undefined;
  readonly parts: SourceParts;
}

function playing({ playable, options, core, spans, shown, file, parts }: Run) {
  const { leads, fromShare, models } = options;
  const protocol = { leads, fromShare, every: options.every ?? everyFor(playable.stepSeconds) };
  const watch: Watch = (step, figures, at) => {
    shown.add(step, figures, at);
    file?.add(forecastRows(playable, leads, step, figures, at));
  };
  return evaluate({ values: playable.values, protocol, spans, models }, { core, clock: parts.clock, watch });
}

function check({ candidates, protocol }: Evaluation, { source }: Playable): void {
  if (candidates[0]?.overall.points !== 0) return;
  throw new BadInput(
    `${source}: nothing could be judged; after ${protocol.fromShare * 100} % of the trace there must be known values that follow known ones`,
  );
}

function printed(
  playable: Playable,
  evaluation: Evaluation,
  shown: ShownForecasts,
  { output }: BacktestOptions,
  io: Io,
): string {
  if (output === 'json') return `${backtestJson(playable, evaluation)}\n`;
  const columns = Math.max(LEAST_COLUMNS, Math.min(PLOT_COLUMNS, io.stdout.columns ?? FILE_COLUMNS));
  const drawn = drawsOn(io.stdout, io);
  const canvas = { columns, paint: drawn ? paintFor(io.env) : plain };
  const lines = backtestReport(playable, evaluation, shown, canvas);
  // tables do not shrink; on a terminal they are cut rather than broken
  return lines.map((line) => `${drawn ? clip(line, io.stdout.columns ?? FILE_COLUMNS) : line}\n`).join('');
}
