import anyTest from 'ava';
import { linkerd } from '../../linkerd/mesh.ts';
import { linkerdTelemetry } from '../../linkerd/telemetry.ts';
import type { Dialect } from '../../sidecar/dialect.ts';
import { quantileInterval } from '../../sidecar/histogram.ts';
import { Ledger } from '../../sidecar/ledger.ts';
import { feed, samplesOf } from '../sidecar/made-up-dialect.ts';
import { bodiesAreHere, bodyOf, metaOf, truth } from './bodies.ts';

/** The real bodies lie beside the repository; without them these tests say that they were left out. */
const test = bodiesAreHere ? anyTest : anyTest.skip;
if (!bodiesAreHere) console.warn('SKIPPED: the real bodies are not at ../shared/fixtures/linkerd');

/** What the truth is known of, the calls of the pod `client`, is outbound: the same rules, the other direction. */
const outwards: Dialect = {
  ...linkerdTelemetry,
  arrivals: {
    samples: ['request_total'],
    mark: 'direction="outbound"',
    counts: (labels) => labels.get('target_port') !== '4191',
  },
  outcomes: { ...linkerdTelemetry.outcomes, mark: 'direction="outbound"', counts: () => true },
  latency: { ...linkerdTelemetry.latency, mark: 'direction="outbound"', counts: () => true },
};

/** From one body to the next, five seconds later. */
function between(from: string, to: string, pod: string, dialect = linkerdTelemetry, selection = {}) {
  const enter = feed(dialect, new Map(Object.entries(selection)));
  enter(bodyOf(from, pod));
  return enter(bodyOf(to, pod));
}

if (bodiesAreHere) {
  for (const { proxy, from, to, client_saw_all_outbound_of_this_pod: saw } of truth()) {
    test(`from ${from} to ${to} the counters moved by what the client saw`, (t) => {
      const expected = Object.entries(saw);
      const sum = (codes: RegExp) =>
        expected.filter(([code]) => codes.test(code)).reduce((all, [, n]) => all + n, 0);
      t.like(between(from, to, proxy, outwards), {
        arrivals: sum(/./),
        succeeded: sum(/^200/),
        failed: sum(/^5/),
      });
    });
  }
}

test('inbound requests of a meshed and of an unmeshed client are counted to the last one', (t) => {
  // 40 from the pod without a mesh, 25 from web-v1; the scrapes of the admin port are not among them.
  t.like(between('a0-fresh', 'a1-first-traffic', 'client'), {
    arrivals: 65,
    succeeded: 65,
    failed: 0,
    lost: 0,
  });
});

test('inbound requests and failures of one of two backends', (t) => {
  const split = metaOf('a1-first-traffic', 'web-v1').traffic_since_these_proxies_started[1]?.by_backend;
  t.like(between('a0-fresh', 'a1-first-traffic', 'web-v1'), { arrivals: split?.['web-v1'], failed: 6 });
});

test('without traffic nothing is counted, though the proxy was scraped', (t) => {
  t.like(between('a1-first-traffic', 'a1b-5s-later-no-traffic', 'client'), {
    arrivals: 0,
    succeeded: 0,
    failed: 0,
  });
});

test('self-pollution: 60 scrapes, 30 probes of /ready, 5 of an unknown path and 20 meshed scrapes are no requests', (t) => {
  t.like(between('d0-before-scrapes', 'd1-after-60-scrapes', 'client'), {
    arrivals: 0,
    succeeded: 0,
    failed: 0,
  });
});

test('self-pollution: scrapes from inside the pod are no requests', (t) => {
  t.like(between('h3a-before-inpod-scrapes', 'h3d-10-localhost-scrapes', 'client2'), {
    arrivals: 0,
    succeeded: 0,
  });
});

test('gRPC: what failed on HTTP 200, or was cancelled, failed', (t) => {
  const added = between('a2-second-traffic', 'e1-grpc', 'web-v1', linkerdTelemetry, { target_port: '9090' });
  t.like(added, { arrivals: 15, succeeded: 10, failed: 5 });
});

test('what the proxy turned away by policy or for want of a route is no demand', (t) => {
  // 18 came through (15 x 200, 3 x 500); 12 x 403 and 4 x 404 did not.
  t.like(between('g5a-server-before', 'g5b-authz', 'web-v1'), {
    arrivals: 18,
    succeeded: 15,
    failed: 3,
    lost: 0,
  });
});

test('what the proxy turned away by a rate limit is no demand', (t) => {
  t.like(between('g5b-authz', 'g6-ratelimit', 'web-v1'), { arrivals: 20, succeeded: 20, failed: 0, lost: 0 });
});

test('clients that gave up have arrived, and how they ended is not known', (t) => {
  t.like(between('c1-route-timeout', 'c2-client-gave-up', 'client', outwards), {
    arrivals: 42,
    succeeded: 30,
    failed: 0,
  });
});

