import type { Dialect } from './dialect.ts';
import type { Interval } from './histogram.ts';
import { commonEdges, mergeAt, perBucket, quantileInterval } from './histogram.ts';
import type { Increments } from './ledger.ts';

/** What one scrape adds up to. Times are Unix ms. */
export interface Reading {
  readonly atMs: number;
  readonly startMs: number;
  /** Requests since startMs by outcome; together, exactly those that arrived. */
  readonly ok: number;
  readonly error: number;
  readonly duration?: CumulativeHistogram;
  /** Absent at the first scrape. */
  readonly interval?: IntervalReading;
  /** Requests being served, and waiting to be; absent where the proxy does not say. */
  readonly inflight?: number;
  readonly queued?: number;
}

/** `counts` has one entry more than `boundsSeconds`: the last is what was above them all. */
export interface CumulativeHistogram {
  readonly startMs: number;
  readonly boundsSeconds: readonly number[];
  readonly counts: readonly number[];
}

export interface IntervalReading {
  readonly seconds: number;
  readonly rate: number;
  /** Absent when no request ended. */
  readonly errorRatio?: number;
  readonly quantiles: readonly (Interval & { readonly quantile: number })[];
}

export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** A clock this far behind was set back; one that is slewed differs by milliseconds between two scrapes. */
const SET_BACK_MS = 500;

const QUANTILES = [0.5, 0.95, 0.99] as const;

/**
 * Adds up what each scrape brought. The totals are the sidecar's own, with one start time, so they only ever grow,
 * whatever the proxy's counters do; a scrape that failed leaves no reading, and the next covers the time since.
 */
export class Shape {
  readonly #dialect: Dialect;
  #started: Moment | undefined;
  #last: Moment = { wallMs: 0, monotonicMs: 0 };
  #ok = 0;
  #error = 0;
  /** Failures whose request has yet to be counted as arrived, or was before the start. */
  #errorsAhead = 0;
  #duration: { startMs: number; edgesSeconds: readonly number[]; cumulative: readonly number[] } | undefined;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  add(increments: Increments, now: Moment): Reading {
    const since = this.#last;
    const atMs = this.#started ? stampOf(now, since) : now.wallMs;
    const isFirst = this.#started === undefined;
    this.#started ??= now;
    this.#last = { wallMs: atMs, monotonicMs: now.monotonicMs };
    this.#addRequests(increments);
    this.#addDuration(increments, isFirst ? atMs : since.wallMs);
    const seconds = (now.monotonicMs - since.monotonicMs) / 1000;
    const interval = isFirst || seconds <= 0 ? undefined : this.#interval(increments, seconds);
    const duration = this.#histogram();
    return {
      atMs,
      startMs: this.#started.wallMs,
      ok: this.#ok,
      error: this.#error,
      ...(duration ? { duration } : {}),
      ...(interval ? { interval } : {}),
      ...(Number.isNaN(increments.inflight) ? {} : { inflight: increments.inflight }),
      ...(Number.isNaN(increments.queued) ? {} : { queued: increments.queued }),
    };
  }

  /**
   * Splits arrivals into ok and error so that both only grow and their sum is the arrivals. A failure is known at the
   * end of a request, its arrival at the start; one that failed in a later interval than it came in takes the place of
   * one that arrives now. 10 arrive, then 10 fail while 4 arrive: ok 10 error 0, then ok 10 error 4, with 6 ahead.
   */
  #addRequests(increments: Increments): void {
    const arrived = arrivedIn(increments, this.#dialect);
    this.#errorsAhead += increments.failed + increments.lost;
    const failed = Math.min(this.#errorsAhead, arrived);
    this.#errorsAhead -= failed;
    this.#error += failed;
    this.#ok += arrived - failed;
  }

  /** Other edges than before (the proxy was reconfigured) cannot go on in the same histogram: it starts anew. */
  #addDuration({ latency }: Increments, sinceMs: number): void {
    if (latency.length === 0) return;
    const edges = commonEdges(latency);
    const known = this.#duration;
    const goesOn = known?.edgesSeconds.join() === edges.join();
    const { cumulative } = mergeAt(latency, edges);
    this.#duration = {
      startMs: goesOn && known ? known.startMs : sinceMs,
      edgesSeconds: edges,
      cumulative: cumulative.map((count, i) => count + (goesOn ? (known?.cumulative[i] ?? 0) : 0)),
    };
  }

  #histogram(): CumulativeHistogram | undefined {
    if (!this.#duration) return undefined;
    const { startMs, edgesSeconds, cumulative } = this.#duration;
    return { startMs, boundsSeconds: edgesSeconds.slice(0, -1), counts: perBucket(cumulative) };
  }

  #interval(increments: Increments, seconds: number): IntervalReading {
    const errors = increments.failed + increments.lost;
    const ended = errors + increments.succeeded;
    const { truncationSeconds } = this.#dialect.latency;
    const quantiles = QUANTILES.flatMap((quantile) => {
      const found = quantileInterval(increments.latency, quantile);
      return found ? [{ quantile, ...found, upperSeconds: found.upperSeconds + truncationSeconds }] : [];
    });
    return {
      seconds,
      rate: arrivedIn(increments, this.#dialect) / seconds,
      ...(ended > 0 ? { errorRatio: errors / ended } : {}),
      quantiles,
    };
  }
}

/**
 * A stamp never repeats or goes back, even if the wall clock does: OTLP takes such a point for a reset. While the clock
 * is behind where it should be, stamps go on with the time that passes, for a count over no time is no rate:
 *   12:00:00, then after 5 s 11:00:05  ->  12:00:05, and after 5 s more 11:00:10  ->  12:00:10
 */
function stampOf(now: Moment, since: Moment): number {
  const expectedMs = since.wallMs + Math.round(now.monotonicMs - since.monotonicMs);
  const setBack = expectedMs - now.wallMs > SET_BACK_MS;
  return Math.max(setBack ? expectedMs : now.wallMs, since.wallMs + 1);
}

function arrivedIn(increments: Increments, dialect: Dialect): number {
  const { arrivals, succeeded, failed, lost } = increments;
  return (dialect.arrivals ? arrivals : succeeded + failed) + lost;
}
