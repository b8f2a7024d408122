import type { Interval, Step } from '../../controller/series/step.ts';
import { TICK_SECONDS } from './demand.ts';
import { POD_RPS, type Served, serve, sojournQuantile } from './latency.ts';
import { BOUNDS_SECONDS } from './simulated-pod.ts';

/** What the sidecars of a workload say of one tick after another, all pods alike, as the controller's closed steps. */
export class SimulatedTelemetry {
  #backlog = 0;

  /** `demand` in pods at 100 %, NaN when nothing is known; `served` pods shared it evenly. */
  step(startMs: number, demand: number, served: number): Step {
    const silent = { startMs, inflight: Number.NaN, podsExpected: served };
    if (Number.isNaN(demand) || served === 0) {
      return { ...silent, rps: Number.NaN, errorRatio: Number.NaN, podsReporting: 0, flags: ['Missing'] };
    }
    const rps = demand * POD_RPS;
    const each = serve((rps * TICK_SECONDS) / served, this.#backlog, TICK_SECONDS);
    this.#backlog = each.backlog;
    const all = { startMs, rps, podsReporting: served, podsExpected: served, flags: [] };
    if (rps === 0) return { ...all, errorRatio: Number.NaN, inflight: 0 };
    return {
      ...all,
      errorRatio: each.errors / each.requests,
      latency: { p50: bucketOf(each, 0.5), p95: bucketOf(each, 0.95), p99: bucketOf(each, 0.99) },
      inflight: rps * (each.waitSeconds + each.sojournSeconds),
    };
  }
}

/** A histogram tells a quantile no better than the bucket it fell in. */
function bucketOf(served: Served, quantile: number): Interval {
  const seconds = sojournQuantile(served, quantile);
  const above = BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
  if (above < 0) return { lower: BOUNDS_SECONDS.at(-1) ?? 0, upper: Number.POSITIVE_INFINITY };
  return { lower: BOUNDS_SECONDS[above - 1] ?? 0, upper: BOUNDS_SECONDS[above] ?? 0 };
}
