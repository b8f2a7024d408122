import { Command, InvalidArgumentError, Option } from 'commander';
import type { Io } from './io.ts';

export interface DemoOptions {
  /** CSV of the traffic to play; undefined: generated shop traffic. */
  readonly input?: string;
  /** Times real time; undefined: as fast as it goes. */
  readonly speed?: number;
  readonly startupSeconds: number;
  readonly meanPods: number;
  readonly days: number;
  /** Unix ms of the first midnight played. */
  readonly fromMs?: number;
  readonly seed: number;
  /** The HPA's averageUtilization. */
  readonly target: number;
  readonly output: 'text' | 'json';
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
}

/** Reads the command line; what is wrong with it is said by commander, which names the option and what must be. */
export function parseDemoOptions(args: readonly string[], io: Io): DemoOptions {
  const command = new Command('foresail demo')
    .description(
      'Plays a day of traffic on a virtual clock through the whole pipeline, beside a default HPA.',
    )
    .option(
      '--input <file>',
      'CSV `timestamp,value` (Unix seconds), .gz too; default: generated shop traffic',
    )
    .option(
      '--speed <times>',
      'times real time; default: as fast as it goes',
      number({ least: 0.01, most: 1e9 }),
    )
    .option('--startup-seconds <s>', 'from asking for a pod to Ready', number({ least: 1, most: 3_600 }), 90)
    .option(
      '--mean-pods <n>',
      'mean load of what is played, in fully used pods',
      number({ least: 1, most: 500 }),
      20,
    )
    .option('--days <n>', 'days to play', number({ least: 1, most: 366, whole: true }), 1)
    .option(
      '--from <date>',
      'first day played, YYYY-MM-DD in UTC; default: so that the last whole day is the last',
      midnight,
    )
    .option(
      '--seed <n>',
      'of the generated traffic and of the noise',
      number({ least: 0, most: 2 ** 32 - 1, whole: true }),
      1,
    )
    .option(
      '--target <percent>',
      'target utilisation of the HPA',
      number({ least: 1, most: 100, whole: true }),
      70,
    )
    .addOption(
      new Option('-o, --output <format>', 'what is printed').choices(['text', 'json']).default('text'),
    )
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  command.parse(args, { from: 'user' });
  const { from, ...rest } = command.opts<Omit<DemoOptions, 'fromMs'> & { from?: number }>();
  return from === undefined ? rest : { ...rest, fromMs: from };
}

function number({ least, most, whole = false }: Bounds) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`It must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
  };
}

function midnight(text: string): number {
  const unixMs = Date.parse(`${text}T00:00:00Z`);
  const same = Number.isFinite(unixMs) && new Date(unixMs).toISOString().startsWith(text);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || !same) {
    throw new InvalidArgumentError('It must be a day such as 1995-07-14.');
  }
  return unixMs;
}
