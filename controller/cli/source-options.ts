import { type Command, InvalidArgumentError, Option } from 'commander';
import { BadInput } from './bad-input.ts';

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

export interface SourceFlags {
  readonly input?: string | undefined;
  readonly prometheus?: string | undefined;
  readonly query?: string | undefined;
  readonly range?: number | undefined;
  readonly bearerTokenFile?: string | undefined;
}

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const;
const DEFAULT_RANGE_SECONDS = 14 * UNITS.d;

/** Adds the options that say where a trace is read from: a file, or a server. */
export function withSource(command: Command): Command {
  return command
    .addOption(
      new Option('--input <file>', 'CSV `timestamp,value`, .gz too').conflicts(['prometheus', 'query']),
    )
    .option('--prometheus <url>', 'Prometheus-compatible server, without /api/v1', serverUrl)
    .option('--query <promql>', 'PromQL that gives one series of requests per second')
    .option('--range <duration>', 'how far back to ask the server, as in 14d (the default), 12h', duration)
    .option('--bearer-token-file <file>', 'holds the token for the server');
}

/** The source that the flags name; throws BadInput when they name none, or two halves of one. */
export function sourceOf({
  input,
  prometheus,
  query,
  range,
  bearerTokenFile,
}: SourceFlags): FileSource | ServerSource {
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
