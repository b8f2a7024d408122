import type { ScaleOutcome } from '../ports.ts';
import type { Workload } from '../workload.ts';
import { type Connection, Unreachable } from './connection.ts';
import { messageOf, resourcePath } from './kube-object.ts';
import { MANAGER_PREFIX } from './writer.ts';

export interface ScaleRequest {
  readonly workload: Workload;
  /** Of the scale, where the kind is not of apps/v1. */
  readonly path?: string | undefined;
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

/** Writes `spec.replicas` of the scale subresource. Idempotent: a lost answer may be asked for again. */
export async function applyScale(connection: Connection, request: ScaleRequest): Promise<ScaleReply> {
  try {
    return await (request.path === undefined
      ? applyOwn(connection, request)
      : patchOther(connection, request, request.path));
  } catch (error) {
    if (error instanceof Unreachable) return { kind: 'unreachable', message: error.message };
    throw error;
  }
}

/** Server-side apply, for kinds of apps/v1. */
async function applyOwn(connection: Connection, request: ScaleRequest): Promise<ScaleReply> {
  const { workload, replicas, uid } = request;
  const { namespace, name } = workload;
  const plural = plurals[workload.kind];
  if (plural === undefined) {
    return refused(`scaleTargetRef.kind must have a scale subresource (is ${workload.kind})`);
  }
  const reply = await connection.send({
    method: 'PATCH',
    path: resourcePath(APPS_API, plural, namespace, name, 'scale'),
    query: { fieldManager: fieldManagerOf(request.epoch, request.holder), force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { namespace, name, uid },
      spec: { replicas },
    },
  });
  return outcomeOf(reply.status, messageOf(reply), scaleOf(reply.body));
}

/**
 * The API server does not apply to the scale of a custom resource ("request to convert CR to an invalid group/version",
 * 1.37), so it is a merge patch of what was just read. Example: read at resource version 7, patched only if it is still 7; else it
 * is a conflict, and the next decision looks again.
 */
async function patchOther(connection: Connection, request: ScaleRequest, path: string): Promise<ScaleReply> {
  const read = await connection.send({ method: 'GET', path });
  if (read.status !== 200) return outcomeOf(read.status, messageOf(read), scaleOf(read.body));
  const { uid, resourceVersion } = (read.body as { metadata: { uid?: string; resourceVersion?: string } })
    .metadata;
  if (uid !== request.uid) {
    return { kind: 'conflict', message: `${request.workload.name} was deleted and made anew (UID ${uid})` };
  }
  const reply = await connection.send({
    method: 'PATCH',
    path,
    query: { fieldManager: fieldManagerOf(request.epoch, request.holder) },
    contentType: 'application/merge-patch+json',
    body: { metadata: { resourceVersion }, spec: { replicas: request.replicas } },
  });
  return outcomeOf(reply.status, messageOf(reply), scaleOf(reply.body));
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
