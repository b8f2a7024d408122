import { Command, InvalidArgumentError, Option } from 'commander';
import { LEADS, MODELS } from '../../assembly/pkg/forecaster.js';
import type { ModelName } from '../backtest/play.ts';
import type { Io } from './io.ts';
import { whole } from './number-options.ts';
import {
  type FileSource,
  type ServerSource,
  type SourceFlags,
  sourceOf,
  withSource,
} from './source-options.ts';

export interface BacktestOptions {
  readonly source: FileSource | ServerSource;
  /** undefined: that of the file, 60 for a server. */
  readonly stepSeconds: number | undefined;
  readonly season: number | 'auto';
  readonly leads: number;
  /** undefined: by the step. */
  readonly every: number | undefined;
  readonly fromShare: number;
  readonly models: readonly ModelName[];
  readonly gaps: Gaps;
  readonly out: string | undefined;
  readonly output: 'text' | 'json';
}

/** What steps without a row are: missing values, or hours in which it was closed; auto: closed where they are regular. */
export type Gaps = 'auto' | 'missing' | 'closed';

interface Flags extends SourceFlags, Omit<BacktestOptions, 'source' | 'stepSeconds' | 'every' | 'out'> {
  readonly stepSeconds?: number;
  readonly every?: number;
  readonly out?: string;
}

const DESCRIPTION = `Plays a trace through the forecaster's models, step by step, and says how good each one was.
Only the past is used: after a step the next steps are forecast, then the trace goes on and the errors are counted.
Two baselines are always beside them: naive (the last value) and seasonal-naive (the value a season ago).`;

/** Reads the command line; throws a CommanderError (already printed) or BadInput for what must be changed. */
export function parseBacktestOptions(args: readonly string[], io: Io): BacktestOptions {
  const command = createCommand(io);
  command.parse([...args], { from: 'user' });
  const { season, leads, fromShare, models, gaps, output, stepSeconds, every, out, ...source } =
    command.opts<Flags>();
  return {
    source: sourceOf(source),
    season,
    leads,
    fromShare,
    models,
    gaps,
    output,
    stepSeconds,
    every,
    out,
  };
}

function createCommand(io: Io): Command {
  return withSource(new Command('foresail backtest').description(DESCRIPTION))
    .option(
      '--step-seconds <seconds>',
      "play means of so many seconds; default: the file's own step, 60 for a server",
      whole(1, 86_400),
    )
    .addOption(
      new Option('--season <steps>', 'steps after which the load repeats; auto: found in the past alone')
        .default('auto')
        .argParser(seasonLength),
    )
    .option('--leads <n>', 'steps ahead to forecast', whole(1, LEADS), LEADS)
    .option(
      '--every <n>',
      'forecast after every so many steps; default: 1, or 3 when a step is at most 60 s',
      whole(1, 100_000),
    )
    .option('--from-share <share>', 'learn from this share of the trace before judging', share, 0.3)
    .addOption(
      new Option('--models <names>', `all, or some of ${MODELS.join(', ')}, separated by commas`)
        .default(MODELS, 'all')
        .argParser(modelNames),
    )
    .addOption(
      new Option(
        '--gaps <what>',
        'steps without a row: missing values; closed hours, so that rows follow one another; auto: closed where regular',
      )
        .choices(['auto', 'missing', 'closed'])
        .default('auto'),
    )
    .option('--out <file>', 'write a CSV row for each forecast of the ensemble, or else of the first model')
    .addOption(
      new Option('-o, --output <format>', 'what is printed').choices(['text', 'json']).default('text'),
    )
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
}

function seasonLength(text: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  const steps = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (steps >= 2 && steps <= 100_000) return steps;
  throw new InvalidArgumentError('It must be auto, or a whole number of steps from 2 to 100000.');
}

function share(text: string): number {
  const value = /^(0|0?\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 0.9) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 0.9, as in 0.3.');
}

function modelNames(text: string): readonly ModelName[] {
  if (text === 'all') return MODELS;
  const names = text.split(',').map((name) => name.trim());
  const models = names.flatMap((name) => MODELS.find((model) => model === name) ?? []);
  if (models.length === names.length) return [...new Set(models)];
  const unknown = names.filter((name) => !MODELS.some((model) => model === name));
  throw new InvalidArgumentError(
    `There is no ${unknown.map((name) => JSON.stringify(name)).join(', ')}; it must be all, or some of ${MODELS.join(', ')}, separated by commas.`,
  );
}
