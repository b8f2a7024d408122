import { Command, InvalidArgumentError, Option } from 'commander';
import { predictiveScalerSpec } from '../api/predictive-scaler.ts';
import { DNS_LABEL, DNS_SUBDOMAIN } from '../workload.ts';
import { BadInput } from './bad-input.ts';
import type { Io } from './io.ts';
import {
  type FileSource,
  type ServerSource,
  type SourceFlags,
  sourceOf,
  withSource,
} from './source-options.ts';

export interface ImportOptions {
  /** `namespace/Kind/name`. */
  readonly workload: string;
  readonly source: FileSource | ServerSource;
  readonly historyFile: string;
  readonly stepSeconds: number;
  /** What one value is: requests per second, or requests counted in its step. */
  readonly unit: 'rps' | 'count';
  /** How the trace is moved in time: not at all, so that it ends now, or by whole weeks to the last one that is over. */
  readonly shift: 'none' | 'now' | 'weeks';
  readonly output: 'text' | 'json';
}

interface Flags extends SourceFlags {
  readonly workload?: string;
  readonly historyFile: string;
  readonly stepSeconds: number;
  readonly unit: 'rps' | 'count';
  readonly shiftToNow?: true;
  readonly shiftByWeeks?: true;
  readonly output: 'text' | 'json';
}

/** Reads the command line; throws a CommanderError (already printed) or BadInput for what must be changed. */
export function parseImportOptions(args: readonly string[], io: Io): ImportOptions {
  const command = createCommand(io);
  command.parse([...args], { from: 'user' });
  const flags = command.opts<Flags>();
  const { workload, historyFile, stepSeconds, unit, output } = flags;
  // commander would ask for it before it says that another option is misspelt
  if (workload === undefined) throw new BadInput('there must be --workload NAMESPACE/KIND/NAME');
  const shift = flags.shiftToNow ? 'now' : flags.shiftByWeeks ? 'weeks' : 'none';
  return { workload, source: sourceOf(flags), historyFile, stepSeconds, unit, shift, output };
}

function createCommand(io: Io): Command {
  const command = new Command('foresail import')
    .description('Loads a history of requests per second, so that the first forecast is warm.')
    .option('--workload <namespace/Kind/name>', 'whose history it is, as in shop/Deployment/web', workload);
  return withSource(command)
    .addOption(
      new Option('--history-file <path>', 'SQLite file of the controller')
        .env('FORESAIL_HISTORY_FILE')
        .default('foresail.sqlite'),
    )
    .addOption(
      new Option('--step-seconds <seconds>', "the controller's step")
        .env('FORESAIL_STEP_SECONDS')
        .default(15)
        .argParser(stepLength),
    )
    .addOption(
      new Option('--unit <unit>', 'what a value is: requests per second, or requests counted in its step')
        .choices(['rps', 'count'])
        .default('rps'),
    )
    .addOption(new Option('--shift-to-now', 'move the trace so that it ends now').conflicts('shiftByWeeks'))
    .option('--shift-by-weeks', 'move it by whole weeks to the last one: weekday and hour stay')
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

/** Held to what a PredictiveScaler may target: under another spelling no controller would ever look for it. */
function workload(text: string): string {
  const [namespace = '', kind = '', name = '', ...rest] = text.split('/');
  if (!(DNS_LABEL.test(namespace) && DNS_SUBDOMAIN.test(name) && rest.length === 0)) {
    throw new InvalidArgumentError('It must be NAMESPACE/KIND/NAME, as in shop/Deployment/web.');
  }
  if (!isKind(kind)) {
    throw new InvalidArgumentError(
      'KIND must be Deployment, StatefulSet or another kind with a scale, spelt so, as in shop/Deployment/web.',
    );
  }
  return text;
}

/** deployment, Deployments and statefulset are kinds by their letters, and nobody's. */
function isKind(kind: string): boolean {
  const known = ['Deployment', 'StatefulSet'];
  const meant = known.find((one) => kind.toLowerCase().replace(/s$/, '') === one.toLowerCase());
  return (
    predictiveScalerSpec.shape.scaleTargetRef.shape.kind.safeParse(kind).success && (meant ?? kind) === kind
  );
}

function stepLength(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 1 && seconds <= 300) return seconds;
  throw new InvalidArgumentError('It must be a whole number from 1 to 300.');
}
