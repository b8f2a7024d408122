import { hostname } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Io } from './cli/io.ts';
import { DNS_LABEL } from './workload.ts';

/** What the controller's flags say. Every flag has an environment variable and a default; `--help` shows all three. */
export interface ControllerConfig {
  readonly kubeconfig: string | undefined;
  readonly namespace: string;
  readonly identity: string;
  readonly otlpAddress: Address;
  readonly metricsAddress: Address;
  readonly explainAddress: Address;
  readonly externalScalerListen?: Address;
  readonly externalScalerCertificates?: string;
  readonly historyFile: string;
  readonly historyDays: number;
  readonly stepSeconds: number;
  readonly logLevel: string;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Reads flags and environment. Throws a CommanderError (after printing what must be) for a bad one, or for --help. */
export function readConfig(args: readonly string[], io: Io): ControllerConfig {
  const command = createCommand(io);
  command.parse([...args], { from: 'user' });
  return command.opts<ControllerConfig>();
}

function createCommand(io: Io): Command {
  return new Command('foresail controller')
    .description('Runs the controller: receives telemetry, forecasts, decides, scales.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .allowExcessArguments(false)
    .addOption(
      flag('--kubeconfig <file>', 'how to reach the API server; in a pod, its own ServiceAccount').env(
        'KUBECONFIG',
      ),
    )
    .addOption(
      flag('--namespace <name>', 'where the Lease is held')
        .env('POD_NAMESPACE')
        .default('foresail')
        .argParser(namespace),
    )
    .addOption(
      flag('--identity <name>', 'who holds the Lease; must differ between controllers')
        .env('POD_NAME')
        .default(hostname()),
    )
    .addOption(
      flag('--otlp-address <host:port>', 'where telemetry is received')
        .env('FORESAIL_OTLP_ADDRESS')
        .default({ host: '0.0.0.0', port: 4318 }, '0.0.0.0:4318')
        .argParser(address),
    )
    .addOption(
      flag('--metrics-address <host:port>', 'where /metrics, /healthz and /readyz are served')
        .env('FORESAIL_METRICS_ADDRESS')
        .default({ host: '0.0.0.0', port: 9090 }, '0.0.0.0:9090')
        .argParser(address),
    )
    .addOption(
      flag(
        '--explain-address <host:port>',
        'where `foresail explain` asks, without any check of who does: loopback',
      )
        .env('FORESAIL_EXPLAIN_ADDRESS')
        .default({ host: '127.0.0.1', port: 9091 }, '127.0.0.1:9091')
        .argParser(address),
    )
    .addOption(
      flag(
        '--external-scaler-listen <host:port>',
        'where KEDA may ask for numbers by gRPC; not at all when absent',
      )
        .env('FORESAIL_EXTERNAL_SCALER_LISTEN')
        .argParser(address),
    )
    .addOption(
      flag(
        '--external-scaler-certificates <folder>',
        'with tls.crt and tls.key, and ca.crt for clients that must show a certificate; plain text when absent',
      ).env('FORESAIL_EXTERNAL_SCALER_CERTIFICATES'),
    )
    .addOption(
      flag('--history-file <path>', 'SQLite file that outlives a restart')
        .env('FORESAIL_HISTORY_FILE')
        .default('foresail.sqlite'),
    )
    .addOption(
      flag('--history-days <days>', 'history given to a model that starts')
        .env('FORESAIL_HISTORY_DAYS')
        .default(8)
        .argParser(whole(1, 28)),
    )
    .addOption(
      flag('--step-seconds <seconds>', 'length of one step')
        .env('FORESAIL_STEP_SECONDS')
        .default(15)
        .argParser(whole(1, 300)),
    )
    .addOption(
      flag('--log-level <level>', 'least severe line written')
        .env('FORESAIL_LOG_LEVEL')
        .default('info')
        .choices(logLevels),
    );
}

function flag(flags: string, description: string): Option {
  return new Option(flags, description);
}

/** `4318`, `127.0.0.1:4318` and `[::1]:4318`. */
export function address(text: string): Address {
  const match = /^(?:(?<host>\[[0-9a-fA-F:.]+\]|[^:]+):)?(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.port ?? Number.NaN);
  if (!match || port > 65_535)
    throw new InvalidArgumentError(`It must be HOST:PORT or PORT with a port up to 65535.`);
  return { host: (match.groups?.host ?? '0.0.0.0').replace(/^\[|\]$/g, ''), port };
}

export function namespace(text: string): string {
  if (DNS_LABEL.test(text)) return text;
  throw new InvalidArgumentError('It must be the name of a namespace: small letters, digits and "-".');
}

export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}
