import fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

export interface Health {
  /** undefined: healthy; otherwise what is wrong, for the one who reads the probe's answer. */
  readonly unready: () => string | undefined;
}

/** `/metrics`, `/healthz` (the process turns) and `/readyz` (it can do its work), on a port apart from telemetry. */
export function createObserveServer(registry: Registry, health: Health): FastifyInstance {
  const server = fastify({ logger: false, bodyLimit: 1024, requestTimeout: 10_000 });
  server.get('/metrics', async (_request, reply) => {
    reply.header('content-type', registry.contentType);
    return registry.metrics();
  });
  server.get('/healthz', async () => 'ok\n');
  server.get('/readyz', async (_request, reply) => {
    const unready = health.unready();
    if (unready === undefined) return 'ok\n';
    reply.code(503);
    return `${unready}\n`;
  });
  return server;
}
