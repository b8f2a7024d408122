import type { Demand } from '../../bench/replay/demand.ts';

/** Pods at 100 % per tick of 15 s, from the epoch on. */
export function demand(pods: readonly number[]): Demand {
  return { startMs: 0, pods: Float64Array.from(pods), missing: pods.filter(Number.isNaN).length };
}
