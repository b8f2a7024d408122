import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify';
import { type Answer, rawAnswer, refusalAnswer } from './answer.ts';
import { formatOf } from './content.ts';
import { METRICS_PATH, type Visitor } from './door.ts';
import type { Limits } from './limits.ts';
import { answerAndLinger } from './linger.ts';
import { Malformed, TooLarge } from './malformed.ts';
import type { Refusal, Refused } from './refusal.ts';

export interface Desk {
  readonly limits: Limits;
  /** Decides from the headers, before the body is read. */
  readonly knock: (request: FastifyRequest) => Promise<Visitor | Refused>;
  readonly take: (body: Buffer, visitor: Visitor) => Promise<Answer>;
  /** Counts (and logs, where it is worth a line) every refusal. */
  readonly refused: (refused: Refused, error?: unknown) => void;
}

/** An unread body up to this size is left to Node to discard, and the connection lives on. */
const DISCARD_BYTES = 64 << 10;

const VISITOR = 'visitor';

/** The HTTP side of the receiver: fastify with every limit set explicitly, and google.rpc.Status for every error. */
export function createHttpServer(desk: Desk): FastifyInstance {
  const app = fastify({
    ...timeouts(desk.limits),
    bodyLimit: desk.limits.maxBodyBytes,
    return503OnClosing: false,
    exposeHeadRoutes: false,
    frameworkErrors: (error, request, reply) => refuse(desk, request, reply, classify(error), error),
    clientErrorHandler: (error, socket) => {
      const refused = { refusal: clientErrors[error.code ?? ''] ?? 'BadHttp' } as const;
      desk.refused(refused);
      if (socket.writable && error.code !== 'ECONNRESET')
        socket.end(rawAnswer(refusalAnswer('json', refused)));
      socket.destroySoon();
    },
  });
  app.server.maxConnections = desk.limits.maxConnections;
  // Node's own answer to this header would ask for the body before anybody has looked at the token
  app.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    app.server.emit('request', request, response);
  });
  app.decorateRequest(VISITOR);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', (request, reply) => letIn(desk, request, reply));
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    refuse(desk, request, reply, classify(error), error),
  );
  app.post(METRICS_PATH, async (request, reply) => {
    const visitor = request.getDecorator<Visitor>(VISITOR);
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const { status, headers, body: content } = await desk.take(body, visitor);
    return reply.code(status).headers(headers).send(content);
  });
  return app;
}

function timeouts(limits: Limits) {
  return {
    requestTimeout: limits.headersTimeoutMs + limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // a connection on which nothing moves, in either direction
    connectionTimeout: limits.keepAliveTimeoutMs + limits.requestTimeoutMs,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      maxHeaderSize: limits.maxHeaderBytes,
      // Node looks for late requests this often; its default of 30 s would make the two limits above half a minute
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs),
    },
  };
}

async function letIn(
  desk: Desk,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const answer = await desk.knock(request);
  const gone = reply.raw.closed || reply.raw.destroyed;
  if ('refusal' in answer) return refuse(desk, request, reply, answer);
  if (gone) {
    answer.leave();
    return reply.hijack();
  }
  reply.raw.once('close', answer.leave);
  request.setDecorator<Visitor>(VISITOR, answer);
  if (request.headers.expect !== undefined) reply.raw.writeContinue();
  return undefined;
}

function refuse(desk: Desk, request: FastifyRequest, reply: FastifyReply, refused: Refused, error?: unknown) {
  desk.refused(refused, error);
  const answer = refusalAnswer(formatOf(request.headers['content-type']) ?? 'json', refused);
  if (mayDiscard(request)) return reply.code(answer.status).headers(answer.headers).send(answer.body);
  reply.hijack();
  answerAndLinger(request.raw, rawAnswer(answer));
  return reply;
}

/** Whether what is left of the body is small, known in length, and on its way without being asked for. */
function mayDiscard({ raw, headers }: FastifyRequest): boolean {
  if (raw.complete) return true;
  if (headers['transfer-encoding'] !== undefined || headers.expect !== undefined) return false;
  return Number(headers['content-length'] ?? 0) <= DISCARD_BYTES;
}

/** By Node's codes for what went wrong before there was a request. */
const clientErrors: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'TooSlow',
  HPE_HEADER_OVERFLOW: 'HeadersTooLarge',
};

function classify(error: unknown): Refused {
  if (error instanceof Malformed) return { refusal: 'Malformed', message: error.message };
  if (error instanceof TooLarge) return { refusal: 'TooLarge', message: error.message };
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { refusal: 'TooLarge' };
  if (code?.startsWith('FST_ERR_CTP_INVALID_MEDIA_TYPE')) return { refusal: 'MediaType' };
  if (statusCode !== undefined && statusCode < 500) return { refusal: 'BadHttp' };
  return { refusal: 'Internal' };
}
