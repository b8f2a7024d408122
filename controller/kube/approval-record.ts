import { scaleApprovalSpec } from '../api/scale-approval.ts';
import type { Approval } from '../ports.ts';
import type { KubeObject } from './kube-object.ts';

/** What is kept of a ScaleApproval; undefined: it approves nothing. */
export type ApprovalRecord = (Approval & { readonly namespace: string; readonly scaler: string }) | undefined;

/**
 * Its time runs from its creation, which only the API server sets: created at 03:00:00 with 900 s it holds until 03:15:00. One that
 * is being deleted is taken back already, whatever its finalizers wait for.
 */
export function approvalRecord({ metadata, spec }: KubeObject): ApprovalRecord {
  const parsed = scaleApprovalSpec.safeParse(spec);
  const createdMs = Date.parse(metadata.creationTimestamp ?? '');
  if (!parsed.success || Number.isNaN(createdMs) || metadata.deletionTimestamp !== undefined)
    return undefined;
  const { scaler, planHash, approvedBy: by, expiresSeconds } = parsed.data;
  const { namespace } = metadata;
  return { namespace, scaler, planHash, by, expiresMs: createdMs + expiresSeconds * 1000 };
}
