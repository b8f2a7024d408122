import { LatencyMerge } from '../../controller/series/latency.ts';
import type { Step } from '../../controller/series/step.ts';
import { TICK_SECONDS } from './demand.ts';
import { bucketCounts, POD_RPS, serve } from './latency.ts';
import { BOUNDS_SECONDS } from './simulated-pod.ts';

/** What the sidecars of a workload say of one tick after another, all pods alike, as the controller's closed steps. */
export class SimulatedTelemetry {
  readonly #latency = new LatencyMerge();
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
    this.#latency.clear();
    const together = { ...each, requests: each.requests * served };
    this.#latency.add(BOUNDS_SECONDS, Float64Array.from(bucketCounts(together, BOUNDS_SECONDS)), 1);
    const latency = this.#latency.quantiles();
    return {
      ...all,
      errorRatio: each.errors / each.requests,
      ...(latency ? { latency } : {}),
      inflight: rps * (each.waitSeconds + each.sojournSeconds),
    };
  }
}
