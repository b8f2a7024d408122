import { TICK_SECONDS } from './demand.ts';
import type { TickRow } from './outcome.ts';

/** What every policy is told of a tick, and nothing else: it sees demand only when the tick is over. */
export interface Tick {
  readonly startMs: number;
  readonly endMs: number;
  /** Pods at 100 %. */
  readonly demand: number;
}

/** One policy with its own pods on the traffic that all share. */
export interface Lane {
  readonly name: string;
  /** The pods that meet this tick. Called at its start. */
  begin(tick: Tick): Standing;
  /** The tick is over: look at it and ask for pods. */
  end(tick: Tick): Promise<void>;
}

export interface Standing {
  readonly ready: number;
  readonly starting: number;
  readonly requested: number;
}

export interface Replayed {
  readonly lane: string;
  readonly rows: readonly TickRow[];
}

export interface ReplayParts {
  readonly startMs: number;
  /** Pods at 100 % per tick; no NaN. */
  readonly demand: Float64Array;
  readonly lanes: readonly Lane[];
  /** Moves the clock that lanes read to the end of a tick. */
  readonly advance: (toMs: number) => void;
  /** Called after each tick; false stops the replay, with what has been played so far. */
  readonly afterTick?: (tick: Tick, played: readonly Replayed[]) => Promise<boolean> | boolean;
}

/** Plays the traffic tick by tick through all lanes. */
export async function replay(parts: ReplayParts): Promise<readonly Replayed[]> {
  const tickMs = TICK_SECONDS * 1000;
  const played = parts.lanes.map((lane) => ({ lane: lane.name, rows: [] as TickRow[] }));
  for (const [index, demand] of parts.demand.entries()) {
    const startMs = parts.startMs + index * tickMs;
    const tick = { startMs, endMs: startMs + tickMs, demand };
    for (const [which, lane] of parts.lanes.entries()) {
      played[which]?.rows.push({ atMs: startMs, demand, ...lane.begin(tick) });
    }
    parts.advance(tick.endMs);
    for (const lane of parts.lanes) await lane.end(tick);
    if ((await parts.afterTick?.(tick, played)) === false) break;
  }
  return played;
}
