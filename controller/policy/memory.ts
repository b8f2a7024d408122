import {
  REACTIVE_STABILIZATION_SECONDS,
  UNDONE_REMEMBERED_SECONDS,
  UNDONE_SECONDS,
  UNDONE_TOLERATED,
} from './constants.ts';
import type { Memory, Target, Undone } from './observation.ts';

type Recommendation = Memory['recommendations'][number];

/** The memory of a controller that sees the workload for the first time. `nowMs` is monotonic. */
export function freshMemory(nowMs: number): Memory {
  return { recommendations: [], sinceMs: nowMs };
}

/**
 * The memory after a decision whose write did not happen: the change is not remembered, so that no cooldown stands in
 * the way of the next try. `before` is what went into the decision, `after` what came out.
 */
export function withoutChange(after: Memory, before: Memory): Memory {
  const { lastUpMs: _up, lastDownMs: _down, askedReplicas: _asked, ...rest } = after;
  const asked = before.askedReplicas === undefined ? {} : { askedReplicas: before.askedReplicas };
  return { ...rest, ...changes(before), ...asked };
}

/** The highest need of the last `seconds`, the newest of equals; undefined when none is remembered. */
export function highestWithin(memory: Memory, nowMs: number, seconds: number): Recommendation | undefined {
  const inside = memory.recommendations.filter(({ atMs }) => !(nowMs - atMs > seconds * 1000));
  return inside.reduce<Recommendation | undefined>(
    (highest, next) => (highest === undefined || next.replicas >= highest.replicas ? next : highest),
    undefined,
  );
}

/**
 * Adds a need. One that is older and not higher than a newer one can never be the highest of any window again, so
 * the list stays short and falls from oldest to newest however often decisions are made.
 *
 * 9 at 0 s, 7 at 15 s, then 8 at 30 s
 * 7 is older and lower than 8
 * -> 9 at 0 s, 8 at 30 s
 */
export function remember(memory: Memory, next: Recommendation): Memory['recommendations'] {
  if (!Number.isFinite(next.atMs)) return memory.recommendations;
  const kept = memory.recommendations.filter(
    ({ atMs, replicas }) =>
      replicas > next.replicas && !(next.atMs - atMs > REACTIVE_STABILIZATION_SECONDS * 1000),
  );
  return [...kept, next];
}

/**
 * More replicas than were asked for: somebody else, a person as a rule, wanted them. That counts as a need, so they
 * are not taken away before a stabilisation window has passed.
 *
 * 8 were asked for, 15 are set, the need is 8
 * 15 counts as needed now
 * -> 15 at least for the window
 */
export function noticeOthers(memory: Memory, current: number, nowMs: number): Memory {
  if (memory.askedReplicas === undefined || !(current > memory.askedReplicas)) return memory;
  return { ...memory, recommendations: remember(memory, { atMs: nowMs, replicas: current }) };
}

/**
 * Somebody else has changed what this controller had asked for, soon after it did. One write of theirs counts once; a
 * write of ours, seen by a follower, has no foreign manager.
 *
 * Foresail asked for 12 at 100 s; at 160 s argocd has set 3
 * 160 s - 100 s <= 600 s
 * -> remembered for an hour
 */
export function noticeUndone(memory: Memory, { replicas, writer }: Target, nowMs: number): Memory {
  const {
    askedReplicas,
    lastUpMs = Number.NEGATIVE_INFINITY,
    lastDownMs = Number.NEGATIVE_INFINITY,
  } = memory;
  const { undone: all = [], ...rest } = memory;
  const kept = all.filter(({ atMs }) => nowMs - atMs <= UNDONE_REMEMBERED_SECONDS * 1000);
  const changed = askedReplicas !== undefined && askedReplicas !== replicas && writer !== undefined;
  const soon = nowMs - Math.max(lastUpMs, lastDownMs) <= UNDONE_SECONDS * 1000;
  const known = kept.some(
    ({ manager, writtenMs }) => manager === writer?.manager && writtenMs === writer.atMs,
  );
  const added =
    changed && soon && !known ? [{ atMs: nowMs, manager: writer.manager, writtenMs: writer.atMs }] : [];
  const undone = [...kept, ...added];
  return undone.length === 0 ? rest : { ...rest, undone };
}

/** The last time that what was asked for was undone, while nothing is to be written because of it. */
export function holdsOff({ undone = [] }: Memory, nowMs: number): Undone | undefined {
  const last = undone.at(-1);
  if (last === undefined || undone.length <= UNDONE_TOLERATED) return undefined;
  return nowMs - last.atMs < UNDONE_SECONDS * 1000 ? last : undefined;
}

/** The times of the last changes, absent where there was none. */
export function changes(memory: Memory): Pick<Memory, 'lastUpMs' | 'lastDownMs'> {
  return {
    ...(memory.lastUpMs === undefined ? {} : { lastUpMs: memory.lastUpMs }),
    ...(memory.lastDownMs === undefined ? {} : { lastDownMs: memory.lastDownMs }),
  };
}
