import type { ScaleOutcome } from '../ports.ts';
import type { Workload } from '../workload.ts';
import { type Connection, Unreachable } from './connection.ts';
import { messageOf, resourcePath } from './kube-object.ts';
import { MANAGER_PREFIX } from './writer.ts';

export interface ScaleRequest {
  readonly workload: Workload;
  /** The target's UID as the decision knew it: one deleted and made anew under the same name is another. */
  readonly uid: string;
  readonly replicas: number;
  readonly epoch: number;
  readonly holder: string;
}

export type ScaleReply = ScaleOutcome & {
  /** Of the target after the write. */
  readonly resourceVersion?: string;
};

export const APPS_API = '/apis/apps/v1';

export const plurals: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
};

/** The ValidatingAdmissionPolicy that compares a write's epoch with the Lease; its name is in what it says. */
const FENCE = 'foresail-fence';

/**
 * Who writes, for the fence in the API server. Annotations on a Scale are dropped before validating admission sees
 * them (the object is made anew from the Deployment), the field manager is not. It also stays in managedFields, so an
 * operator can read which leader set the replicas.
 */
export function fieldManagerOf(epoch: number, holder: string): string {
  return `${MANAGER_PREFIX}${epoch}/${holder}`;
}

/** Server-side apply of `spec.replicas` to the scale subresource. Idempotent: a lost answer may be asked for again. */
export async function applyScale(connection: Connection, request: ScaleRequest): Promise<ScaleReply> {
  const { workload, replicas } = request;
  const plural = plurals[workload.kind];
  if (plural === undefined) {
    return refused(
      `scaleTargetRef.kind must be one of ${Object.keys(plurals).join(', ')} (is ${workload.kind})`,
    );
  }
  try {
    const reply = await connection.send({
      method: 'PATCH',
      path: resourcePath(APPS_API, plural, workload.namespace, workload.name, 'scale'),
      query: { fieldManager: fieldManagerOf(request.epoch, request.holder), force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { namespace: workload.namespace, name: workload.name, uid: request.uid },
        spec: { replicas },
      },
    });
    return outcomeOf(reply.status, messageOf(reply), scaleOf(reply.body));
  } catch (error) {
    if (error instanceof Unreachable) return { kind: 'unreachable', message: error.message };
    throw error;
  }
}

/** What a written Scale says; it leaves out what is 0. */
function scaleOf(body: unknown): Written {
  const scale = (body ?? {}) as { metadata?: { resourceVersion?: string }; spec?: { replicas?: number } };
  const resourceVersion = scale.metadata?.resourceVersion;
  return {
    replicas: scale.spec?.replicas ?? 0,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

interface Written {
  readonly replicas: number;
  readonly resourceVersion?: string;
}

/** What the API server's answer to a write means. */
export function outcomeOf(status: number, message: string, written: Written): ScaleReply {
  if (status === 200) return { kind: 'written', ...written };
  if (status === 409) return { kind: 'conflict', message };
  // Nothing was said about the scale itself: wrong credentials, too many requests, a server in trouble.
  if (status === 401 || status === 429 || status >= 500) return { kind: 'unreachable', message };
  if (message.includes(FENCE)) return { kind: 'refused', reason: 'FencedOut', message };
  return refused(message);
}

const refused = (message: string): ScaleReply => ({ kind: 'refused', reason: 'ScaleRefused', message });
