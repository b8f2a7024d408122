import type {
  CounterPoint,
  GaugePoint,
  HistogramPoint,
  Point,
  Report,
} from '../../controller/series/report.ts';

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
