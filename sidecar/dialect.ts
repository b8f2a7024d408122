/**
 * What one proxy's Prometheus text means, as data and pure functions. A mesh folder fills one in; the sidecar reads
 * any of them and never says a product's name.
 */
export interface Dialect {
  /** What `--proxy` calls it. */
  readonly name: string;
  /** Where the proxy is found from inside the pod, tried in order. */
  readonly urls: readonly string[];
  /** Sample names of which at least one shows that the proxy's own part of the body is there and whole. */
  readonly proof: readonly string[];
  /**
   * The counter of requests at their start. Absent: the proxy counts only at the end, so `outcomes` are the requests,
   * and under overload they are fewer than the arrivals.
   */
  readonly arrivals?: CounterRule;
  /** The counter at the end of a request, which says how it went. */
  readonly outcomes: OutcomeRule;
  /** Requests that arrived and failed without being in `arrivals` or `outcomes`. */
  readonly lost?: CounterRule;
  readonly latency: LatencyRule;
  /** A gauge of requests being served. */
  readonly inflight?: CounterRule;
  /** A gauge of requests that wait for the application to take them. */
  readonly queued?: CounterRule;
  readonly restart?: RestartRule;
}

export type Labels = ReadonlyMap<string, string>;

/** What a rule may know beside the labels. */
export interface Scene {
  /** The port that is scraped: where scrapes are counted as requests, they carry it. */
  readonly scrapePort: string;
}

export interface CounterRule {
  /** Names of the samples, with and without `_total` where the proxy's versions differ. One body has one of them. */
  readonly samples: readonly string[];
  /** Text that the labels of every sample that counts contain: a cheap test before they are parsed. */
  readonly mark?: string;
  /** Whether this series is a request to this pod's application. */
  readonly counts: (labels: Labels, scene: Scene) => boolean;
}

export interface OutcomeRule extends CounterRule {
  readonly failed: (labels: Labels) => boolean;
}

export interface LatencyRule extends CounterRule {
  /** 1000 where bounds are milliseconds. */
  readonly unitsPerSecond: number;
  /**
   * What the proxy cuts off a latency before it picks the bucket: with 0.001, 5.9 ms counts as 5, so a bucket that
   * ends at 5 holds latencies below 6 ms, and the upper edge of an interval is moved by as much.
   */
  readonly truncationSeconds: number;
  /** Where the clock stops: figures of different kinds are never compared. */
  readonly until: 'first-byte' | 'end-of-response';
}

export interface RestartRule {
  readonly sample: string;
  /** `start-time`: Unix seconds that grow with each restart. `uptime`: seconds that fall with each restart. */
  readonly tells: 'start-time' | 'uptime';
}
