import type { Server } from 'node:https';
import { type FastifyInstance, fastify } from 'fastify';
import type { Clock } from '../clock.ts';
import type { Terms } from '../inject/skip-rules.ts';
import type { WebhookMetrics } from './metrics.ts';
import { answerReview, type Reviewed } from './review.ts';
import type { Served } from './serving-certificate.ts';

/** By which path a review comes says what label its namespace has: the manifest's selectors see to that. */
export const PATHS = { '/inject/namespace': 'enabled', '/inject/pod': undefined } as const;

/** An object is at most 1.5 MiB in the API server's store; a review wraps it. */
const MAX_BODY_BYTES = 3 << 20;
/** As long as the API server waits. */
const REQUEST_TIMEOUT_MS = 2_000;
/** Longer than the API server keeps an idle connection (90 s), so that it is never the one to meet a closed one. */
const KEEP_ALIVE_MS = 180_000;
const MAX_CONNECTIONS = 1_000;

export interface WebhookParts {
  readonly terms: Terms;
  readonly clock: Clock;
  readonly metrics: WebhookMetrics;
  readonly onReviewed: (outcome: Reviewed['outcome'], namespace: unknown) => void;
}

/** HTTPS for the API server: two paths, one kind of body, no call to anyone. */
export function createWebhookServer(served: Served, parts: WebhookParts): FastifyInstance<Server> {
  const app = fastify({
    https: { ...secureContext(served), minVersion: 'TLSv1.2' },
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  for (const [path, label] of Object.entries(PATHS)) {
    app.post(path, async ({ body }, reply) => {
      const startMs = parts.clock.monotonicMs();
      const reviewed = answerReview(body, label, parts.terms);
      if (!reviewed) {
        parts.metrics.refused.inc();
        return reply.code(400).send({ error: 'the body must be an AdmissionReview of admission.k8s.io/v1' });
      }
      parts.metrics.reviews.inc({ outcome: reviewed.outcome });
      parts.metrics.duration.observe((parts.clock.monotonicMs() - startMs) / 1000);
      parts.onReviewed(reviewed.outcome, (body as { request: { namespace?: unknown } }).request.namespace);
      return reply.send(reviewed.body);
    });
  }
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    parts.metrics.refused.inc();
    return reply.code(error.statusCode ?? 500).send({ error: 'the request could not be read' });
  });
  return app as unknown as FastifyInstance<Server>;
}

/** New connections get the new certificate; those that are open go on. */
export function showCertificate(app: FastifyInstance<Server>, served: Served): void {
  app.server.setSecureContext(secureContext(served));
}

function secureContext({ key, certificate }: Served): { key: string; cert: string } {
  return { key, cert: certificate };
}
