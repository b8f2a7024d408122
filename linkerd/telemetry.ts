import type { Dialect, Labels, Scene } from '../sidecar/dialect.ts';

/**
 * What Linkerd's proxy says of inbound requests, by its classic families: they count at the start of a request, have 25
 * latency bounds (the newer ones seven, too coarse for a P95), and name the right service.
 *
 * Not counted, because more replicas help none of them: requests the proxy turned away itself by policy (403), for want
 * of a route (404) or by a rate limit (429). They are in none of these families. A client that gave up is in
 * `request_total` only: it arrived, and how it ended is not known.
 */
export const linkerdTelemetry: Dialect = {
  name: 'linkerd',
  urls: ['http://127.0.0.1:4191/metrics'],
  // Both stand after the classic families, so a body cut short lacks them.
  proof: ['process_start_time_seconds', 'proxy_build_info'],
  arrivals: { samples: ['request_total'], mark: 'direction="inbound"', counts: isApplicationRequest },
  outcomes: {
    samples: ['response_total'],
    mark: 'direction="inbound"',
    counts: isApplicationRequest,
    // The proxy has judged gRPC too: OK on HTTP 200 with grpc_status 14 is a failure.
    failed: (labels) => labels.get('classification') === 'failure',
  },
  // Fail-fast and load-shed answers never reach request_total (executed for outbound; the inbound stack is built of the
  // same layers). Other kinds of this family are in response_total already, or were turned away.
  lost: {
    samples: ['inbound_http_errors_total'],
    counts: (labels, scene) =>
      /^(fail_?fast|load_?shed)$/i.test(labels.get('error') ?? '') && isApplicationPort(labels, scene),
  },
  latency: {
    samples: ['response_latency_ms_bucket'],
    mark: 'direction="inbound"',
    counts: isApplicationRequest,
    unitsPerSecond: 1000,
    truncationSeconds: 0.001,
    until: 'first-byte',
  },
  restart: { sample: 'process_start_time_seconds', tells: 'start-time' },
};

/** Inbound, but neither a scrape of the proxy itself nor a kubelet probe (the policy's own route `probe`). */
function isApplicationRequest(labels: Labels, scene: Scene): boolean {
  const isProbe = labels.get('route_name') === 'probe' && labels.get('route_kind') === 'default';
  return labels.get('direction') === 'inbound' && !isProbe && isApplicationPort(labels, scene);
}

function isApplicationPort(labels: Labels, scene: Scene): boolean {
  const ports = [labels.get('target_port'), labels.get('srv_port')];
  return !ports.includes('4191') && !ports.includes(scene.scrapePort);
}
