import type { Temporality } from './report.ts';

/** Which time two successive points of one series speak of, and what is to be counted in it. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** The newer point's whole value counts: it is a delta, or the series began anew. Otherwise the difference counts. */
  readonly fromZero: boolean;
}

export interface Stamped {
  readonly temporality: Temporality;
  readonly startMs: number;
  readonly atMs: number;
}

/** `reset`: the series began anew, or went backwards; without a span what happened between is not known. */
export interface SpanVerdict {
  readonly span: Span | undefined;
  readonly reset: boolean;
}

/** A mean over more than this says nothing about a step of seconds: the time is missing instead. */
export const LONGEST_SPAN_MS = 300_000;

/** Exporters that compute their start as now - uptime wander by milliseconds; a restart moves it by more. */
const START_WANDER_MS = 1_000;

/**
 * The rules, for cumulative points a (older) and b (newer):
 *   same start, b not below a   -> b - a in (a.at, b.at]           100 at 10 s, 160 at 15 s: 60 in 5 s
 *   b began after a was made    -> b in (b.start, b.at]            100 at 10 s, 30 since 12 s at 15 s: 30 in 3 s
 *   b below a, no newer start   -> nothing is known, b is the new base: a reset at an unknown time must never
 *                                  become a spike (a = 9e8, b = 4e8 is not 4e8 requests in 5 s)
 *   no a                        -> b in (b.start, b.at] when it began within `youngMs`, otherwise b is only a base
 * Delta points speak of (start, at] themselves, never of time an older point already spoke of.
 */
export function spanBetween(
  older: Stamped | undefined,
  newer: Stamped,
  decreased: boolean,
  youngMs: number,
): SpanVerdict {
  if (newer.temporality === 'delta') {
    const fromMs = Math.max(newer.startMs, older?.atMs ?? 0);
    return { span: fromMs > 0 ? bounded(fromMs, newer.atMs, true) : undefined, reset: false };
  }
  if (older === undefined) {
    const young = newer.startMs > 0 && newer.atMs - newer.startMs <= youngMs;
    return { span: young ? bounded(newer.startMs, newer.atMs, true) : undefined, reset: false };
  }
  if (newer.startMs >= older.atMs && newer.startMs > older.startMs) {
    return { span: bounded(newer.startMs, newer.atMs, true), reset: true };
  }
  if (decreased || Math.abs(newer.startMs - older.startMs) > START_WANDER_MS) {
    return { span: undefined, reset: true };
  }
  return { span: bounded(older.atMs, newer.atMs, false), reset: false };
}

function bounded(fromMs: number, toMs: number, fromZero: boolean): Span | undefined {
  return toMs > fromMs && toMs - fromMs <= LONGEST_SPAN_MS ? { fromMs, toMs, fromZero } : undefined;
}
