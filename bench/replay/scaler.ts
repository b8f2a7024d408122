import type { Fleet } from './fleet.ts';

/** What a scaler is told once a tick is over, and nothing before. */
export interface Seen {
  readonly startMs: number;
  readonly endMs: number;
  /** What arrived in the tick, in pods at 100 %; NaN where the trace is missing. */
  readonly demand: number;
  /** Pods that served the tick. */
  readonly served: number;
}

/** One policy in a replay: from what it saw, the replicas it asks for. It may read the fleet and must not change it. */
export interface Scaler {
  readonly name: string;
  decide(seen: Seen, fleet: Fleet): number;
}
