/**
 * The wire vocabulary between sidecar and controller (and any other OTLP consumer): metric names, units and
 * attributes. Counters and histograms are cumulative since `startTimeUnixNano`, so a lost export loses nothing and a
 * repeated one counts once. Gauges repeat what the sidecar already derived, for people and other consumers.
 */
export const signals = {
  /** Sum, cumulative, monotonic, `{request}`. Requests that arrived at this pod; attribute `outcome` = ok | error. */
  requests: 'foresail.requests',
  /** Histogram, cumulative, seconds, explicit bounds as the proxy has them. */
  duration: 'foresail.request.duration',
  /** Gauge, `{request}/s`, over the last interval. */
  rate: 'foresail.request.rate',
  /** Gauge, `1`: failed / all requests of the last interval; absent when there was no request. */
  errorRatio: 'foresail.request.error_ratio',
  /** Gauge, seconds: attributes `quantile` = 0.5 | 0.95 | 0.99 and `bound` = lower | upper (the bucket it fell in). */
  latency: 'foresail.request.latency',
  /** Gauge, `{request}`: requests being served now; absent where the proxy has no such figure. */
  inflight: 'foresail.requests.inflight',
  /** Gauge, `{request}`: requests that wait for the application to take them; absent where the proxy has no such figure. */
  queued: 'foresail.requests.queued',
  /** Sum, cumulative, monotonic, `{scrape}`. Scrapes of the proxy that failed and left a gap. For people. */
  scrapeFailures: 'foresail.sidecar.scrape.failures',
  /** Sum, cumulative, monotonic, `{export}`. Exports that no endpoint will get: the queue was full, or one refused. */
  exportsDropped: 'foresail.sidecar.export.dropped',
} as const;

/** Attribute keys of the signals above. */
export const attributes = { outcome: 'outcome', quantile: 'quantile', bound: 'bound' } as const;

/** Resource attributes: where the latency clock stops (`first-byte` | `end-of-response`), what a request is counted at. */
export const resourceAttributes = {
  proxy: 'foresail.proxy',
  latencyUntil: 'foresail.latency.until',
  /** `arrival` | `completion`: under overload a completion rate is below the demand. */
  countedAt: 'foresail.requests.counted_at',
} as const;

/** The audience of the projected ServiceAccount token a sidecar presents; the controller reviews for this one only. */
export const TELEMETRY_AUDIENCE = 'foresail.dev/otlp';
