import type { FastifyRequest } from 'fastify';
import type { Identity } from '../ports.ts';
import { bearerToken } from './bearer.ts';
import { type Encoding, encodingOf, type Format, formatOf } from './content.ts';
import type { IdentityCache } from './identity-cache.ts';
import type { Limits } from './limits.ts';
import type { PodGate } from './pod-gate.ts';
import type { Refused } from './refusal.ts';

export type PodIdentity = Extract<Identity, { kind: 'pod' }>;

/** A request that was let in, by its headers alone. */
export interface Visitor {
  readonly identity: PodIdentity;
  readonly format: Format;
  readonly encoding: Encoding;
  /** Call once when the request is over. */
  readonly leave: () => void;
}

export const METRICS_PATH = '/v1/metrics';

/** Decides from the headers whether a request may send its body. Nothing of the body has been read by then. */
export async function knock(
  request: FastifyRequest,
  parts: { readonly identities: IdentityCache; readonly gate: PodGate; readonly limits: Limits },
): Promise<Visitor | Refused> {
  if (request.is404) return strayed(request);
  const { headers } = request;
  const token = bearerToken(headers.authorization, parts.limits.maxTokenBytes);
  if (token === undefined) return { refusal: 'TokenMissing' };
  const identity = await parts.identities.identify(token);
  if (identity.kind === 'refused') return { refusal: identity.reason, message: identity.message };
  if (identity.kind === 'unavailable') {
    return { refusal: 'IdentityUnavailable', detail: identity.message, retryAfterSeconds: 5 };
  }
  const format = formatOf(headers['content-type']);
  if (format === undefined) return { refusal: 'MediaType' };
  const encoding = encodingOf(headers['content-encoding']);
  if (encoding === undefined) return { refusal: 'ContentEncoding' };
  const { maxBodyBytes } = parts.limits;
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) {
    return { refusal: 'TooLarge', message: `the body must be at most ${maxBodyBytes} bytes as sent` };
  }
  const passage = parts.gate.enter(identity.podUid);
  if (passage.kind === 'pass') return { identity, format, encoding, leave: passage.leave };
  const refusal = passage.kind === 'overloaded' ? 'Overloaded' : 'RateLimited';
  return { refusal, retryAfterSeconds: passage.retryAfterSeconds };
}

function strayed({ url }: FastifyRequest): Refused {
  const path = url.split('?', 1)[0];
  return { refusal: path === METRICS_PATH ? 'MethodNotAllowed' : 'NotFound' };
}
