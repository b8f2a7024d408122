import type { Demand } from '../demand.ts';
import { TICK_SECONDS } from '../demand.ts';
import { HOT_UTILISATION } from '../latency.ts';
import { REPLICA_BOUNDS } from '../replica-bounds.ts';
import type { Scaler } from '../scaler.ts';

/**
 * The cheapest schedule that never runs hot, knowing the future. A pod serves the tick t only if it was asked for
 * before t - D and kept since, so at any moment must be asked for what any tick within the next D needs, and no more:
 *
 *   asked(t) = max over [t, t + D] of ceil(demand / 0.9)
 *
 * D 30 s (2 ticks); needs 3, 3, 5, 4, 2
 * before the first tick max(3, 3, 5) = 5, then max(3, 5, 4) = 5, 5, 4, 2
 */
export function oracleScaler(demand: Demand, startupSeconds: number): Scaler {
  const asked = highestAhead(needs(demand.pods), Math.ceil(startupSeconds / TICK_SECONDS));
  const tickMs = TICK_SECONDS * 1000;
  return {
    name: 'oracle',
    decide: ({ endMs }, fleet) => asked[Math.round((endMs - demand.startMs) / tickMs)] ?? fleet.replicas,
  };
}

/** Fewest pods that hold the objective, per tick; where the demand is not known, none is needed. */
export function needs(pods: Float64Array): Uint32Array {
  return Uint32Array.from(pods, (load) =>
    Math.max(REPLICA_BOUNDS.minReplicas, Number.isNaN(load) ? 0 : Math.ceil(load / HOT_UTILISATION - 1e-9)),
  );
}

/** Maximum over [i, i + ahead], by a falling queue of candidates. */
function highestAhead(values: Uint32Array, ahead: number): Uint32Array {
  const highest = new Uint32Array(values.length);
  const queue: number[] = [];
  let head = 0;
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i] ?? 0;
    while (queue.length > head && (values[queue.at(-1) ?? 0] ?? 0) <= value) queue.pop();
    queue.push(i);
    while ((queue[head] ?? 0) > i + ahead) head++;
    highest[i] = values[queue[head] ?? i] ?? value;
  }
  return highest;
}
