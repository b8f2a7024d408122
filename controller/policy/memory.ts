import { REACTIVE_STABILIZATION_SECONDS } from './constants.ts';
import type { Memory } from './observation.ts';

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

/** The times of the last changes, absent where there was none. */
export function changes(memory: Memory): Pick<Memory, 'lastUpMs' | 'lastDownMs'> {
  return {
    ...(memory.lastUpMs === undefined ? {} : { lastUpMs: memory.lastUpMs }),
    ...(memory.lastDownMs === undefined ? {} : { lastDownMs: memory.lastDownMs }),
  };
}
