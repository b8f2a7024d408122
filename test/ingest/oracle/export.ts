import { create, type MessageInitShape, toBinary, toJsonString } from '@bufbuild/protobuf';
import { ExportRequestSchema, type KeyValueSchema, type MetricSchema } from './generated/metrics_pb.ts';

/** Builds exports with an encoder that is not ours, from what a test wants to say. */
export type Metric = MessageInitShape<typeof MetricSchema>;
export type KeyValue = MessageInitShape<typeof KeyValueSchema>;

/** 2023-11-14T22:13:20Z, the test clock's "now"; series began an hour before. */
export const NOW_MS = 1_700_000_000_000;
export const START_MS = NOW_MS - 3_600_000;

export const nanos = (ms: number): bigint => BigInt(ms) * 1_000_000n;

export const text = (key: string, value: string): KeyValue => ({
  key,
  value: { value: { case: 'stringValue', value } },
});

const stamps = { startTimeUnixNano: nanos(START_MS), timeUnixNano: nanos(NOW_MS) };

export const number = (value: number, attributes: KeyValue[] = []) => ({
  ...stamps,
  attributes,
  value: { case: 'asDouble', value } as const,
});

export const integer = (value: bigint, attributes: KeyValue[] = []) => ({
  ...stamps,
  attributes,
  value: { case: 'asInt', value } as const,
});

export const outcome = (value: string): KeyValue => text('outcome', value);

/** Envoy's 19 bounds, in seconds. */
export const envoyBounds = [
  0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 1800, 3600,
];

export const histogram = (counts: readonly number[], bounds: readonly number[] = envoyBounds) => ({
  ...stamps,
  count: BigInt(counts.reduce((sum, count) => sum + count, 0)),
  bucketCounts: counts.map(BigInt),
  explicitBounds: [...bounds],
});

type Points<Case extends 'sum' | 'gauge' | 'histogram' | 'exponentialHistogram'> = NonNullable<
  Extract<NonNullable<Metric['data']>, { case: Case }>['value']['dataPoints']
>;

export const requestsMetric = (dataPoints: Points<'sum'>, change: object = {}): Metric => ({
  name: 'foresail.requests',
  unit: '{request}',
  data: { case: 'sum', value: { aggregationTemporality: 2, isMonotonic: true, dataPoints, ...change } },
});

export const inflightMetric = (dataPoints: Points<'gauge'>): Metric => ({
  name: 'foresail.requests.inflight',
  unit: '{request}',
  data: { case: 'gauge', value: { dataPoints } },
});

export const durationMetric = (dataPoints: Points<'histogram'>, temporality = 2): Metric => ({
  name: 'foresail.request.duration',
  unit: 's',
  data: { case: 'histogram', value: { aggregationTemporality: temporality, dataPoints } },
});

export const exponentialMetric = (dataPoints: Points<'exponentialHistogram'>): Metric => ({
  name: 'foresail.request.duration',
  unit: 's',
  data: { case: 'exponentialHistogram', value: { aggregationTemporality: 2, dataPoints } },
});

const gaugeMetric = (name: string, unit: string, dataPoints: Points<'gauge'>): Metric => ({
  name,
  unit,
  data: { case: 'gauge', value: { dataPoints } },
});

/** What the sidecar of an Envoy pod sends: six metrics, twelve points, one histogram of 20 buckets. */
export function typicalMetrics(): Metric[] {
  const quantiles = ['0.5', '0.95', '0.99'].flatMap((quantile) =>
    ['lower', 'upper'].map((bound) => number(0.1, [text('quantile', quantile), text('bound', bound)])),
  );
  return [
    requestsMetric([integer(123_456n, [outcome('ok')]), integer(12n, [outcome('error')])]),
    durationMetric([histogram(envoyBounds.map(() => 6_000).concat(9_468))]),
    gaugeMetric('foresail.request.rate', '{request}/s', [number(43.2)]),
    gaugeMetric('foresail.request.error_ratio', '1', [number(0.0001)]),
    gaugeMetric('foresail.request.latency', 's', quantiles),
    inflightMetric([number(4)]),
  ];
}

export const podClaims = (): KeyValue[] => [
  text('service.name', 'shop'),
  text('k8s.namespace.name', 'store'),
  text('k8s.pod.name', 'shop-1'),
  text('k8s.pod.uid', 'uid-1'),
  text('k8s.deployment.name', 'shop'),
];

export const exportOf = (metrics: Metric[], resource: KeyValue[] = podClaims()) =>
  create(ExportRequestSchema, {
    resourceMetrics: [{ resource: { attributes: resource }, scopeMetrics: [{ metrics }] }],
  });

export const protobufOf = (metrics: Metric[], resource?: KeyValue[]): Buffer =>
  Buffer.from(toBinary(ExportRequestSchema, exportOf(metrics, resource)));

export const jsonOf = (metrics: Metric[], resource?: KeyValue[]): Buffer =>
  Buffer.from(toJsonString(ExportRequestSchema, exportOf(metrics, resource)));
