import { Command, InvalidArgumentError, Option } from 'commander';
import { POLICIES, type Policy, STANDING } from '../../bench/replay/simulation.ts';
import type { Io } from './io.ts';
import { number, whole } from './number-options.ts';
import {
  type FileSource,
  type ServerSource,
  type SourceFlags,
  sourceOf,
  withSource,
} from './source-options.ts';

export interface SimulateOptions {
  readonly source: FileSource | ServerSource;
  /** Length of the trace's steps; when absent that of the file, 60 for a server. */
  readonly stepSeconds?: number;
  readonly startupSeconds: number;
  readonly warmupSeconds: number;
  readonly meanPods: number;
  /** Percent of requests that may run hot. */
  readonly objective: number;
  readonly policies: readonly Policy[];
  readonly noise: boolean;
  readonly seed: number;
  readonly judge: 'half' | 'all';
  readonly capacity: 'learned' | 'known';
  readonly podHourCost: number;
  readonly out?: string;
  readonly output: 'text' | 'json';
}

interface Flags extends SourceFlags, Omit<SimulateOptions, 'policies' | 'source'> {
  readonly policy: readonly Policy[];
}

/** Reads the command line; what is wrong with it is said by commander, which names the option and what must be. */
export function parseSimulateOptions(args: readonly string[], io: Io): SimulateOptions {
  const command = withSource(new Command('foresail simulate'))
    .description(
      'Replays a trace at 15 s ticks through Foresail and its rivals, on equal terms, and says what each would have cost and spoilt.',
    )
    .option(
      '--step-seconds <s>',
      "play means of so many seconds; default: the file's own step, 60 for a server",
      whole(1, 86_400),
    )
    .option('--startup-seconds <s>', 'from asking for a pod to Ready', number(1, 3_600), 90)
    .option(
      '--warmup-seconds <s>',
      'a new pod begins at half speed and is warm after this',
      number(0, 3_600),
      0,
    )
    .option('--mean-pods <n>', 'mean load of the trace, in fully used pods', number(1, 500), 20)
    .option(
      '--objective <percent>',
      'share of requests that may meet too little capacity',
      number(0.01, 20),
      1,
    )
    .addOption(
      new Option('--policy <names>', `all, or some of ${POLICIES.join(', ')}, separated by commas`)
        .default(STANDING, 'all but q-learning')
        .argParser(policies),
    )
    .option('--no-noise', 'no Poisson noise on interpolated traces (35 visits per pod and tick)')
    .option('--seed <n>', 'of the noise', whole(0, 2 ** 32 - 1), 1)
    .addOption(
      new Option('--judge <part>', 'the second half after learning from the first, or all from a cold start')
        .choices(['half', 'all'])
        .default('half'),
    )
    .addOption(
      new Option('--capacity <how>', 'whether Foresail learns what a replica carries or is told')
        .choices(['learned', 'known'])
        .default('learned'),
    )
    .option('--pod-hour-cost <amount>', 'what one pod costs per hour, in any currency', number(0, 1e6), 1)
    .option('--out <file>', 'CSV of every judged tick and policy')
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
  const { input, prometheus, query, range, bearerTokenFile, policy, ...rest } = command.opts<Flags>();
  const flags = { input, prometheus, query, range, bearerTokenFile };
  return { ...rest, source: sourceOf(flags), policies: policy };
}

function policies(text: string): readonly Policy[] {
  if (text === 'all') return STANDING;
  const asked = new Set(text.split(',').map((name) => name.trim()));
  for (const name of asked) {
    if (!POLICIES.some((known) => known === name)) {
      throw new InvalidArgumentError(
        `It must be all or some of ${POLICIES.join(', ')}; ${JSON.stringify(name)} is none.`,
      );
    }
  }
  return POLICIES.filter((known) => asked.has(known));
}