test('idle expiry: series gone after 22 idle minutes come back in the same process and count from 0', (t) => {
  const enter = feed(outwards);
  enter(bodyOf('b2-idle-22min', 'client'));
  t.is(enter(bodyOf('b2-idle-22min', 'client'), 22 * 60_000)?.arrivals, 0);
  t.is(enter(bodyOf('b3-idle-22min-again', 'client'))?.arrivals, 0);
  t.like(enter(bodyOf('b4-traffic-after-expiry', 'client')), { arrivals: 36, succeeded: 30, failed: 6 });
});

test('a proxy restart counts from 0', (t) => {
  const enter = feed(outwards);
  const before = enter(bodyOf('g1-fresh', 'client2'));
  t.is(before?.arrivals, 0);
  const requests = enter(bodyOf('g3-retries', 'client2'))?.arrivals ?? 0;
  t.true(requests > 0);
  t.is(enter(bodyOf('h1-after-restart', 'client2'))?.arrivals, 0);
});

test('quantiles: the application slept 5 ms, and the clients saw 5 to 10', (t) => {
  const parts = between('a0-fresh', 'a1-first-traffic', 'client')?.latency ?? [];
  t.is(parts.at(0)?.cumulative.at(-1), 65);
  const median = quantileInterval(parts, 0.5);
  t.true(median !== undefined && median.lowerSeconds <= 0.005 && median.upperSeconds <= 0.01);
  // Cut to whole milliseconds: 5.3 ms is counted in the bucket that ends at 5.
  t.true((median?.upperSeconds ?? 0) + linkerdTelemetry.latency.truncationSeconds > 0.005);
});

test('quantiles: of 200 requests 50 slept 200 ms, so P50 is below 10 ms and P95 between 200 and 300', (t) => {
  const parts = between('a0-fresh', 'a1-first-traffic', 'client', outwards)?.latency ?? [];
  const counts = (upper: number) => parts[0]?.cumulative[parts[0].edgesSeconds.indexOf(upper)] ?? Number.NaN;
  t.is(counts(0.1), 150);
  t.is(counts(Number.POSITIVE_INFINITY), 200);
  t.true((quantileInterval(parts, 0.5)?.upperSeconds ?? 1) <= 0.01);
  t.deepEqual(quantileInterval(parts, 0.95), { lowerSeconds: 0.2, upperSeconds: 0.3 });
});

test('a body of 5 MB is read, and hardly any of it kept', (t) => {
  const samples = samplesOf(bodyOf('i1-60-services', 'client2'), linkerdTelemetry);
  t.true(samples.length < 1000, `${samples.length} samples`);
  const ledger = new Ledger(linkerdTelemetry, { scrapePort: '4191' }, new Map());
  t.truthy(ledger.enter(samples, 0));
});

test('no body of a real proxy has a line of interest that cannot be read', (t) => {
  for (const [name, pod] of [
    ['i1-60-services', 'client2'],
    ['e1-grpc', 'web-v1'],
    ['g6-ratelimit', 'web-v1'],
  ] as const) {
    const wanted = bodyOf(name, pod)
      .split('\n')
      .filter((line) => /^(request_total|response_total)\{direction="inbound"/.test(line));
    const kept = samplesOf(bodyOf(name, pod), linkerdTelemetry).filter(({ series }) =>
      /^re\w+_total/.test(series),
    );
    t.is(kept.length, wanted.length);
  }
});

const counts = (labels: Record<string, string>, scrapePort = '4191') =>
  linkerdTelemetry.arrivals?.counts(new Map(Object.entries(labels)), { scrapePort });

anyTest(
  'a kubelet probe, by the route that the policy gives it, is no request; a route of the user by that name is',
  (t) => {
    const labels = { direction: 'inbound', target_port: '8080', route_name: 'probe' };
    t.false(counts({ ...labels, route_kind: 'default' }));
    t.true(counts({ ...labels, route_kind: 'HTTPRoute' }));
  },
);

anyTest('scrapes are left out on whatever port the proxy was told to serve them', (t) => {
  t.false(counts({ direction: 'inbound', target_port: '5191', srv_port: '5191' }, '5191'));
  t.false(counts({ direction: 'inbound', target_port: '4191' }, '5191'));
});

anyTest('labels of older proxies, without srv and route, are enough', (t) => {
  t.true(counts({ direction: 'inbound', target_addr: '10.0.0.1:8080', target_port: '8080', tls: 'true' }));
});

anyTest('fail-fast and load-shed answers are lost requests; other errors are counted elsewhere', (t) => {
  const lost = (error: string, target_port = '8080') =>
    linkerdTelemetry.lost?.counts(new Map(Object.entries({ error, target_port })), { scrapePort: '4191' });
  t.true(lost('failfast'));
  t.true(lost('FAIL_FAST'));
  t.true(lost('LOAD_SHED'));
  t.false(lost('unexpected'));
  t.false(lost('i/o'));
  t.false(lost('failfast', '4191'));
});

anyTest('a body without the metrics that stand last was cut short, and is not believed', (t) => {
  const enter = feed(linkerdTelemetry);
  t.is(enter('request_total{direction="inbound",target_port="8080"} 5'), undefined);
});

anyTest('the mesh has this dialect', (t) => {
  t.deepEqual(linkerd.dialects, [linkerdTelemetry]);
});
