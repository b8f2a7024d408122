import { Command, InvalidArgumentError, Option } from 'commander';
import { predictiveScalerSpec } from '../api/predictive-scaler.ts';
import { DNS_LABEL, DNS_SUBDOMAIN } from '../workload.ts';
import { BadInput } from './bad-input.ts';
import type { Io } from './io.ts';

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

export interface FileSource {
  readonly kind: 'file';
  readonly file: string;
}

export interface ServerSource {
  readonly kind: 'server';
  readonly url: string;
  readonly query: string;
  readonly rangeSeconds: number;
  readonly bearerTokenFile: string | undefined;
}

interface Flags {
  readonly workload: string;
  readonly input?: string;
  readonly prometheus?: string;
  readonly query?: string;
  readonly range?: number;
  readonly bearerTokenFile?: string;
  readonly historyFile: string;
  readonly stepSeconds: number;
  readonly unit: 'rps' | 'count';
  readonly shiftToNow?: true;
  readonly shiftByWeeks?: true;
  readonly output: 'text' | 'json';
}

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const;
const DEFAULT_RANGE_SECONDS = 14 * UNITS.d;

/** Reads the command line; throws a CommanderError (already printed) or BadInput for what must be changed. */
export function parseImportOptions(args: readonly string[], io: Io): ImportOptions {
  const command = createCommand(io);
  command.parse([...args], { from: 'user' });
  const flags = command.opts<Flags>();
  const { workload, historyFile, stepSeconds, unit, output } = flags;
  const shift = flags.shiftToNow ? 'now' : flags.shiftByWeeks ? 'weeks' : 'none';
  return { workload, source: sourceOf(flags), historyFile, stepSeconds, unit, shift, output };
}

function createCommand(io: Io): Command {
  return new Command('foresail import')
    .description('Loads a history of requests per second, so that the first forecast is warm.')
    .requiredOption(
      '--workload <namespace/Kind/name>',
      'whose history it is, as in shop/Deployment/web',
      workload,
    )
    .addOption(
      new Option('--input <file>', 'CSV `timestamp,value`, .gz too').conflicts(['prometheus', 'query']),
    )
    .option('--prometheus <url>', 'Prometheus-compatible server, without /api/v1', serverUrl)
    .option('--query <promql>', 'PromQL that gives one series of requests per second')
    .option('--range <duration>', 'how far back to ask the server, as in 14d (the default), 12h', duration)
    .option('--bearer-token-file <file>', 'holds the token for the server')
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

function sourceOf({ input, prometheus, query, range, bearerTokenFile }: Flags): FileSource | ServerSource {
  if (input !== undefined) {
    if (range !== undefined || bearerTokenFile !== undefined) {
      throw new BadInput(
        '--range and --bearer-token-file go with --prometheus; they must be left out with --input',
      );
    }
    return { kind: 'file', file: input };
  }
  if (prometheus === undefined)
    throw new BadInput('there must be --input FILE, or --prometheus URL with --query PROMQL');
  if (query === undefined || query.trim() === '')
    throw new BadInput('with --prometheus there must be --query PROMQL');
  return {
    kind: 'server',
    url: prometheus,
    query,
    rangeSeconds: range ?? DEFAULT_RANGE_SECONDS,
    bearerTokenFile,
  };
}

/** Held to what a PredictiveScaler may target: under another spelling no controller would ever look for it. */
function workload(text: string): string {
  const [namespace = '', kind = '', name = '', ...rest] = text.split('/');
  const known = predictiveScalerSpec.shape.scaleTargetRef.shape.kind.options;
  if (!(DNS_LABEL.test(namespace) && DNS_SUBDOMAIN.test(name) && rest.length === 0)) {
    throw new InvalidArgumentError('It must be NAMESPACE/KIND/NAME, as in shop/Deployment/web.');
  }
  if (!known.some((one) => one === kind)) {
    throw new InvalidArgumentError(
      `KIND must be ${known.join(' or ')}, spelt so, as in shop/Deployment/web.`,
    );
  }
  return text;
}

function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('It must be a URL that begins with http:// or https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError('It must not hold a user or password; use --bearer-token-file.');
  }
  if (url.search !== '' || url.hash !== '') throw new InvalidArgumentError('It must end before any ? or #.');
  return text;
}

function duration(text: string): number {
  const [, count, unit] = /^(\d+)([smhdw])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNITS[unit as keyof typeof UNITS] ?? Number.NaN);
  if (seconds >= 60 && seconds <= 366 * UNITS.d) return seconds;
  throw new InvalidArgumentError(
    'It must be a number with a unit of s, m, h, d or w, from 1m to 366d, as in 14d.',
  );
}

function stepLength(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 1 && seconds <= 300) return seconds;
  throw new InvalidArgumentError('It must be a whole number from 1 to 300.');
}
