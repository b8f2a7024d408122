import { type InvalidScaler, parsePredictiveScaler } from '../api/parse-predictive-scaler.ts';
import type { PredictiveScaler } from '../api/predictive-scaler.ts';
import type { PublishedStatus } from '../api/predictive-scaler-status.ts';
import { type Workload, workloadKey } from '../workload.ts';
import type { KubeObject } from './kube-object.ts';

/** What is kept of a PredictiveScaler: parsed, or why it is of no use. */
export interface ScalerRecord {
  readonly ref: ScalerRef;
  readonly createdMs: number;
  readonly parsed: PredictiveScaler | InvalidScaler;
  readonly status: PublishedStatus;
}

/** Enough of a scaler to write its status and Events. */
export type ScalerRef = Pick<PredictiveScaler, 'namespace' | 'name' | 'uid' | 'generation'>;

export function scalerRecord(object: KubeObject): ScalerRecord {
  const { namespace, name, uid, generation = 0, creationTimestamp = '' } = object.metadata;
  return {
    ref: { namespace, name, uid, generation },
    createdMs: Date.parse(creationTimestamp),
    parsed: parsePredictiveScaler(object),
    status: (object.status ?? {}) as PublishedStatus,
  };
}

export const workloadOf = ({ namespace, spec }: PredictiveScaler): Workload => ({
  namespace,
  kind: spec.scaleTargetRef.kind,
  name: spec.scaleTargetRef.name,
});

/**
 * The scalers to act on, and those to refuse with the reason. Two scalers of one target would undo each other's
 * decisions, so the older one has it (by name when they are equally old) and the other is told.
 */
export function sortOut(records: Iterable<ScalerRecord>): {
  readonly valid: readonly PredictiveScaler[];
  readonly byTarget: ReadonlyMap<string, PredictiveScaler>;
  readonly invalid: readonly { readonly ref: ScalerRef; readonly message: string }[];
} {
  const byAge = [...records].sort(
    (a, b) => a.createdMs - b.createdMs || (a.ref.name < b.ref.name ? -1 : a.ref.name > b.ref.name ? 1 : 0),
  );
  const valid = new Map<string, PredictiveScaler>();
  const invalid: { ref: ScalerRef; message: string }[] = [];
  for (const { ref, parsed } of byAge) {
    if ('invalid' in parsed) {
      invalid.push({ ref, message: parsed.invalid });
      continue;
    }
    const target = workloadKey(workloadOf(parsed));
    const holder = valid.get(target);
    if (holder === undefined) valid.set(target, parsed);
    else {
      const message = `spec.scaleTargetRef: must name a target of its own: PredictiveScaler ${holder.name} has this one`;
      invalid.push({ ref, message });
    }
  }
  return { valid: [...valid.values()], byTarget: valid, invalid };
}
