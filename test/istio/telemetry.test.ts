import test from 'ava';
import { istio } from '../../istio/mesh.ts';
import { envoyTelemetry, istioTelemetry } from '../../istio/telemetry.ts';
import { dialects } from '../../sidecar/dialects.ts';
import { quantileInterval } from '../../sidecar/histogram.ts';
import { feed } from '../sidecar/made-up-dialect.ts';

/** The labels as the proxy writes them, in its order, for one source and one outcome. */
function labelsOf({
  reporter = 'destination',
  source = 'frontend',
  code = '200',
  grpc = '',
  flags = '-',
} = {}): string {
  return (
    `reporter="${reporter}",source_workload="${source}",source_canonical_service="${source}",source_canonical_revision="v1",` +
    `source_workload_namespace="shop",source_principal="spiffe://cluster.local/ns/shop/sa/${source}",source_app="${source}",` +
    'source_version="v1",source_cluster="Kubernetes",destination_workload="checkout",destination_workload_namespace="shop",' +
    'destination_principal="spiffe://cluster.local/ns/shop/sa/checkout",destination_app="checkout",destination_version="v2",' +
    'destination_service="checkout.shop.svc.cluster.local",destination_canonical_service="checkout",' +
    'destination_canonical_revision="v2",destination_service_name="checkout",destination_service_namespace="shop",' +
    `destination_cluster="Kubernetes",request_protocol="${grpc === '' ? 'http' : 'grpc'}",response_code="${code}",` +
    `grpc_response_status="${grpc}",response_flags="${flags}",connection_security_policy="mutual_tls"`
  );
}

const BOUNDS = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000,
];

function durations(latenciesMs: readonly number[], labels = labelsOf()): string {
  const lines = [...BOUNDS, 3_600_000, '+Inf'].map((le) => {
    const below = latenciesMs.filter((latency) => le === '+Inf' || latency <= Number(le)).length;
    return `istio_request_duration_milliseconds_bucket{${labels},le="${le}"} ${below}`;
  });
  return ['# TYPE istio_request_duration_milliseconds histogram', ...lines, ''].join('\n');
}

const ALIVE = '# TYPE istio_build gauge\nistio_build{component="proxy",tag="1.30.3"} 1\n';
const requests = (count: number, labels = labelsOf()) =>
  `# TYPE istio_requests_total counter\nistio_requests_total{${labels}} ${count}\n`;

test('requests are summed over sources and codes, and only as the destination', (t) => {
  const enter = feed(istioTelemetry);
  enter(ALIVE);
  const body =
    requests(10, labelsOf()) +
    requests(5, labelsOf({ source: 'cart' })) +
    requests(2, labelsOf({ code: '404' })) +
    requests(99, labelsOf({ reporter: 'source' }));
  t.like(enter(ALIVE + body), { arrivals: 0, succeeded: 17, failed: 0 });
});

const fails = test.macro((t, outcome: { code?: string; grpc?: string; flags?: string }, failed: boolean) => {
  t.is(istioTelemetry.outcomes.failed(toMap(labelsOf(outcome))), failed);
});

function toMap(labels: string): Map<string, string> {
  return new Map([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));
}

test('503 failed', fails, { code: '503', flags: 'UH' }, true);
test('404 did not fail', fails, { code: '404' }, false);
test('code 0, a client that reset before there was one, failed', fails, { code: '0', flags: 'DC' }, true);
test('gRPC UNAVAILABLE on HTTP 200 failed', fails, { grpc: '14' }, true);
test('gRPC INTERNAL on HTTP 200 failed', fails, { grpc: '13' }, true);
test('gRPC DEADLINE_EXCEEDED on HTTP 200 failed', fails, { grpc: '4' }, true);
test('gRPC NOT_FOUND is the answer that was asked for', fails, { grpc: '5' }, false);
test('gRPC OK did not fail', fails, { grpc: '0' }, false);

test('labels that the user removed are not missed', (t) => {
  const enter = feed(istioTelemetry);
  enter(ALIVE);
  const body = 'istio_requests_total{reporter="destination",response_code="500",my_dimension="x"} 3\n';
  t.like(enter(ALIVE + body), { succeeded: 0, failed: 3 });
});

test('latencies are summed over sources, in seconds', (t) => {
  const enter = feed(istioTelemetry);
  enter(ALIVE);
  const body = durations([3, 3, 3, 700]) + durations([3, 3, 3, 3, 3, 3], labelsOf({ source: 'cart' }));
  const parts = enter(ALIVE + body)?.latency ?? [];
  t.is(parts.length, 1);
  t.deepEqual(parts[0]?.edgesSeconds.slice(0, 3), [0.0005, 0.001, 0.005]);
  t.deepEqual(quantileInterval(parts, 0.5), { lowerSeconds: 0.001, upperSeconds: 0.005 });
  t.deepEqual(quantileInterval(parts, 0.95), { lowerSeconds: 0.5, upperSeconds: 1 });
});

