import { Command, Option } from 'commander';
import { type Address, address, logLevels, namespace, whole } from '../config.ts';
import type { Io } from './io.ts';

export interface WebhookFlags {
  readonly config?: string;
  readonly certificates: string;
  readonly service: string;
  readonly namespace: string;
  readonly address: Address;
  readonly metricsAddress: Address;
  readonly certificateSeconds: number;
  readonly drainSeconds: number;
  readonly logLevel: string;
  readonly printManifests: boolean;
  readonly alsoTrust?: string;
}

/** Reads the command line; throws a CommanderError, already printed, for what must be changed. */
export function parseWebhookOptions(args: readonly string[], io: Io): WebhookFlags {
  const command = new Command('foresail webhook')
    .description(
      'Runs the admission webhook that adds the sidecar to new pods. It needs no right in the cluster.',
    )
    .addOption(
      new Option('--config <file>', 'profiles: images, endpoints, resources').env(
        'FORESAIL_INJECTION_CONFIG',
      ),
    )
    .addOption(
      new Option('--certificates <folder>', 'with ca.crt and ca.key, or with tls.crt and tls.key')
        .env('FORESAIL_WEBHOOK_CERTIFICATES')
        .default('/etc/foresail/webhook'),
    )
    .option('--service <name>', 'the Service by which the API server comes', 'foresail-webhook')
    .addOption(
      new Option('--namespace <name>', 'of that Service')
        .env('POD_NAMESPACE')
        .default('foresail')
        .argParser(namespace),
    )
    .addOption(
      new Option('--address <host:port>', 'where HTTPS is served')
        .default({ host: '0.0.0.0', port: 8443 }, '0.0.0.0:8443')
        .argParser(address),
    )
    .addOption(
      new Option('--metrics-address <host:port>', 'where /metrics, /healthz and /readyz are served')
        .default({ host: '0.0.0.0', port: 9090 }, '0.0.0.0:9090')
        .argParser(address),
    )
    .addOption(
      new Option(
        '--certificate-seconds <seconds>',
        'life of a serving certificate; it is replaced at half of it',
      )
        .default(86_400)
        .argParser(whole(10, 2_592_000)),
    )
    .addOption(
      new Option(
        '--drain-seconds <seconds>',
        'how long it serves on after SIGTERM, until no request is sent here',
      )
        .default(5)
        .argParser(whole(0, 60)),
    )
    .addOption(
      new Option('--log-level <level>', 'least severe line written')
        .env('FORESAIL_LOG_LEVEL')
        .default('info')
        .choices(logLevels),
    )
    .option(
      '--print-manifests',
      'print a new authority, the profiles and the webhook configuration, and end',
      false,
    )
    .option(
      '--also-trust <file>',
      'with --print-manifests: the ca.crt before, trusted until all replicas have the new one',
    )
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  command.parse([...args], { from: 'user' });
  return command.opts<WebhookFlags>();
}
