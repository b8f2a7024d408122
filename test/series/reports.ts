import type { ExecutionContext } from 'ava';
import type {
  CounterPoint,
  GaugePoint,
  HistogramPoint,
  Point,
  Report,
} from '../../controller/series/report.ts';
import type { Step } from '../../controller/series/step.ts';
import type { WorkloadSeries } from '../../controller/series/workload-series.ts';

export const WORKLOAD = { namespace: 'shop', kind: 'Deployment', name: 'web' };
/** A multiple of every step length used in these tests. */
export const T0 = 1_700_000_100_000 - (1_700_000_100_000 % 60_000);

export function counter(
  atMs: number,
  value: number,
  more: Partial<Pick<CounterPoint, 'outcome' | 'temporality' | 'startMs'>> = {},
): CounterPoint {
  return {
    kind: 'counter',
    signal: 'requests',
    outcome: 'ok',
    temporality: 'cumulative',
    startMs: T0 - 3_600_000,
    atMs,
    value,
    ...more,
  };
}

export function gauge(atMs: number, value: number): GaugePoint {
  return { kind: 'gauge', signal: 'inflight', atMs, value };
}

export function histogram(
  atMs: number,
  boundsSeconds: readonly number[],
  counts: readonly number[],
  startMs = T0 - 3_600_000,
): HistogramPoint {
  return {
    kind: 'histogram',
    signal: 'duration',
    temporality: 'cumulative',
    startMs,
    atMs,
    boundsSeconds,
    counts,
  };
}

/** A report that arrives as it is made, unless `receivedAtMs` says otherwise. */
export function report(podUid: string, points: readonly Point[], receivedAtMs?: number): Report {
  const newest = Math.max(...points.map((point) => point.atMs));
  return { workload: WORKLOAD, podUid, podName: podUid, receivedAtMs: receivedAtMs ?? newest, points };
}

export const at = (seconds: number) => T0 + seconds * 1000;

/** A pod that exports every `every` seconds from `from` to `to`, at a steady rate. */
export function feed(series: WorkloadSeries, pod: string, rps: number, from: number, to: number, every = 5) {
  for (let second = from; second <= to; second += every) {
    series.accept(report(pod, [counter(at(second), 1000 + rps * second)]));
  }
}

export const near = (t: ExecutionContext, actual: number | undefined, wanted: number) =>
  t.true(
    Math.abs((actual ?? Number.NaN) - wanted) < 1e-6 * Math.max(1, wanted),
    `${actual} is not ${wanted}`,
  );

export const only = (steps: readonly Step[]): Step => {
  if (steps.length !== 1 || steps[0] === undefined) throw new Error(`${steps.length} steps`);
  return steps[0];
};
