import { type Demand, TICK_SECONDS } from './demand.ts';
import { Fleet } from './fleet.ts';
import type { TickRow } from './outcome.ts';
import type { Scaler } from './scaler.ts';

const TICK_MS = TICK_SECONDS * 1000;

/** What one scaler had at every tick of a demand. Columns of equal length: weeks of ticks are replayed many times. */
export interface Schedule {
  readonly name: string;
  readonly demand: Demand;
  /** Pods that serve the tick, and those asked for that do not yet. */
  readonly ready: Uint32Array;
  readonly starting: Uint32Array;
}

export interface Ground {
  readonly demand: Demand;
  /** From asking for a pod to Ready. */
  readonly startupSeconds: number;
  /** Pods that are there, and Ready, at the first tick. */
  readonly replicas: number;
}

/** Work in pieces: it yields how many ticks it has played since it last did, and returns what came of them. */
export type Work<T> = Generator<number, T, void>;

/** Short, so that what replays share while they take turns stays young and cheap. */
export const PIECE_TICKS = 128;

/** Plays a demand through one scaler. What it asks for at the end of a tick starts then; what it gives up is gone then. */
export function* play(scaler: Scaler, { demand, startupSeconds, replicas }: Ground): Work<Schedule> {
  const { startMs, pods } = demand;
  const fleet = new Fleet(replicas, startupSeconds, startMs);
  const ready = new Uint32Array(pods.length);
  const starting = new Uint32Array(pods.length);
  for (const [tick, load] of pods.entries()) {
    if (tick > 0 && tick % PIECE_TICKS === 0) yield PIECE_TICKS;
    const tickMs = startMs + tick * TICK_MS;
    const served = fleet.ready(tickMs);
    ready[tick] = served;
    starting[tick] = fleet.replicas - served;
    const endMs = tickMs + TICK_MS;
    fleet.resize(scaler.decide({ startMs: tickMs, endMs, demand: load, served }, fleet), endMs);
  }
  yield pods.length - Math.floor((pods.length - 1) / PIECE_TICKS) * PIECE_TICKS;
  return { name: scaler.name, demand, ready, starting };
}

/** Does several works in turns, piece by piece, and returns what came of them in the same order. */
export function* together<T>(works: readonly Work<T>[]): Work<T[]> {
  const results = new Array<T>(works.length);
  const open = new Set(works.entries());
  while (open.size > 0) {
    for (const entry of open) {
      const [index, work] = entry;
      const { done, value } = work.next();
      if (done) {
        results[index] = value;
        open.delete(entry);
      } else yield value;
    }
  }
  return results;
}

/** Does all of a work at once. */
export function done<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** The ticks from `fromTick` on whose demand is known, as rows. */
export function rowsOf({ demand, ready, starting }: Schedule, fromTick: number): TickRow[] {
  const rows: TickRow[] = [];
  for (let tick = fromTick; tick < demand.pods.length; tick++) {
    const load = demand.pods[tick] ?? Number.NaN;
    if (Number.isNaN(load)) continue;
    const [up = 0, coming = 0] = [ready[tick], starting[tick]];
    const atMs = demand.startMs + tick * TICK_MS;
    rows.push({ atMs, demand: load, ready: up, starting: coming, requested: up + coming });
  }
  return rows;
}
