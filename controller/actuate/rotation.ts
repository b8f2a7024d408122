import type { Pod } from '../ports.ts';

/** What is to be done so that pods leave the endpoints before they are removed. */
export interface RotationPlan {
  readonly out: readonly Pod[];
  readonly back: readonly Pod[];
  /** What to ask for now: the pods that were out long enough go, those that are not Ready at once. */
  readonly replicas: number;
}

export interface RotationNeed {
  readonly pods: readonly Pod[];
  /** Asked for now, and to be asked for in the end. */
  readonly current: number;
  readonly wanted: number;
  readonly nowMs: number;
  readonly holdSeconds: number;
}

/**
 * Never fewer Ready pods in rotation than are wanted. What the ReplicaSet has yet to remove (more pods than are asked
 * for) stays out; what is wanted again comes back, the last that left first, without a start.
 *
 * 10 pods, all Ready, 8 wanted, hold 60 s
 * none is out | two are out for 30 s | for 60 s
 * -> two leave, 10 are asked for | 10 | 8
 */
export function planRotation({ pods, current, wanted, nowMs, holdSeconds }: RotationNeed): RotationPlan {
  const live = pods.filter(({ terminating }) => !terminating);
  const out = live.filter(isOut).sort((a, b) => (a.outSinceMs ?? 0) - (b.outSinceMs ?? 0));
  const serving = live.filter((pod) => pod.ready && !isOut(pod));
  const leavable = serving.filter(({ inRotation }) => inRotation === true);
  const fewer = Math.max(0, current - wanted);
  // Asked to be removed already, and still there.
  const going = Math.min(out.length, Math.max(0, live.length - current));
  const spare = Math.max(0, serving.length + out.filter(({ ready }) => ready).length - wanted);
  const most = Math.min(out.length + leavable.length, going + fewer);
  const stayOut = wanted > current ? 0 : Math.min(most, Math.max(going, spare));
  const staying = out.slice(0, stayOut);
  const over = staying.filter((pod) => nowMs - (pod.outSinceMs ?? nowMs) >= holdSeconds * 1000).length;
  // The ReplicaSet removes what is not Ready first; what has no label cannot leave beforehand.
  const atOnce = live.length - serving.length - out.length + (leavable.length + out.length === 0 ? fewer : 0);
  const removable = Math.max(0, over - going) + Math.max(0, atOnce);
  return {
    out: youngest(leavable).slice(0, stayOut - staying.length),
    back: out.slice(stayOut),
    replicas: wanted < current ? current - Math.min(fewer, removable) : wanted,
  };
}

export const isOut = ({ outSinceMs }: Pod) => outSinceMs !== undefined;

/** An older pod is warmer. */
function youngest(pods: readonly Pod[]): Pod[] {
  return [...pods].sort((a, b) => b.createdMs - a.createdMs || (a.name < b.name ? -1 : 1));
}
