import { GROUP, VERSION } from '../api/crd.ts';
import type { ScaleApprovalSpec } from '../api/scale-approval.ts';
import { ApiFailure } from './api-failure.ts';
import { approvalRecord } from './approval-record.ts';
import type { Call, Connection, Reply } from './connection.ts';
import { asKubeObject, messageOf, resourcePath } from './kube-object.ts';
import { type ScalerRecord, type ScalerRef, scalerRecord } from './scaler-record.ts';
import { SCALER_API } from './status.ts';

/** undefined: there is none of that name. Throws ApiFailure or Unreachable, as everything here. */
export async function readScaler(
  connection: Connection,
  namespace: string,
  name: string,
): Promise<ScalerRecord | undefined> {
  const path = resourcePath(SCALER_API, 'predictivescalers', namespace, name);
  const reply = await connection.send({ method: 'GET', path });
  if (reply.status === 404) return undefined;
  return scalerRecord(objectOf(reply));
}

/** The user name that the API server knows the connection by; every authenticated user may ask. */
export async function ownName(connection: Connection): Promise<string> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const reply = await connection.send({ ...post('/apis/authentication.k8s.io/v1/selfsubjectreviews'), body });
  const { status } = (reply.body ?? {}) as { status?: { userInfo?: { username?: unknown } } };
  const username = status?.userInfo?.username;
  if (reply.status > 201 || typeof username !== 'string')
    throw new ApiFailure(reply.status, `who you are was not said: ${messageOf(reply)}`);
  return username;
}

export type Approved =
  | { readonly kind: 'created'; readonly name: string; readonly expiresMs: number }
  /** Somebody was quicker; who, where that may be read. */
  | { readonly kind: 'before'; readonly name: string; readonly by?: string };

/** Creates the approval. Its name is that of the plan, so a plan has one. It goes when its scaler does. */
export async function approvePlan(
  connection: Connection,
  { namespace, name: scaler, uid }: ScalerRef,
  spec: ScaleApprovalSpec,
): Promise<Approved> {
  const apiVersion = `${GROUP}/${VERSION}`;
  const name = approvalName(scaler, spec.planHash);
  const ownerReferences = [{ apiVersion, kind: 'PredictiveScaler', name: scaler, uid }];
  const reply = await connection.send({
    ...post(resourcePath(SCALER_API, 'scaleapprovals', namespace)),
    body: { apiVersion, kind: 'ScaleApproval', metadata: { namespace, name, ownerReferences }, spec },
  });
  if (reply.status === 409) {
    const before = await connection.send({
      method: 'GET',
      path: resourcePath(SCALER_API, 'scaleapprovals', namespace, name),
    });
    const by = (before.body as { spec?: { approvedBy?: unknown } } | null)?.spec?.approvedBy;
    return { kind: 'before', name, ...(before.status === 200 && typeof by === 'string' ? { by } : {}) };
  }
  const expiresMs = approvalRecord(objectOf(reply))?.expiresMs;
  if (expiresMs === undefined) throw new ApiFailure(reply.status, 'the answer is not a ScaleApproval');
  return { kind: 'created', name, expiresMs };
}

const NAME_CHARACTERS = 253;

/** `web-1f0c`; a long scaler's name is cut, the plan's never is. */
export function approvalName(scaler: string, planHash: string): string {
  return `${scaler.slice(0, NAME_CHARACTERS - 1 - planHash.length)}-${planHash}`;
}

const post = (path: string): Call => ({ method: 'POST', path });

function objectOf(reply: Reply) {
  if (reply.status !== 200 && reply.status !== 201) throw new ApiFailure(reply.status, messageOf(reply));
  const object = asKubeObject(reply.body);
  if (object === undefined)
    throw new ApiFailure(reply.status, 'the answer is not an object of the API server');
  return object;
}
