import { parseArgs } from 'node:util';
import type { Dialect } from './dialect.ts';
import type { Endpoint } from './export.ts';
import type { Selection } from './family.ts';
import { type Level, levels } from './log.ts';

export interface Config {
  /** Those to look for: all of them, or the one that `--proxy` names. */
  readonly dialects: readonly Dialect[];
  readonly scrapeUrl?: URL;
  readonly endpoints: readonly Endpoint[];
  readonly intervalMs: number;
  readonly tokenFile: string;
  readonly stateFile: string;
  readonly selection: Selection;
  readonly logLevel: Level;
  /** OpenTelemetry resource attributes. */
  readonly resource: Readonly<Record<string, string>>;
}

export type Command =
  | { readonly kind: 'run'; readonly config: Config }
  | { readonly kind: 'health'; readonly config: Pick<Config, 'stateFile' | 'intervalMs'> }
  | { readonly kind: 'help' };

/** The command line or the environment is wrong; the message names what, and says what it must be. */
export class UsageError extends Error {
  override name = 'UsageError';
}

type Environment = Readonly<Record<string, string | undefined>>;

const OPTIONS = {
  proxy: { type: 'string' },
  scrape: { type: 'string' },
  endpoint: { type: 'string', multiple: true },
  'interval-seconds': { type: 'string' },
  'token-file': { type: 'string' },
  'state-file': { type: 'string' },
  select: { type: 'string', multiple: true },
  'log-level': { type: 'string' },
  health: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Downward-API variable -> resource attribute. */
const RESOURCE_FROM = {
  POD_NAME: 'k8s.pod.name',
  POD_UID: 'k8s.pod.uid',
  POD_NAMESPACE: 'k8s.namespace.name',
  NODE_NAME: 'k8s.node.name',
  DEPLOYMENT_NAME: 'k8s.deployment.name',
  OTEL_SERVICE_NAME: 'service.name',
} as const;

export function usage(dialects: readonly Dialect[]): string {
  return `Usage: foresail sidecar [options]

Reads the mesh proxy of this pod and exports a few signals by OTLP/HTTP.

  --endpoint URL           where to export to; repeat for more. http(s)://host:4318 goes to one address,
                           dns+http://name:4318 to every address the name has (a headless Service). [FORESAIL_ENDPOINTS]
  --proxy NAME             auto, ${dialects.map(({ name }) => name).join(', ')}; default auto [FORESAIL_PROXY]
  --scrape URL             the proxy's metrics, where they are not at their usual place [FORESAIL_SCRAPE]
  --select LABEL=VALUE     counts only series whose LABEL, where they have it, is VALUE; repeatable [FORESAIL_SELECT]
  --interval-seconds N     1 to 60, default 5 [FORESAIL_INTERVAL_SECONDS]
  --token-file PATH        default ${DEFAULT_TOKEN_FILE} [FORESAIL_TOKEN_FILE]
  --state-file PATH        written at each scrape, read by --health; default ${DEFAULT_STATE_FILE} [FORESAIL_STATE_FILE]
  --log-level LEVEL        least severe line written: ${levels.join(', ')}; default info
  --health                 exits 0 when the sidecar in this container is working, else 1
  --help

Flags win over the variables in brackets; lists in variables are separated by commas. POD_NAME, POD_UID, POD_NAMESPACE,
NODE_NAME, DEPLOYMENT_NAME and OTEL_SERVICE_NAME, where set, describe the pod in what is exported.
`;
}

const DEFAULT_TOKEN_FILE = '/var/run/secrets/foresail.dev/token';
const DEFAULT_STATE_FILE = '/var/run/foresail/sidecar.state';

/** Throws a UsageError on the first thing that is wrong. */
export function readCommand(
  argv: readonly string[],
  env: Environment,
  dialects: readonly Dialect[],
): Command {
  const flags = parse(argv);
  if (flags.help) return { kind: 'help' };
  const intervalMs = interval(flags['interval-seconds'] ?? env.FORESAIL_INTERVAL_SECONDS ?? '5');
  const stateFile = flags['state-file'] ?? env.FORESAIL_STATE_FILE ?? DEFAULT_STATE_FILE;
  if (flags.health) return { kind: 'health', config: { stateFile, intervalMs } };
  const scrape = flags.scrape ?? env.FORESAIL_SCRAPE;
  const config: Config = {
    dialects: chosen(flags.proxy ?? env.FORESAIL_PROXY ?? 'auto', dialects),
    ...(scrape === undefined ? {} : { scrapeUrl: httpUrl('--scrape', scrape, ['http:']) }),
    endpoints: endpoints(flags.endpoint ?? list(env.FORESAIL_ENDPOINTS)),
    intervalMs,
    tokenFile: flags['token-file'] ?? env.FORESAIL_TOKEN_FILE ?? DEFAULT_TOKEN_FILE,
    stateFile,
    selection: new Map((flags.select ?? list(env.FORESAIL_SELECT)).map(selector)),
    logLevel: level(flags['log-level'] ?? 'info'),
    resource: resource(env),
  };
  return { kind: 'run', config };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function chosen(name: string, dialects: readonly Dialect[]): readonly Dialect[] {
  if (name === 'auto') return dialects;
  const found = dialects.filter((dialect) => dialect.name === name);
  if (found.length > 0) return found;
  const names = ['auto', ...dialects.map((dialect) => dialect.name)].join(', ');
  throw new UsageError(`--proxy must be one of ${names}, not '${name}'`);
}

function interval(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= 1 && seconds <= 60) return seconds * 1000;
  throw new UsageError(`--interval-seconds must be a number from 1 to 60, not '${text}'`);
}

function level(text: string): Level {
  const found = levels.find((one) => one === text);
  if (found) return found;
  throw new UsageError(`--log-level must be one of ${levels.join(', ')}, not '${text}'`);
}

function endpoints(urls: readonly string[]): readonly Endpoint[] {
  if (urls.length === 0) {
    throw new UsageError(
      '--endpoint must be given: the URL of an OTLP/HTTP receiver, as http://foresail:4318',
    );
  }
  return urls.map((text) => {
    const fanout = text.startsWith('dns+');
    // With TLS an address has no name that its certificate could carry.
    const url = httpUrl(
      '--endpoint',
      fanout ? text.slice(4) : text,
      fanout ? ['http:'] : ['http:', 'https:'],
    );
    if (url.pathname === '/') url.pathname = '/v1/metrics';
    return { url, fanout };
  });
}

function httpUrl(flag: string, text: string, protocols: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && protocols.includes(url.protocol) && url.username === '' && url.hostname !== '') return url;
  const schemes = protocols.map((protocol) => `${protocol}//`).join(' or ');
  throw new UsageError(
    `${flag} must be a URL that begins with ${schemes} and holds no password, not '${text}'`,
  );
}

function selector(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new UsageError(`--select must be LABEL=VALUE, not '${text}'`);
}

function list(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function resource(env: Environment): Readonly<Record<string, string>> {
  const known = Object.entries(RESOURCE_FROM).flatMap(([variable, attribute]) => {
    const value = env[variable];
    return value ? [[attribute, value] as const] : [];
  });
  const instance = env.POD_UID ?? env.POD_NAME;
  return { ...Object.fromEntries(known), ...(instance ? { 'service.instance.id': instance } : {}) };
}
