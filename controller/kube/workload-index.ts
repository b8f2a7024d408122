import type { Pod } from '../ports.ts';
import type { Workload } from '../workload.ts';
import { controllerOf, type KubeObject, type OwnerReference } from './kube-object.ts';
import type { Change } from './object-cache.ts';
import { type PodRecord, withFirstReady } from './pod-record.ts';

/** What is kept of a ReplicaSet: it stands between a Deployment and its pods. */
export interface ReplicaSetRecord {
  readonly namespace: string;
  readonly uid: string;
  readonly owner: OwnerReference | undefined;
}

export function replicaSetRecord(object: KubeObject): ReplicaSetRecord {
  return { namespace: object.metadata.namespace, uid: object.metadata.uid, owner: controllerOf(object) };
}

/**
 * Which pods belong to which workload, by controller owner references (pod, ReplicaSet, Deployment or Rollout; or pod,
 * StatefulSet) and UIDs: labels can be copied by anybody, and a name can be given again.
 */
export class WorkloadIndex {
  readonly #podsByOwner = new Map<string, Map<string, PodRecord>>();
  readonly #podsByUid = new Map<string, PodRecord>();
  readonly #replicaSets = new Map<string, ReplicaSetRecord>();
  readonly #replicaSetsByOwner = new Map<string, Set<string>>();
  #otherKinds: ReadonlySet<string> = new Set();

  /** Kinds beside Deployment and StatefulSet that something scales. */
  setOtherKinds(kinds: ReadonlySet<string>): void {
    this.#otherKinds = kinds;
  }

  /** Takes a change of a pod; the workload it concerns, when it is known. */
  podChanged({ key, object, previous }: Change<PodRecord>): Workload | undefined {
    const before = previous && this.#podsByUid.get(previous.uid);
    if (previous) this.#dropPod(key, previous);
    if (object) this.#addPod(key, withFirstReady(object, before));
    const concerned = object ?? previous;
    return concerned && this.workloadOf(concerned);
  }

  replicaSetChanged({ object, previous }: Change<ReplicaSetRecord>): Workload | undefined {
    if (previous) {
      this.#replicaSets.delete(previous.uid);
      dropOf(this.#replicaSetsByOwner, previous.owner?.uid ?? '', previous.uid);
    }
    if (object) {
      this.#replicaSets.set(object.uid, object);
      if (object.owner) setOf(this.#replicaSetsByOwner, object.owner.uid).add(object.uid);
    }
    const concerned = object ?? previous;
    return concerned && this.#ownedBy(concerned.namespace, concerned.owner);
  }

  /** The pod with this UID, whether or not it belongs to a workload. */
  pod(uid: string): PodRecord | undefined {
    return this.#podsByUid.get(uid);
  }

  pods(): Iterable<PodRecord> {
    return this.#podsByUid.values();
  }

  workloadOf(pod: PodRecord): Workload | undefined {
    if (pod.owner?.kind !== 'ReplicaSet') return this.#ownedBy(pod.namespace, pod.owner);
    const replicaSet = this.#replicaSets.get(pod.owner.uid);
    return replicaSet && this.#ownedBy(replicaSet.namespace, replicaSet.owner);
  }

  /** Pods of the Deployment or StatefulSet with this UID, the finished ones left out. */
  podsOf(uid: string): Pod[] {
    const owners = [uid, ...(this.#replicaSetsByOwner.get(uid) ?? [])];
    return owners.flatMap((owner) => {
      const pods = [...(this.#podsByOwner.get(owner)?.values() ?? [])];
      return pods.filter((pod) => !pod.finished).map(asPod);
    });
  }

  /** Only what has a scale and creates pods itself; a Job's or DaemonSet's pod belongs to nothing that can be scaled. */
  #ownedBy(namespace: string, owner: OwnerReference | undefined): Workload | undefined {
    if (owner === undefined) return undefined;
    const { kind, name } = owner;
    if (kind !== 'Deployment' && kind !== 'StatefulSet' && !this.#otherKinds.has(kind)) return undefined;
    return { namespace, kind, name };
  }

  #addPod(key: string, pod: PodRecord): void {
    this.#podsByUid.set(pod.uid, pod);
    if (!pod.owner) return;
    const siblings = this.#podsByOwner.get(pod.owner.uid) ?? new Map<string, PodRecord>();
    this.#podsByOwner.set(pod.owner.uid, siblings.set(key, pod));
  }

  #dropPod(key: string, pod: PodRecord): void {
    this.#podsByUid.delete(pod.uid);
    const siblings = this.#podsByOwner.get(pod.owner?.uid ?? '');
    siblings?.delete(key);
    if (siblings?.size === 0) this.#podsByOwner.delete(pod.owner?.uid ?? '');
  }
}

function asPod({ namespace: _namespace, owner: _owner, finished: _finished, ...pod }: PodRecord): Pod {
  return pod;
}

function dropOf(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  set?.delete(value);
  if (set?.size === 0) map.delete(key);
}

function setOf(map: Map<string, Set<string>>, key: string): Set<string> {
  const set = map.get(key) ?? new Set<string>();
  map.set(key, set);
  return set;
}
