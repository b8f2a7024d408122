import { Command, InvalidArgumentError, Option } from 'commander';
import type { Io } from './io.ts';
import { number, whole } from './number-options.ts';

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
    .option('--speed <times>', 'times real time; default: as fast as it goes', number(0.01, 1e9))
    .option('--startup-seconds <s>', 'from asking for a pod to Ready', number(1, 3_600), 90)
    .option('--mean-pods <n>', 'mean load of what is played, in fully used pods', number(1, 500), 20)
    .option('--days <n>', 'days to play', whole(1, 366), 1)
    .option(
      '--from <date>',
      'first day played, YYYY-MM-DD in UTC; default: so that the last whole day is the last',
      midnight,
    )
    .option('--seed <n>', 'of the generated traffic and of the noise', whole(0, 2 ** 32 - 1), 1)
    .option('--target <percent>', 'target utilisation of the HPA', whole(1, 100), 70)
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

function midnight(text: string): number {
  const unixMs = Date.parse(`${text}T00:00:00Z`);
  const same = Number.isFinite(unixMs) && new Date(unixMs).toISOString().startsWith(text);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || !same) {
    throw new InvalidArgumentError('It must be a day such as 1995-07-14.');
  }
  return unixMs;
}
