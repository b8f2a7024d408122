import type { Server } from 'node:https';
import type { Terms } from '../inject/skip-rules.ts';
import type { WebhookMetrics } from './metrics.ts';
import { createWebhookServer, showCertificate } from './server.ts';
import { type Served, ServingCertificate, type ServingOptions } from './serving-certificate.ts';

export interface WebhookOptions {
  readonly serving: ServingOptions;
  readonly address: { readonly host: string; readonly port: number };
  readonly terms: Terms;
  readonly metrics: WebhookMetrics;
  readonly log: WebhookLog;
}

interface WebhookLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RunningWebhook {
  readonly port: number;
  stop(): Promise<void>;
}

const CHECK_MS = 60_000;

/** Throws, before anything is open, when there is no certificate to show. */
export async function startWebhook(options: WebhookOptions): Promise<RunningWebhook> {
  const { serving, address, terms, metrics, log } = options;
  const { clock } = serving;
  const certificate = new ServingCertificate(serving);
  const first = certificate.refresh();
  if (!first) throw new Error('the first certificate must be new');
  const app = createWebhookServer(first, {
    ...{ terms, clock, metrics },
    onReviewed: (outcome, namespace) => log.debug({ outcome, namespace }, 'reviewed a pod'),
  });
  const tell = (served: Served): void => {
    const { expiresMs, authorityExpiresMs } = served;
    metrics.certificateExpires.set(expiresMs / 1000);
    if (authorityExpiresMs !== undefined) metrics.authorityExpires.set(authorityExpiresMs / 1000);
    log.info({ expires: new Date(expiresMs).toISOString() }, 'a new certificate is shown');
  };
  await app.listen(address);
  tell(first);
  const stopping = new AbortController();
  const rotating = rotate();

  async function rotate(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock
        .sleep(Math.min(CHECK_MS, (serving.lifeSeconds * 1000) / 4), stopping.signal)
        .catch(() => {});
      if (stopping.signal.aborted) return;
      try {
        const served = certificate.refresh();
        if (!served) continue;
        showCertificate(app, served);
        tell(served);
      } catch (error) {
        log.error({ err: error }, 'there is no newer certificate: the last one is shown on');
      }
    }
  }

  return {
    port: portOf(app.server.address()) ?? address.port,
    stop: async () => {
      stopping.abort();
      await rotating;
      await app.close();
    },
  };
}

function portOf(address: ReturnType<Server['address']>): number | undefined {
  return typeof address === 'object' ? address?.port : undefined;
}
