import type { Approval } from '../ports.ts';
import type { ApprovalRecord } from './approval-record.ts';
import type { Change } from './object-cache.ts';

interface ScalerName {
  readonly namespace: string;
  readonly name: string;
}

/** Every approval by the scaler that it names, so that a decision does not read those of all others. */
export class ApprovalIndex {
  readonly #byScaler = new Map<string, Map<string, Approval>>();

  /** Takes a change; the keys of the scalers it concerns. */
  changed({ key, object, previous }: Change<ApprovalRecord>): readonly string[] {
    const concerned = [previous, object].flatMap((record) => (record ? scalerKey(record) : []));
    for (const scaler of concerned) {
      const approvals = this.#byScaler.get(scaler);
      approvals?.delete(key);
      if (approvals?.size === 0) this.#byScaler.delete(scaler);
    }
    if (object) this.#add(scalerKey(object), key, object);
    return concerned;
  }

  /** Those that hold at this time, in Unix ms. */
  of({ namespace, name }: ScalerName, wallMs: number): readonly Approval[] {
    const known = this.#byScaler.get(`${namespace}/${name}`)?.values() ?? [];
    return [...known].filter(({ expiresMs }) => expiresMs > wallMs);
  }

  #add(scaler: string, key: string, { planHash, by, expiresMs }: Approval): void {
    const approvals = this.#byScaler.get(scaler) ?? new Map<string, Approval>();
    this.#byScaler.set(scaler, approvals.set(key, { planHash, by, expiresMs }));
  }
}

const scalerKey = ({ namespace, scaler }: NonNullable<ApprovalRecord>) => `${namespace}/${scaler}`;
