import { TICK_SECONDS } from './demand.ts';
import { isHot, type TickRow } from './outcome.ts';

/** A stretch of time in which one of two policies had more pods than the other. */
export interface Difference {
  readonly fromMs: number;
  readonly toMs: number;
  /** Means over the stretch, starting pods included. */
  readonly demand: number;
  readonly pods: readonly [number, number];
  /** What the first had beyond the second; below zero where it had less. */
  readonly podHours: number;
  /** Load that ran hot on each, in hours of a fully used pod. */
  readonly hotPodHours: readonly [number, number];
}

/** 5 minutes: as long as who has less may be even, or ahead, without ending a stretch. */
const PATIENCE_TICKS = 20;

/**
 * Where two policies differ on one demand, the largest difference first: pod-hours held more, and load that ran hot on one
 * and not on the other, both in hours of a pod, added up.
 *
 * pods 4, 4, 4, 4 and 4, 6, 6, 4
 * one stretch of two ticks in which the second has 2 more, for 30 s
 * -> podHours -4 x 15 / 3600
 */
export function differencesOf(first: readonly TickRow[], second: readonly TickRow[]): Difference[] {
  const stretches: Difference[] = [];
  let from = -1;
  let until = -1;
  let ahead = 0;
  const end = () => {
    if (from >= 0) stretches.push(stretch(first.slice(from, until + 1), second.slice(from, until + 1)));
    from = -1;
  };
  for (const [tick, row] of first.entries()) {
    const sign = Math.sign(podsOf(row) - podsOf(second[tick] ?? row));
    if (from >= 0 && tick - until > PATIENCE_TICKS) end();
    if (sign === 0) continue;
    if (from >= 0 && sign === ahead) until = tick;
    if (from < 0) [from, until, ahead] = [tick, tick, sign];
  }
  end();
  return stretches.sort((a, b) => weight(b) - weight(a));
}

function weight({ podHours, hotPodHours: [ours, theirs] }: Difference): number {
  return Math.abs(podHours) + Math.abs(ours - theirs);
}

function stretch(first: readonly TickRow[], second: readonly TickRow[]): Difference {
  const sum = (rows: readonly TickRow[], figure: (row: TickRow) => number) =>
    rows.reduce((total, row) => total + figure(row), 0);
  const hours = (pods: number) => (pods * TICK_SECONDS) / 3600;
  const hot = (rows: readonly TickRow[]) => hours(sum(rows, (row) => (isHot(row) ? row.demand : 0)));
  const [ours, theirs] = [sum(first, podsOf), sum(second, podsOf)];
  return {
    fromMs: first[0]?.atMs ?? Number.NaN,
    toMs: (first.at(-1)?.atMs ?? Number.NaN) + TICK_SECONDS * 1000,
    demand: sum(first, ({ demand }) => demand) / first.length,
    pods: [ours / first.length, theirs / second.length],
    podHours: hours(ours - theirs),
    hotPodHours: [hot(first), hot(second)],
  };
}

function podsOf({ ready, starting }: TickRow): number {
  return ready + starting;
}
