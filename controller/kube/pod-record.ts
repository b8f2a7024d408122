import { quantityOf } from '../inject/quantity.ts';
import type { ContainerAmounts, Pod } from '../ports.ts';
import { controllerOf, type KubeObject, type OwnerReference } from './kube-object.ts';
import { rotationOf } from './rotation.ts';

/** What is kept of a pod. */
export interface PodRecord extends Pod {
  readonly namespace: string;
  readonly owner: OwnerReference | undefined;
  /** Succeeded or Failed: it will never serve again, whatever else it says. */
  readonly finished: boolean;
}

export function podRecord(object: KubeObject): PodRecord {
  const { metadata } = object;
  const owner = controllerOf(object);
  const revision = owner?.kind === 'ReplicaSet' ? owner.uid : metadata.labels?.['controller-revision-hash'];
  const status = (object.status ?? {}) as { phase?: unknown; conditions?: unknown };
  const conditions = Array.isArray(status.conditions) ? (status.conditions as PodCondition[]) : [];
  const readyCondition = conditions.find((condition) => condition?.type === 'Ready');
  const ready = readyCondition?.status === 'True';
  const readyMs = ready ? Date.parse(String(readyCondition.lastTransitionTime)) : Number.NaN;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    owner,
    ready,
    terminating: metadata.deletionTimestamp !== undefined,
    finished: status.phase === 'Succeeded' || status.phase === 'Failed',
    createdMs: Date.parse(metadata.creationTimestamp ?? ''),
    ...(Number.isFinite(readyMs) ? { readyMs } : {}),
    ...(revision === undefined ? {} : { revision }),
    ...rotationOf(metadata),
    requests: requestsOf(object.spec),
  };
}

/** Containers, and init containers that stay (sidecars), as the metrics API lists both. */
function requestsOf(spec: unknown): readonly ContainerAmounts[] {
  const { containers, initContainers } = (spec ?? {}) as Record<string, unknown>;
  const staying = listOf(initContainers).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...listOf(containers), ...staying].map(({ name, resources }) => {
    const { requests } = (resources ?? {}) as { requests?: Record<string, string> };
    return {
      name: String(name),
      cores: quantityOf(requests?.cpu ?? ''),
      bytes: quantityOf(requests?.memory ?? ''),
    };
  });
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value : [];
}

interface PodCondition {
  readonly type?: unknown;
  readonly status?: unknown;
  readonly lastTransitionTime?: unknown;
}

/**
 * A pod's first moment of being Ready is kept when it is not Ready for a while: the time it took to start is learned
 * from it, and a pod that became Ready again after an hour did not take an hour to start.
 */
export function withFirstReady(record: PodRecord, previous: PodRecord | undefined): PodRecord {
  if (previous?.uid !== record.uid || previous.readyMs === undefined) return record;
  return { ...record, readyMs: previous.readyMs };
}
