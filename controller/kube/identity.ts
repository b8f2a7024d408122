import { TELEMETRY_AUDIENCE } from '../../sidecar/signals.ts';
import type { Identifier, Identity } from '../ports.ts';
import { type Connection, type Reply, Unreachable } from './connection.ts';
import { messageOf } from './kube-object.ts';
import type { WorkloadIndex } from './workload-index.ts';

export interface TokenIdentifierOptions {
  readonly connection: Connection;
  readonly index: Pick<WorkloadIndex, 'pod' | 'workloadOf'>;
}

/** What the API server says of a token; what its pod is doing is another question. */
type Review =
  | { readonly kind: 'pod'; readonly uid: string; readonly name: string }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unavailable'; readonly message: string };

const MAX_TOKEN_BYTES = 16 * 1024;

/**
 * Who sent telemetry, by the projected token alone: reviewed for our audience only, bound to a pod that runs now, and
 * from the pod by controller references to its workload. What the sender says of itself is never asked. Every call is a
 * review: whoever calls remembers, and knows for how long (the receiver does, never beyond the token's own end).
 */
export class TokenIdentifier implements Identifier {
  readonly #options: TokenIdentifierOptions;

  constructor(options: TokenIdentifierOptions) {
    this.#options = options;
  }

  async identify(token: string): Promise<Identity> {
    if (token === '' || token.length > MAX_TOKEN_BYTES)
      return refused('the token must be a ServiceAccount token');
    const review = await this.#review(token);
    if (review.kind === 'unavailable') return review;
    if (review.kind === 'refused') return refused(review.message);
    const { index } = this.#options;
    const pod = index.pod(review.uid);
    // The API server vouched for the pod; the cache has not seen it yet, or the pod was deleted this minute.
    if (pod === undefined) return { kind: 'unavailable', message: `pod ${review.name} is not known yet` };
    if (pod.terminating || pod.finished)
      return refused(`pod ${pod.name} must be running: it is being deleted or has ended`);
    const workload = index.workloadOf(pod);
    if (workload === undefined) {
      const message = `pod ${pod.name} must belong to a Deployment, a StatefulSet or another target of a PredictiveScaler by its controller references`;
      return { kind: 'refused', reason: 'WorkloadUnknown', message };
    }
    return { kind: 'pod', workload, podUid: pod.uid, podName: pod.name };
  }

  async #review(token: string): Promise<Review> {
    try {
      return readReview(await this.#send(token));
    } catch (error) {
      if (error instanceof Unreachable) return { kind: 'unavailable', message: error.message };
      throw error;
    }
  }

  #send(token: string): Promise<Reply> {
    return this.#options.connection.send({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      timeoutMs: 5000,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, audiences: [TELEMETRY_AUDIENCE] },
      },
    });
  }
}

function readReview(reply: Reply): Review {
  if (reply.status !== 201 && reply.status !== 200) return { kind: 'unavailable', message: messageOf(reply) };
  const { status } = reply.body as {
    status?: {
      authenticated?: boolean;
      error?: string;
      audiences?: readonly string[];
      user?: { extra?: Record<string, readonly string[] | undefined> };
    };
  };
  if (status?.authenticated !== true) {
    const why = status?.error ?? 'the token was not accepted';
    return { kind: 'refused', message: `the token must be valid for audience ${TELEMETRY_AUDIENCE}: ${why}` };
  }
  // A server that does not know audiences authenticates and names none: that is not our audience.
  if (!status.audiences?.includes(TELEMETRY_AUDIENCE)) {
    return { kind: 'refused', message: `the token must be for audience ${TELEMETRY_AUDIENCE}` };
  }
  const extra = status.user?.extra ?? {};
  const uid = extra['authentication.kubernetes.io/pod-uid']?.[0];
  const name = extra['authentication.kubernetes.io/pod-name']?.[0];
  if (!uid || !name)
    return { kind: 'refused', message: 'the token must be bound to a pod (a projected volume does that)' };
  return { kind: 'pod', uid, name };
}

const refused = (message: string): Identity => ({ kind: 'refused', reason: 'TokenRefused', message });
