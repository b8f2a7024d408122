import { type Connection, Unreachable } from './connection.ts';
import {
  annotations,
  type FloorRecord,
  floorForms,
  ownRange,
  type ReplicaRange,
  rangeText,
} from './floor.ts';
import { messageOf, resourcePath } from './kube-object.ts';
import { fieldManagerOf, outcomeOf, type ScaleReply } from './scale.ts';

export interface FloorRequest {
  /** As it was seen: a change since then, by whomever, is a conflict. */
  readonly floor: FloorRecord;
  readonly epoch: number;
  readonly holder: string;
}

/** Raises, or lowers again, the range of a floor, and leaves word on it of what stood there. */
export async function applyFloor(
  connection: Connection,
  request: FloorRequest & { readonly range: ReplicaRange; readonly by: string },
): Promise<ScaleReply> {
  const { floor, range, by } = request;
  const own = ownRange(floor);
  if (rangeText(range) === rangeText(own)) return putBack(connection, request);
  const left = {
    [annotations.before]: rangeText(own),
    [annotations.set]: rangeText(range),
    [annotations.by]: by,
  };
  return patch(connection, request, range, left);
}

/** What the owner of a floor wants is there again, and no word of Foresail. */
export async function putBack(connection: Connection, request: FloorRequest): Promise<ScaleReply> {
  const { floor } = request;
  const left = Object.fromEntries(Object.values(annotations).map((name) => [name, null]));
  return patch(connection, request, ownRange(floor), left);
}

/**
 * A merge patch with the resource version, not an apply: the range stays its owner's, and what somebody else changed a
 * moment ago is not overwritten but a conflict.
 */
async function patch(
  connection: Connection,
  { floor, epoch, holder }: FloorRequest,
  range: ReplicaRange,
  left: Readonly<Record<string, string | null>>,
): Promise<ScaleReply> {
  const { api, plural, minField, maxField, absent } = floorForms[floor.kind];
  const { namespace, name, uid, resourceVersion } = floor;
  try {
    const reply = await connection.send({
      method: 'PATCH',
      path: resourcePath(api, plural, namespace, name),
      query: { fieldManager: fieldManagerOf(epoch, holder) },
      contentType: 'application/merge-patch+json',
      body: {
        metadata: { uid, resourceVersion, annotations: left },
        spec: { [minField]: range.min, ...(range.max === floor.range.max ? {} : { [maxField]: range.max }) },
      },
    });
    const { metadata, spec } = (reply.body ?? {}) as {
      metadata?: { resourceVersion?: string };
      spec?: Record<string, unknown>;
    };
    const written = spec?.[minField];
    return explained(
      outcomeOf(reply.status, messageOf(reply), {
        ...(metadata?.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
        replicas: typeof written === 'number' ? written : absent.min,
      }),
      floor,
      reply.status,
    );
  } catch (error) {
    if (error instanceof Unreachable) return { kind: 'unreachable', message: error.message };
    throw error;
  }
}

/** RBAC's own words do not say what is to be done. */
function explained(reply: ScaleReply, { kind, namespace }: FloorRecord, status: number): ScaleReply {
  if (reply.kind !== 'refused' || status !== 403 || reply.message.includes('ValidatingAdmissionPolicy'))
    return reply;
  const role = kind === 'ScaledObject' ? 'foresail-scaled-object' : 'foresail-floor';
  const grant = `kubectl create rolebinding ${role} -n ${namespace} --clusterrole=${role} --serviceaccount=foresail:foresail`;
  return {
    ...reply,
    message: `Foresail may not change a ${kind} in namespace ${namespace}; grant it with: ${grant} (${reply.message})`,
  };
}
