import type { Writer } from '../policy/observation.ts';
import type { Metadata } from './kube-object.ts';

/** What every field manager of Foresail begins with (`fieldManagerOf`). */
export const MANAGER_PREFIX = 'foresail/';

interface ManagedFields {
  readonly manager?: unknown;
  readonly time?: unknown;
  readonly fieldsV1?: { readonly 'f:spec'?: Readonly<Record<string, unknown>> };
}

/**
 * Who set a field of spec to what it is; undefined when Foresail is among them, or when nobody is on record. A manager
 * that sets another value takes the field from all others, so all who own it agree on what it is.
 *
 * f:replicas is owned by kubectl-create at 09:00 and by kubectl, subresource scale, at 10:00
 * the newest is kubectl
 * -> kubectl, 10:00
 */
export function writerOf(
  { managedFields }: Pick<Metadata, 'managedFields'>,
  field: string,
): Writer | undefined {
  const owners = (managedFields ?? []).flatMap((entry) => {
    const { manager, time, fieldsV1 } = (entry ?? {}) as ManagedFields;
    const owns = fieldsV1?.['f:spec']?.[`f:${field}`] !== undefined;
    return owns && typeof manager === 'string' ? [{ manager, atMs: Date.parse(String(time)) }] : [];
  });
  if (owners.some(({ manager }) => manager.startsWith(MANAGER_PREFIX))) return undefined;
  return owners.reduce<Writer | undefined>(
    (newest, next) => (newest === undefined || next.atMs >= newest.atMs ? next : newest),
    undefined,
  );
}
