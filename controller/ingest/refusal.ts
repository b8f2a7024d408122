/**
 * Why a whole request is not taken: HTTP status, google.rpc code (both are what OTLP exporters look at) and what must
 * be. Exporters come again after 429 and 503 only. The codes are label values of a metric.
 */
export const refusals = {
  NotFound: [404, 5, 'metrics are received at POST /v1/metrics, and nothing else is served here'],
  MethodNotAllowed: [405, 12, 'metrics must be sent with POST'],
  TokenMissing: [
    401,
    16,
    'an "Authorization: Bearer" header with a projected ServiceAccount token is needed',
  ],
  TokenRefused: [401, 16, 'the token is expired, for another audience, or not of a running pod'],
  WorkloadUnknown: [403, 7, 'the pod belongs to no workload that can be scaled'],
  IdentityUnavailable: [503, 14, 'the token could not be reviewed now; come again'],
  RateLimited: [429, 8, 'this pod exports too often; come again'],
  Overloaded: [503, 14, 'too many exports at once; come again'],
  Closing: [503, 14, 'the controller is stopping; come again'],
  MediaType: [415, 3, 'content-type must be application/x-protobuf or application/json (UTF-8)'],
  ContentEncoding: [415, 3, 'content-encoding must be gzip or identity, once'],
  TooLarge: [413, 8, 'the export is too large; send fewer points at once'],
  Malformed: [400, 3, 'the body is not an OTLP ExportMetricsServiceRequest'],
  BadHttp: [400, 3, 'the request is not valid HTTP/1.1'],
  HeadersTooLarge: [431, 3, 'the headers are too large'],
  TooSlow: [408, 4, 'the request took too long to arrive'],
  Internal: [500, 13, 'the controller failed on this export; it is in its log'],
} as const satisfies Record<string, readonly [number, number, string]>;

export type Refusal = keyof typeof refusals;

export const refusalReasons = Object.keys(refusals) as readonly Refusal[];

export interface Refused {
  readonly refusal: Refusal;
  /** Replaces the table's text where more is known. */
  readonly message?: string;
  /** For our log only: what a stranger need not know. */
  readonly detail?: string;
  readonly retryAfterSeconds?: number;
}
