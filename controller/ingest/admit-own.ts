import type { GaugePoint } from '../series/report.ts';
import type { RawMetric, RawPoint } from './raw-export.ts';
import type { Rejection } from './rejection.ts';

type Judge = (point: RawPoint, nowMs: number) => Rejection | undefined;

/**
 * A gauge of the application's own, in whatever unit: its points, one for each set of attributes, are summed. One that is
 * flawed spoils the sum, and so the gauge is refused whole; undefined: it has no points.
 *
 * queue.depth {queue: orders} 12, {queue: mails} 30
 * -> 42
 */
export function admitOwn(
  metric: RawMetric,
  nowMs: number,
  flawOf: Judge,
): GaugePoint | Rejection | undefined {
  if (metric.shape !== 'gauge') return 'WrongShape';
  let value = 0;
  let atMs = 0;
  for (const point of metric.points) {
    const flaw = flawOf(point, nowMs);
    if (flaw) return flaw;
    if (point.kind === 'number') value += point.value;
    atMs = Math.max(atMs, point.atMs);
  }
  return metric.points.length === 0
    ? undefined
    : { kind: 'gauge', signal: `otlp ${metric.name}`, atMs, value };
}
