import { FIGURES, Forecaster } from '../../assembly/pkg/forecaster.js';
import { type Evaluation, evaluate, type Progress } from '../backtest/evaluation.ts';
import type { Watch } from '../backtest/play.ts';
import type { Playable } from '../backtest/playable.ts';
import { everyFor } from '../backtest/protocol.ts';
import type { SeasonSpan } from '../backtest/season.ts';
import { systemClock } from '../clock.ts';
import { loadCore } from '../forecast/core.ts';
import { ProgressBar } from '../ui/progress-bar.ts';
import { clip, paintFor, plain } from '../ui/style.ts';
import { LEAST_COLUMNS } from '../ui/view.ts';
import { type InputParts, readPlayable, seasonsOf } from './backtest-input.ts';
import { backtestJson } from './backtest-json.ts';
import { type BacktestOptions, parseBacktestOptions } from './backtest-options.ts';
import { backtestReport, type Shown } from './backtest-report.ts';
import { BadInput } from './bad-input.ts';
import { ForecastFile } from './forecast-file.ts';
import { Interruption } from './interruption.ts';
import { exit, type Io } from './io.ts';

/** So often it is looked for Ctrl-C. */
const TURN_MS = 50;
const PLOT_COLUMNS = 120;
const FILE_COLUMNS = 80;
/** The plot shows at least this many steps, and two seasons. */
const LEAST_SHOWN = 240;

/**
 * `foresail backtest`: plays a trace through the models and prints how good each was. Exit code 0; 2 for what the user can
 * mend; 130 when interrupted, and then there is no `--out`.
 */
export async function runBacktest(
  args: readonly string[],
  io: Io,
  parts: InputParts = { clock: systemClock, fetch },
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
  parts: InputParts,
  interruption: Interruption,
): Promise<number> {
  const { out, source } = options;
  const input = source.kind === 'file' ? source.file : undefined;
  const core = openCore();
  const file = out === undefined ? undefined : await ForecastFile.create(out, input);
  try {
    const spans = seasonsOf(playable, options, core);
    const shown = new Window(playable, options.leads, spans.at(-1)?.seasonSteps ?? 0);
    const evaluation = await evaluated(playable, spans, options, {
      core,
      io,
      parts,
      interruption,
      file,
      shown,
    });
    if (evaluation === undefined) return interruption.readerGone ? exit.done : exit.interrupted;
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
  readonly core: Forecaster;
  readonly io: Io;
  readonly parts: InputParts;
  readonly interruption: Interruption;
  readonly file: ForecastFile | undefined;
  readonly shown: Window;
}

/** undefined: interrupted. */
async function evaluated(
  playable: Playable,
  spans: readonly SeasonSpan[],
  options: BacktestOptions,
  { core, io, parts, interruption, file, shown }: Run,
): Promise<Evaluation | undefined> {
  const { leads, fromShare, models } = options;
  const protocol = { leads, fromShare, every: options.every ?? everyFor(playable.stepSeconds) };
  const watch: Watch = (step, figures, at) => {
    shown.add(step, figures, at);
    file?.add(playable, leads, step, figures, at);
  };
  const playing = evaluate(
    { values: playable.values, protocol, spans, models },
    { core, clock: parts.clock, watch },
  );
  const evaluation = await driven(playing, io, parts, interruption, file);
  if (evaluation?.candidates[0]?.overall.points === 0) {
    throw new BadInput(
      `${playable.source}: nothing could be judged; after ${fromShare * 100} % of the trace there must be known values that follow known ones`,
    );
  }
  return evaluation;
}

/** Plays on, showing how far it is, and letting signals and the disk in between. */
async function driven(
  playing: Generator<Progress, Evaluation>,
  io: Io,
  { clock }: InputParts,
  { signal }: Interruption,
  file: ForecastFile | undefined,
): Promise<Evaluation | undefined> {
  const bar = drawsOn(io.stderr, io) ? new ProgressBar(io.stderr, clock, paintFor(io.env)) : undefined;
  let turnMs = clock.monotonicMs();
  try {
    for (;;) {
      const { done, value } = playing.next();
      if (done) return value;
      await file?.flush();
      if (clock.monotonicMs() - turnMs < TURN_MS) continue;
      bar?.show(value.model, value.share);
      await clock.sleep(0);
      turnMs = clock.monotonicMs();
      if (signal.aborted) return undefined;
    }
  } finally {
    bar?.clear();
  }
}

function printed(
  playable: Playable,
  evaluation: Evaluation,
  shown: Window,
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

/** A terminal that says it is dumb shows the codes that move the cursor. */
function drawsOn(stream: { isTTY?: boolean }, { env }: Io): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** What is remembered of the forecasts for the plot: those of one lead, of the last steps. */
class Window implements Shown {
  readonly lead: number;
  readonly forecasted: Shown['forecasted'];
  readonly #from: number;

  constructor({ values, stampsMs }: Playable, leads: number, seasonSteps: number) {
    this.lead = Math.ceil(leads / 2);
    const steps = Math.max(LEAST_SHOWN, 2 * seasonSteps);
    this.#from = Math.max(0, values.length - steps);
    const none = () => new Float64Array(values.length - this.#from).fill(Number.NaN);
    this.forecasted = {
      stampsMs: stampsMs.subarray(this.#from),
      actual: values.subarray(this.#from),
      p50: none(),
      p95: none(),
    };
  }

  add(step: number, figures: Float64Array, at: number): void {
    const index = step + this.lead - this.#from;
    const { p50, p95 } = this.forecasted;
    if (index < 0 || index >= p50.length) return;
    const from = at + (this.lead - 1) * FIGURES;
    p50[index] = figures[from + 1] ?? Number.NaN;
    p95[index] = figures[from + 3] ?? Number.NaN;
  }
}
