import { boundOf } from './merge.ts';
import type { GaugeSignal } from './report.ts';
import { Trail } from './trail.ts';

/** What the pods said of one gauge in the newest step that any of them said something in. */
export interface GaugeTotal {
  /** Unix ms, the end of that step. */
  readonly endMs: number;
  /** Sum over the pods that spoke; nothing is made up for the others. */
  readonly total: number;
  readonly podsReporting: number;
  readonly podsExpected: number;
  /** The middle of the last ten minutes. */
  readonly usual: number;
}

/** Gauges of one workload beside its requests: work in flight, queues, what the pods send of their own. */
export class WorkloadGauges {
  readonly #totals = new Map<GaugeSignal, GaugeTotal>();
  readonly #trails = new Map<GaugeSignal, Trail>();

  /** `pods`: what each pod that is Ready said of the step that ended at `endMs`; `expected`: how many such pods there are. */
  close(endMs: number, pods: readonly ReadonlyMap<GaugeSignal, number>[], expected: number): void {
    const signals = new Set(pods.flatMap((pod) => [...pod.keys()]));
    for (const signal of signals) {
      const values = Float64Array.from(pods.flatMap((pod) => pod.get(signal) ?? [])).sort();
      const total = boundedSum(values);
      const trail = this.#trails.get(signal) ?? new Trail();
      this.#trails.set(signal, trail);
      trail.add(total);
      const podsReporting = values.length;
      const podsExpected = Math.max(expected, podsReporting);
      this.#totals.set(signal, { endMs, total, podsReporting, podsExpected, usual: trail.usual });
    }
  }

  read(signal: GaugeSignal): GaugeTotal | undefined {
    return this.#totals.get(signal);
  }

  clear(): void {
    this.#totals.clear();
    this.#trails.clear();
  }
}

/** As with rates, one pod of four or more counts no more than ten times the middle of the others. */
function boundedSum(ascending: Float64Array): number {
  let sum = 0;
  for (const value of ascending) sum += Math.min(value, boundOf(ascending, value));
  return sum;
}
