import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  InstrumentType,
  MeterProvider,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import test, { type ExecutionContext } from 'ava';
import { sampleExport } from '../../bench/ingest/sample.ts';
import { systemClock } from '../../controller/clock.ts';
import { JSON_TYPE, PROTOBUF, podIdentity, post, startReceiver } from './harness.ts';

const HOUR_MS = 3_600_000;
/** The SDK's enum of compressions is not exported by the exporter; its value is the header's. */
const gzip = 'gzip' as never;

/** A reader that exports when told to, through the real exporter over HTTP. */
function reader(url: string, options: object = {}, metricProducers: MetricProducer[] = []) {
  const exporter = new OTLPMetricExporter({
    url,
    headers: { authorization: 'Bearer shop-token' },
    compression: gzip,
    ...options,
  });
  const periods = { exportIntervalMillis: HOUR_MS, exportTimeoutMillis: 5000 };
  return new PeriodicExportingMetricReader({ exporter, metricProducers, ...periods });
}

async function interoperates(
  t: ExecutionContext,
  temporality: AggregationTemporality,
  kind: AggregationType,
) {
  // the SDK stamps with the machine's clock
  const { url, reports, receiver } = await startReceiver(t, { clock: systemClock });
  const provider = new MeterProvider({
    readers: [reader(url, { temporalityPreference: temporality })],
    resource: resourceFromAttributes({ 'k8s.pod.uid': 'uid-1' }),
    views: [
      {
        instrumentType: InstrumentType.HISTOGRAM,
        aggregation:
          kind === AggregationType.EXPONENTIAL_HISTOGRAM
            ? { type: kind }
            : { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [0.1, 1] } },
      },
    ],
  });
  const meter = provider.getMeter('sidecar');
  const requests = meter.createCounter('foresail.requests', { unit: '{request}' });
  requests.add(41, { outcome: 'ok' });
  requests.add(2, { outcome: 'error' });
  const duration = meter.createHistogram('foresail.request.duration', { unit: 's' });
  for (const seconds of [0, 0.05, 0.5, 0.5, 20]) duration.record(seconds);
  meter
    .createObservableGauge('foresail.requests.inflight', { unit: '{request}' })
    .addCallback((result) => result.observe(3));
  meter.createCounter('shop.orders').add(1);
  await provider.forceFlush();
  await provider.shutdown();
  t.deepEqual(receiver.stats().refused.Malformed, 0);
  t.like(receiver.stats(), { exports: { partial: 0 }, mismatchedClaims: 0 });
  const expected = temporality === AggregationTemporality.DELTA ? 'delta' : 'cumulative';
  const points = reports[0]?.points ?? [];
  const [ok, error] = points.filter(({ kind: pointKind }) => pointKind === 'counter');
  t.like(ok, { signal: 'requests', outcome: 'ok', value: 41, temporality: expected });
  t.like(error, { signal: 'requests', outcome: 'error', value: 2, temporality: expected });
  t.like(
    points.find(({ kind: pointKind }) => pointKind === 'gauge'),
    { signal: 'inflight', value: 3 },
  );
  const histogram = points.find((point) => point.kind === 'histogram');
  if (histogram === undefined) throw new Error('no histogram came');
  t.is(histogram.temporality, expected);
  t.is(atMost(histogram, 0), kind === AggregationType.EXPONENTIAL_HISTOGRAM ? 1 : 0);
  t.is(atMost(histogram, 0.1), 2);
  t.is(atMost(histogram, 1), 4);
  t.is(atMost(histogram, Number.POSITIVE_INFINITY), 5);
}

/** Observations in buckets whose upper bound is at most `seconds`. */
function atMost(
  histogram: { boundsSeconds: readonly number[]; counts: readonly number[] },
  seconds: number,
): number {
  const bounds = [...histogram.boundsSeconds, Number.POSITIVE_INFINITY];
  return histogram.counts.reduce(
    (sum, count, index) => sum + ((bounds[index] ?? 0) <= seconds ? count : 0),
    0,
  );
}

const { CUMULATIVE, DELTA } = AggregationTemporality;
const { EXPLICIT_BUCKET_HISTOGRAM, EXPONENTIAL_HISTOGRAM } = AggregationType;
test('the SDK and its exporter: cumulative, explicit', interoperates, CUMULATIVE, EXPLICIT_BUCKET_HISTOGRAM);
test('the SDK and its exporter: delta, explicit', interoperates, DELTA, EXPLICIT_BUCKET_HISTOGRAM);
test('the SDK and its exporter: cumulative, exponential', interoperates, CUMULATIVE, EXPONENTIAL_HISTOGRAM);
test('the SDK and its exporter: delta, exponential', interoperates, DELTA, EXPONENTIAL_HISTOGRAM);

test('what a metric producer hands to the exporter arrives', async (t) => {
  const { url, reports, receiver } = await startReceiver(t, { clock: systemClock });
  const sample = sampleExport(Date.now());
  const producer: MetricProducer = { collect: async () => ({ resourceMetrics: sample, errors: [] }) };
  const provider = new MeterProvider({ resource: sample.resource, readers: [reader(url, {}, [producer])] });
  await provider.forceFlush();
  await provider.shutdown();
  t.deepEqual(
    reports[0]?.points.map(({ signal }) => signal),
    ['requests', 'requests', 'duration', 'inflight'],
  );
  t.like(receiver.stats(), { exports: { partial: 0 }, ignoredMetrics: 6, mismatchedClaims: 0 });
});

test("the bytes of OpenTelemetry's two serializers say the same", async (t) => {
  const { url, reports } = await startReceiver(t, { clock: systemClock });
  const sample = sampleExport(Date.now());
  const binary = Buffer.from(ProtobufMetricsSerializer.serializeRequest(sample) ?? []);
  const json = Buffer.from(JsonMetricsSerializer.serializeRequest(sample) ?? []);
  const answers = [await post(url, binary, PROTOBUF), await post(url, json, JSON_TYPE)];
  t.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  );
  t.is(reports[0]?.points.length, 4);
  t.deepEqual(reports[0]?.points, reports[1]?.points);
});

test('the exporter comes again after 503 as Retry-After says', async (t) => {
  const { url, reports, identifier, receiver } = await startReceiver(t, {
    clock: systemClock,
    limits: { maxInFlight: 0 },
  });
  t.is((await post(url, '{}', JSON_TYPE)).headers['retry-after'], '1');
  identifier.answers.set('shop-token', podIdentity('1'));
  const provider = new MeterProvider({ readers: [reader(url, { timeoutMillis: 1200 })] });
  provider
    .getMeter('sidecar')
    .createCounter('foresail.requests', { unit: '{request}' })
    .add(1, { outcome: 'ok' });
  await provider.forceFlush().catch(() => undefined);
  await provider.shutdown().catch(() => undefined);
  t.true(receiver.stats().refused.Overloaded >= 3, 'one post, one export, and at least one more try');
  t.deepEqual(reports, []);
});