test('merged body of the agent: its part, the proxy, then an application in OpenMetrics with an EOF of its own', (t) => {
  const enter = feed(istioTelemetry);
  const agent =
    '# HELP istio_agent_go_goroutines Number\n# TYPE istio_agent_go_goroutines gauge\nistio_agent_go_goroutines 50\n';
  const application = '# TYPE shop_orders counter\nshop_orders_total 5.0 # {trace_id="x"} 1.0\n# EOF\n';
  enter(agent + ALIVE + requests(10) + application);
  t.is(enter(agent + ALIVE + requests(14) + application)?.succeeded, 4);
  t.is(enter(application + agent + ALIVE + requests(15))?.succeeded, 1);
});

test("the proxy's half of a merged body missing: nothing is known, and no spike when it is back", (t) => {
  const enter = feed(istioTelemetry);
  enter(ALIVE + requests(100_000));
  t.is(enter('istio_agent_go_goroutines 50\nprocess_start_time_seconds 1.0\n'), undefined);
  t.is(enter(ALIVE + requests(100_007), 120_000)?.succeeded, 7);
});

test('quirk: label values that are not escaped', (t) => {
  const enter = feed(istioTelemetry);
  enter(ALIVE);
  const labels = 'reporter="destination",source_app="say "hi"\nthere",response_code="500"';
  t.is(enter(`${ALIVE}istio_requests_total{${labels}} 3\n`)?.failed, 3);
});

test('statsEvictionInterval: an evicted counter that is reborn counts from 0', (t) => {
  const enter = feed(istioTelemetry);
  enter(ALIVE + requests(500));
  enter(ALIVE + requests(500), 60_000);
  enter(ALIVE);
  t.is(enter(ALIVE + requests(8))?.succeeded, 8);
});

test('requests in flight, where the user has them included, are those coming in', (t) => {
  const enter = feed(istioTelemetry);
  const gauge = (manager: string, value: number) =>
    `envoy_http_downstream_rq_active{envoy_http_conn_manager_prefix="${manager}"} ${value}\n`;
  const body = gauge('inbound_0.0.0.0_8080', 4) + gauge('outbound_0.0.0.0_80', 9) + gauge('agent', 1);
  t.is(enter(ALIVE + body)?.inflight, 4);
  t.is(enter(ALIVE)?.inflight, Number.NaN);
  const waiting = (cluster: string, value: number) =>
    `envoy_cluster_upstream_rq_pending_active{cluster_name="${cluster}"} ${value}\n`;
  t.is(enter(ALIVE + waiting('inbound|8080||', 3) + waiting('outbound|80||db', 9))?.queued, 3);
});

/** As a stock Envoy 1.40 wrote it: 30 x 200, 3 x 404, 13 x 503 through one listener, two scrapes through admin. */
const envoyBody = (total: number, failed: number, uptime = 5) => `
# TYPE envoy_http_downstream_rq_total counter
envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="admin"} 2
envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="ingress_http"} ${total}
# TYPE envoy_http_downstream_rq_xx counter
envoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="admin"} 1
envoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="ingress_http"} ${total - failed}
envoy_http_downstream_rq_xx{envoy_response_code_class="5",envoy_http_conn_manager_prefix="ingress_http"} ${failed}
envoy_http_downstream_rq_xx{envoy_response_code_class="5",envoy_http_conn_manager_prefix="egress_http"} 77
# TYPE envoy_http_downstream_rq_active gauge
envoy_http_downstream_rq_active{envoy_http_conn_manager_prefix="admin"} 1
envoy_http_downstream_rq_active{envoy_http_conn_manager_prefix="ingress_http"} 6
# TYPE envoy_server_uptime gauge
envoy_server_uptime{} ${uptime}
# TYPE envoy_http_downstream_rq_time histogram
envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="admin",le="0.5"} 1
envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="admin",le="+Inf"} 1
envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="ingress_http",le="0.5"} ${total}
envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="ingress_http",le="+Inf"} ${total}
envoy_http_downstream_rq_time_sum{envoy_http_conn_manager_prefix="ingress_http"} 2.0487804878048780921062643756159
envoy_http_downstream_rq_time_count{envoy_http_conn_manager_prefix="ingress_http"} ${total}
`;

test('plain proxy: arrivals, failures, latency and requests in flight without its admin listener and outgoing traffic', (t) => {
  const enter = feed(envoyTelemetry);
  enter(envoyBody(0, 0));
  const added = enter(envoyBody(46, 13, 10));
  t.like(added, { arrivals: 46, succeeded: 33, failed: 13, inflight: 6 });
  t.is(added?.latency[0]?.cumulative.at(-1), 46);
});

test('plain proxy: an uptime that fell is a restart', (t) => {
  const enter = feed(envoyTelemetry);
  enter(envoyBody(10, 0, 500));
  t.is(enter(envoyBody(12, 0, 3))?.arrivals, 12);
});

test('a proxy that leaves these statistics out is not read as an idle one', (t) => {
  t.is(feed(envoyTelemetry)('envoy_server_uptime{} 5\nenvoy_cluster_manager_active_clusters{} 1'), undefined);
});

test('the mesh has both dialects, and the sidecar looks for every one under a name of its own', (t) => {
  t.deepEqual(istio.dialects, [istioTelemetry, envoyTelemetry]);
  t.is(new Set(dialects.map(({ name }) => name)).size, dialects.length);
  for (const { urls } of dialects) for (const url of urls) t.true(URL.canParse(url));
});
