import fastify, { type FastifyInstance } from 'fastify';
import { parseWorkloadKey, type Workload } from '../workload.ts';
import type { DecisionLog } from './decision-log.ts';

export interface ExplainParts {
  readonly log: Pick<DecisionLog, 'at' | 'since'>;
  readonly leadership: { current(): { readonly leading: boolean } };
}

/**
 * Why each number is what it is, for `foresail explain`. It asks nobody who they are and so belongs on loopback: who gets
 * there from outside came through the API server's port-forward, which asks for the right to `pods/portforward`.
 *
 * GET /explain?workload=shop/Deployment/web&at=2026-11-24T03:12:15Z
 */
export function createExplainServer({ log, leadership }: ExplainParts): FastifyInstance {
  const server = fastify({ logger: false, bodyLimit: 1024, requestTimeout: 10_000 });
  server.get<{ Querystring: { workload?: string; at?: string } }>('/explain', async (request, reply) => {
    const workload = workloadIn(request.query.workload);
    const atMs = request.query.at === undefined ? Number.POSITIVE_INFINITY : Date.parse(request.query.at);
    if (workload === undefined || Number.isNaN(atMs)) {
      reply.code(400);
      return { error: 'workload must be namespace/Kind/name, and at an ISO 8601 time' };
    }
    const { leading } = leadership.current();
    const explanation = log.at(workload, atMs);
    if (explanation !== undefined) return { leading, explanation };
    reply.code(404);
    const sinceMs = log.since(workload);
    return { leading, ...(sinceMs === undefined ? {} : { since: new Date(sinceMs).toISOString() }) };
  });
  return server;
}

function workloadIn(key: string | undefined): Workload | undefined {
  try {
    return key === undefined ? undefined : parseWorkloadKey(key);
  } catch {
    return undefined;
  }
}
