import { GROUP } from '../api/crd.ts';
import type { Pod, RotationFailure, RotationWrite } from '../ports.ts';
import { type Connection, Unreachable } from './connection.ts';
import type { Metadata } from './kube-object.ts';
import { messageOf, resourcePath } from './kube-object.ts';
import { fieldManagerOf, outcomeOf } from './scale.ts';

/** The pod template has it with `true`, the Service selects on that, the Deployment's own selector does not have it. */
export const IN_ROTATION = `${GROUP}/in-rotation`;
/** On a pod that Foresail has out: since when, Unix ms. */
export const OUT_SINCE = `${GROUP}/out-of-rotation-since`;
/** The ReplicaSet removes the pod with the lowest first, among pods that are equally Ready; others have 0. */
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const LOWEST_COST = -2_147_483_647;

/** A pod whose deletion cost somebody else has set is not taken out: its owner says when it goes. */
export function rotationOf({
  labels = {},
  annotations = {},
}: Metadata): Pick<Pod, 'inRotation' | 'outSinceMs'> {
  const since = annotations[OUT_SINCE];
  if (labels[IN_ROTATION] === 'false' && since !== undefined && /^\d{1,15}$/.test(since))
    return { outSinceMs: Number(since) };
  const may = labels[IN_ROTATION] === 'true' && annotations[DELETION_COST] === undefined;
  return may ? { inRotation: true } : {};
}

export interface TurnRequest {
  readonly namespace: string;
  readonly pod: Pick<Pod, 'name' | 'uid'>;
  /** Unix ms; undefined: back into the rotation. */
  readonly outSinceMs: number | undefined;
  readonly epoch: number;
  readonly holder: string;
}

/** One pod out of the rotation, or back; label, cost and time in one write, so that no pod is left half way. */
export async function turnPod(
  connection: Connection,
  { namespace, pod, outSinceMs, epoch, holder }: TurnRequest,
): Promise<RotationFailure | undefined> {
  const out = outSinceMs !== undefined;
  const annotations = {
    [OUT_SINCE]: out ? String(outSinceMs) : null,
    [DELETION_COST]: out ? String(costOf(outSinceMs)) : null,
  };
  try {
    const reply = await connection.send({
      method: 'PATCH',
      path: resourcePath('/api/v1', 'pods', namespace, pod.name),
      query: { fieldManager: fieldManagerOf(epoch, holder) },
      contentType: 'application/merge-patch+json',
      body: { metadata: { uid: pod.uid, labels: { [IN_ROTATION]: out ? 'false' : 'true' }, annotations } },
    });
    // One that is gone is neither in nor out.
    if (reply.status === 404) return undefined;
    const outcome = outcomeOf(reply.status, messageOf(reply), { replicas: 1 });
    if (outcome.kind === 'written' || outcome.kind === 'held') return undefined;
    return reply.status === 403 && outcome.kind === 'refused'
      ? { ...outcome, message: grantText(namespace, outcome.message) }
      : outcome;
  } catch (error) {
    if (error instanceof Unreachable) return { kind: 'unreachable', message: error.message };
    throw error;
  }
}

/**
 * The longer out, the lower: who has waited longest goes first.
 *
 * out since 2026-01-01T00:00:00Z, 1,767,225,600 s
 * 1,767,225,600 - 2,147,483,647
 * -> -380,258,047
 */
export function costOf(outSinceMs: number): number {
  return Math.min(-1, Math.floor(outSinceMs / 1000) + LOWEST_COST);
}

function grantText(namespace: string, message: string): string {
  const grant = `kubectl create rolebinding foresail-rotation -n ${namespace} --clusterrole=foresail-rotation --serviceaccount=foresail:foresail`;
  return `Foresail may not label pods in namespace ${namespace}; grant it with: ${grant} (${message})`;
}

/** The pods of one plan, those that come back first; the first failure, with the others tried all the same. */
export async function turnPods(
  connection: Connection,
  { scaler, out, back, epoch }: RotationWrite,
  holder: string,
  nowMs: number,
): Promise<RotationFailure | undefined> {
  const { namespace } = scaler;
  const turn = (outSinceMs: number | undefined) => (pod: Pod) =>
    turnPod(connection, { namespace, pod, outSinceMs, epoch, holder });
  const failures = [
    ...(await Promise.all(back.map(turn(undefined)))),
    ...(await Promise.all(out.map(turn(nowMs)))),
  ];
  return failures.find((failure) => failure !== undefined);
}
