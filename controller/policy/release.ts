import type { Pod } from '../ports.ts';

/** The software that a workload runs, as its pods show it. */
export interface ReleaseState {
  /** The revision that was rolled out last; undefined before a pod was seen. */
  readonly revision?: string;
  /** When that was noticed, monotonic and Unix ms; absent where it ran already when the workload was first seen. */
  readonly released?: { readonly nowMs: number; readonly wallMs: number };
}

/**
 * The revision whose first pod is the youngest is the one that is being rolled out. Another one than before is a release, and so
 * are two at once when the workload is first seen. Returns the same object when there is nothing new. A workload that has no pods
 * for a while goes on with what it had.
 *
 * pods of revision a since 10:00 and of b since 12:00 | later only of b | then of a again, since 13:00
 * b is younger | b | a is not b
 * -> a release, b | nothing new | a release, a
 */
export function noticeRelease(
  state: ReleaseState,
  pods: readonly Pod[],
  clock: { readonly nowMs: number; readonly wallMs: number },
): ReleaseState {
  const firstMs = new Map<string, number>();
  for (const { revision, createdMs, terminating } of pods) {
    if (revision === undefined || terminating) continue;
    firstMs.set(revision, Math.min(createdMs, firstMs.get(revision) ?? Number.POSITIVE_INFINITY));
  }
  const [first] = [...firstMs].sort(([, a], [, b]) => b - a);
  const newest = first?.[0];
  if (newest === undefined || newest === state.revision) return state;
  if (state.revision === undefined && firstMs.size === 1) return { revision: newest };
  return { revision: newest, released: clock };
}
