import type { Workload } from '../workload.ts';

/**
 * What one pod said in one export, after the door: who it is was decided by its token, never by what it says of
 * itself. Stamps are the sender's (Unix ms); `receivedAtMs` is ours and decides freshness.
 */
export interface Report {
  readonly workload: Workload;
  readonly podUid: string;
  readonly podName: string;
  readonly receivedAtMs: number;
  readonly points: readonly Point[];
  /** Points of this export that the door refused; absent when there were none. A report may consist of these alone. */
  readonly rejectedPoints?: number;
}

export type Point = CounterPoint | GaugePoint | HistogramPoint;

/** `cumulative` counts since startMs; `delta` counts in (startMs, atMs]. */
export type Temporality = 'cumulative' | 'delta';

export interface CounterPoint {
  readonly kind: 'counter';
  readonly signal: 'requests';
  readonly outcome: 'ok' | 'error';
  readonly temporality: Temporality;
  readonly startMs: number;
  readonly atMs: number;
  readonly value: number;
}

/** What the proxy says of requests being served and waiting; `otlp NAME`: what the application sends under that name. */
export type GaugeSignal = 'inflight' | 'queued' | `otlp ${string}`;

export interface GaugePoint {
  readonly kind: 'gauge';
  readonly signal: GaugeSignal;
  readonly atMs: number;
  readonly value: number;
}

export interface HistogramPoint {
  readonly kind: 'histogram';
  readonly signal: 'duration';
  readonly temporality: Temporality;
  readonly startMs: number;
  readonly atMs: number;
  /** Upper bounds in seconds, ascending; `counts` has one more entry than `bounds`, the last is the overflow. */
  readonly boundsSeconds: readonly number[];
  readonly counts: readonly number[];
}
