import { parseWorkloadKey, type Workload, workloadKey } from '../workload.ts';
import type { Fate } from './pod-series.ts';
import type { Report } from './report.ts';
import type { Step } from './step.ts';
import { type SeriesOptions, WorkloadSeries } from './workload-series.ts';

export interface TelemetryOptions extends SeriesOptions {
  /** Workloads kept at once; reports of further ones are refused and counted. @default 5000 */
  readonly mostWorkloads?: number;
}

export interface TelemetryStats {
  readonly workloads: number;
  readonly reports: number;
  /** Reports of workloads beyond `mostWorkloads`. */
  readonly overflow: number;
  /** Points by what became of them. */
  readonly points: Readonly<Record<Fate, number>>;
  readonly skewedPods: number;
}

/** A workload nobody speaks of for this long, and whose series nobody asked for, is forgotten. */
const FORGET_WORKLOAD_MS = 3_600_000;

/** The telemetry of all workloads. */
export interface Telemetry {
  /** Takes a report; the workload's series is made on first sight. */
  accept(report: Report): void;
  /** The series of a workload, made when there is none yet, so that history can be preloaded into it. */
  series(workload: Workload): WorkloadSeries;
  /** Closes what is due in every workload. `expected` as in {@link WorkloadSeries.close}. */
  close(
    nowMs: number,
    expected: (workload: Workload) => readonly string[] | undefined,
  ): { readonly workload: Workload; readonly steps: readonly Step[] }[];
  /** Drops a series that was asked for; one that nobody asked for goes by itself after an hour of silence. */
  forget(workload: Workload): void;
  stats(): TelemetryStats;
}

export function createTelemetry(options: TelemetryOptions = {}): Telemetry {
  const mostWorkloads = options.mostWorkloads ?? 5_000;
  const byKey = new Map<string, WorkloadSeries>();
  const wanted = new Set<string>();
  const points = { taken: 0, late: 0, duplicate: 0, old: 0, mismatch: 0, rejected: 0 };
  let reports = 0;
  let overflow = 0;
  const count = (fate: Fate) => {
    points[fate]++;
  };

  function seriesOf(key: string): WorkloadSeries {
    let found = byKey.get(key);
    if (found === undefined) {
      found = new WorkloadSeries(options, count);
      byKey.set(key, found);
    }
    return found;
  }

  return {
    accept(report) {
      reports++;
      const key = workloadKey(report.workload);
      if (byKey.size >= mostWorkloads && !byKey.has(key)) overflow++;
      else seriesOf(key).accept(report);
    },
    series(workload) {
      const key = workloadKey(workload);
      wanted.add(key);
      return seriesOf(key);
    },
    close(nowMs, expected) {
      const closed: { workload: Workload; steps: Step[] }[] = [];
      for (const [key, one] of byKey) {
        const workload = parseWorkloadKey(key);
        const steps = one.close(nowMs, expected(workload));
        if (steps.length > 0) closed.push({ workload, steps });
        const heardMs = one.lastReceivedMs;
        if (!wanted.has(key) && heardMs < nowMs - FORGET_WORKLOAD_MS) byKey.delete(key);
      }
      return closed;
    },
    forget(workload) {
      const key = workloadKey(workload);
      wanted.delete(key);
      byKey.delete(key);
    },
    stats() {
      let skewedPods = 0;
      for (const one of byKey.values()) skewedPods += one.skewedPods;
      return { workloads: byKey.size, reports, overflow, points: { ...points }, skewedPods };
    },
  };
}
