import type { Dialect, Labels } from '../sidecar/dialect.ts';

/** gRPC codes that are the server's fault, as OpenTelemetry's RPC conventions list them for a server. */
const GRPC_SERVER_ERRORS = new Set([
  '2', // UNKNOWN
  '4', // DEADLINE_EXCEEDED
  '12', // UNIMPLEMENTED
  '13', // INTERNAL
  '14', // UNAVAILABLE
  '15', // DATA_LOSS
]);

/**
 * Istio's sidecar proxy, as the destination of requests. It counts at the end of a request, and times the whole
 * response. Within one pod only sources and codes vary, so all series are summed; no label is required but `reporter`,
 * for users drop and rename the others. Probes go through the agent, not through the proxy, and are not in here.
 */
export const istioTelemetry: Dialect = {
  name: 'istio',
  // 15090 is the proxy alone, and filters by name; 15020 concatenates the agent's, the proxy's and the application's.
  urls: [
    'http://127.0.0.1:15090/stats/prometheus?filter=istio_(requests_total%7Crequest_duration%7Cbuild)%7Cserver.uptime%7Cdownstream_rq_active%7Cupstream_rq_pending_active',
    'http://127.0.0.1:15020/stats/prometheus?filter=istio_(requests_total%7Crequest_duration%7Cbuild)%7Cserver.uptime%7Cdownstream_rq_active%7Cupstream_rq_pending_active',
  ],
  // Of these, the agent and the application write none: they show that the proxy's part is in a merged body.
  proof: ['istio_build', 'istio_requests_total'],
  outcomes: {
    samples: ['istio_requests_total', 'istio_requests'],
    mark: 'reporter="destination"',
    counts: isDestination,
    failed: isFailure,
  },
  latency: {
    samples: ['istio_request_duration_milliseconds_bucket'],
    mark: 'reporter="destination"',
    counts: isDestination,
    unitsPerSecond: 1000,
    truncationSeconds: 0.001,
    until: 'end-of-response',
  },
  // Excluded by default; there when proxyStatsMatcher includes it.
  inflight: {
    samples: ['envoy_http_downstream_rq_active'],
    counts: (labels) =>
      isInbound(labels.get('envoy_http_conn_manager_prefix') ?? labels.get('http_conn_manager_prefix')),
  },
  queued: {
    samples: ['envoy_cluster_upstream_rq_pending_active'],
    counts: (labels) => isInbound(labels.get('envoy_cluster_name') ?? labels.get('cluster_name')),
  },
  restart: { sample: 'envoy_server_uptime', tells: 'uptime' },
};

/**
 * A plain Envoy by its own statistics: every HTTP connection manager but the admin listener and those named as
 * outgoing. It cannot see gRPC errors, which ride on HTTP 200, in these families.
 */
export const envoyTelemetry: Dialect = {
  name: 'envoy',
  urls: [
    'http://127.0.0.1:9901/stats/prometheus?filter=downstream_rq_(total%7C%5B1-5%5Dxx%7Ctime%7Cactive)%7Cupstream_rq_pending_active%7Cserver.uptime',
  ],
  // The admin listener itself always has one. A proxy that leaves these statistics out is not read as an idle one.
  proof: ['envoy_http_downstream_rq_total'],
  arrivals: { samples: ['envoy_http_downstream_rq_total'], counts: isServed },
  outcomes: {
    samples: ['envoy_http_downstream_rq_xx'],
    counts: isServed,
    failed: (labels) => labels.get('envoy_response_code_class') === '5',
  },
  latency: {
    samples: ['envoy_http_downstream_rq_time_bucket'],
    counts: isServed,
    unitsPerSecond: 1000,
    truncationSeconds: 0.001,
    until: 'end-of-response',
  },
  inflight: { samples: ['envoy_http_downstream_rq_active'], counts: isServed },
  // Nothing but its name tells the application's cluster from those that it calls.
  queued: {
    samples: ['envoy_cluster_upstream_rq_pending_active'],
    counts: (labels) => /^(inbound|local)/.test(labels.get('envoy_cluster_name') ?? ''),
  },
  restart: { sample: 'envoy_server_uptime', tells: 'uptime' },
};

function isDestination(labels: Labels): boolean {
  return labels.get('reporter') === 'destination';
}

/** A 5xx, no code at all (the client reset before there was one), or a gRPC error under HTTP 200. */
function isFailure(labels: Labels): boolean {
  const code = labels.get('response_code') ?? '';
  const grpc = labels.get('grpc_response_status') ?? '';
  return code === '0' || code.startsWith('5') || GRPC_SERVER_ERRORS.has(grpc);
}

function isInbound(manager: string | undefined): boolean {
  return manager?.startsWith('inbound') ?? false;
}

function isServed(labels: Labels): boolean {
  const manager = labels.get('envoy_http_conn_manager_prefix') ?? '';
  return manager !== 'admin' && !/^(egress|outbound)/.test(manager);
}
