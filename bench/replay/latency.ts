import { longerThan, sojournUnder } from './sojourn.ts';

/**
 * How one simulated pod answers: a processor shared by all its requests (M/M/1-PS). With mean service time S and
 * utilisation u the mean sojourn is S / (1 - u) (Kleinrock, Queueing Systems II, 4.4); sojourn.ts has how it is
 * distributed around that. S is chosen so that P99, 7.83 means at u = 0.9, is 250 ms there:
 * S = 0.25 * 0.1 / 7.83 = 3.19 ms, and one pod carries 1 / S = 313 requests per second at most.
 *
 * Examples: P99 is 40 ms at u = 0.5, 74 ms at 0.7, 250 ms at 0.9. bench/latency.ts measures it on a real HTTP server.
 */
export const OBJECTIVE_SECONDS = 0.25;
/** The utilisation up to which a pod holds the objective; above it a request is "hot". */
export const HOT_UTILISATION = 0.9;
export const SERVICE_SECONDS =
  (OBJECTIVE_SECONDS * (1 - HOT_UTILISATION)) / sojournUnder(0.99, HOT_UTILISATION);
/** Requests per second that keep one pod busy all the time. */
export const POD_RPS = 1 / SERVICE_SECONDS;

/** No queue reaches its stationary length within a tick this close to saturation; the backlog speaks from there. */
const STATIONARY_UNTIL = 0.99;
/** Clients give up after this; what would wait longer fails, and leaves the queue. */
export const TIMEOUT_SECONDS = 10;

/** What a pod did in one tick. */
export interface Served {
  readonly requests: number;
  readonly errors: number;
  /** How busy the pod was, for its stationary part: below 1. */
  readonly utilisation: number;
  /** Mean of the sojourn in the stationary part, and the wait for the backlog before it; seconds. */
  readonly sojournSeconds: number;
  readonly waitSeconds: number;
  /** Requests left waiting at the end of the tick. */
  readonly backlog: number;
}

/**
 * Serves `requests` arrivals in one tick, after `backlog` left over from the tick before. `speed` is 1 for a warm pod; one
 * that is still cold works at a share of it.
 */
export function serve(requests: number, backlog: number, tickSeconds: number, speed = 1): Served {
  const podRps = POD_RPS * speed;
  const utilisation = Math.min(requests / (podRps * tickSeconds), STATIONARY_UNTIL);
  const waiting = Math.max(0, backlog + requests - podRps * tickSeconds);
  const kept = Math.min(waiting, podRps * TIMEOUT_SECONDS);
  return {
    requests,
    errors: Math.min(requests, Math.round(waiting - kept)),
    utilisation,
    sojournSeconds: SERVICE_SECONDS / speed / (1 - utilisation),
    waitSeconds: (backlog + kept) / 2 / podRps,
    backlog: kept,
  };
}

/** Seconds under which the share `quantile` of a tick's requests stayed. */
export function sojournQuantile(served: Served, quantile: number): number {
  return served.waitSeconds + sojournUnder(quantile, served.utilisation) * served.sojournSeconds;
}

/** Share of a tick's requests that were answered within `seconds`. */
export function answeredWithin(
  { waitSeconds, sojournSeconds, utilisation }: Served,
  seconds: number,
): number {
  return 1 - longerThan((seconds - waitSeconds) / sojournSeconds, utilisation);
}

/**
 * Counts per bucket (one more than bounds, the last is the overflow). Rounded on the cumulative side, so they sum to
 * `requests` exactly and no bucket is negative.
 */
export function bucketCounts(served: Served, boundsSeconds: readonly number[]): number[] {
  const counts: number[] = [];
  let before = 0;
  for (const bound of boundsSeconds) {
    const upTo = Math.round(served.requests * answeredWithin(served, bound));
    counts.push(upTo - before);
    before = upTo;
  }
  counts.push(served.requests - before);
  return counts;
}
