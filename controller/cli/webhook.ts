import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { stringify } from 'yaml';
import { systemClock } from '../clock.ts';
import { head } from '../inject/manifest-head.ts';
import { reportManifests } from '../inject/policy.ts';
import type { Terms } from '../inject/skip-rules.ts';
import { webhookManifests } from '../inject/webhook-manifests.ts';
import { yamlDocuments } from '../inject/yaml-documents.ts';
import { createLogger } from '../observe/log.ts';
import { createObserveServer } from '../observe/server.ts';
import { createAuthority } from '../webhook/certificate.ts';
import { createWebhookMetrics } from '../webhook/metrics.ts';
import { type RunningWebhook, startWebhook } from '../webhook/webhook.ts';
import { BadInput } from './bad-input.ts';
import { readTerms } from './injection-config-file.ts';
import { Interruption } from './interruption.ts';
import { exit, type Io } from './io.ts';
import { parseWebhookOptions, type WebhookFlags } from './webhook-options.ts';

/** The authority is made anew by hand, as its key is in no process's hands that could do it. */
const AUTHORITY_LIFE_MS = 10 * 365 * 86_400_000;
const HTTPS_PORT = 443;

/** `foresail webhook`: runs until SIGTERM or Ctrl-C; or prints what the cluster must know of it. */
export async function runWebhook(args: readonly string[], io: Io): Promise<number> {
  const flags = parseWebhookOptions(args, io);
  const terms = readTerms(flags.config);
  if (flags.printManifests) {
    io.stdout.write(yamlDocuments(manifests(flags, terms)));
    return exit.done;
  }
  await serve(flags, terms, io);
  return exit.done;
}

async function serve(flags: WebhookFlags, terms: Terms, io: Io): Promise<void> {
  const interruption = new Interruption(io.stdout);
  const metrics = createWebhookMetrics();
  const log = createLogger(flags.logLevel, io.stdout);
  const draining = () => (interruption.signal.aborted ? 'it is being stopped' : undefined);
  const observe = createObserveServer(metrics.registry, { unready: draining });
  try {
    const serving = {
      ...{ folder: flags.certificates, dnsName: dnsNameOf(flags), clock: systemClock },
      lifeSeconds: flags.certificateSeconds,
    };
    const { address } = flags;
    const webhook = await started(startWebhook({ serving, address, terms, metrics, log }), '--address');
    try {
      await started(observe.listen(flags.metricsAddress), '--metrics-address');
      log.info({ port: webhook.port, version: process.version }, 'foresail webhook started');
      if (!interruption.signal.aborted) await once(interruption.signal, 'abort');
      await systemClock.sleep(flags.drainSeconds * 1000);
    } finally {
      await stopped(webhook, observe);
    }
  } finally {
    interruption[Symbol.dispose]();
  }
}

async function stopped(webhook: RunningWebhook, observe: FastifyInstance): Promise<void> {
  await Promise.allSettled([webhook.stop(), observe.close()]);
}

async function started<T>(starting: Promise<T>, flag: string): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const hint = code?.startsWith('EADDR') ? `: choose another address with ${flag}` : '';
    throw new BadInput(`${message}${hint}`, { cause: error });
  }
}

function manifests(flags: WebhookFlags, terms: Terms): readonly object[] {
  const { service, namespace } = flags;
  const authority = createAuthority(dnsNameOf(flags), systemClock.wallMs(), AUTHORITY_LIFE_MS);
  const authorities = authority.certificate + (flags.alsoTrust ? readBefore(flags.alsoTrust) : '');
  const secret = namespaced('Secret', 'foresail-webhook-authority', namespace);
  const config = namespaced('ConfigMap', 'foresail-injection', namespace);
  return [
    { ...secret, type: 'Opaque', stringData: { 'ca.crt': authority.certificate, 'ca.key': authority.key } },
    { ...config, data: { 'injection.yaml': stringify(terms.config) } },
    ...webhookManifests(terms, { service, namespace, port: HTTPS_PORT, authorities }),
    ...reportManifests(terms),
  ];
}

function namespaced(kind: string, name: string, namespace: string) {
  const { metadata, ...rest } = head(kind, name, 'v1');
  return { ...rest, metadata: { ...metadata, namespace } };
}

function dnsNameOf({ service, namespace }: WebhookFlags): string {
  return `${service}.${namespace}.svc`;
}

function readBefore(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.startsWith('-----BEGIN CERTIFICATE-----')) return text;
  } catch (error) {
    throw new BadInput(
      `--also-trust ${file}: it must be a file that can be read: ${(error as Error).message}`,
    );
  }
  throw new BadInput(`--also-trust ${file}: it must be a certificate in PEM, the ca.crt of the Secret`);
}
