import type { Attributes, HrTime } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { signals } from '../../sidecar/signals.ts';

/** Envoy's buckets, in seconds. */
const bounds = [
  0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 1800, 3600,
];

/**
 * What the sidecar of an Envoy pod exports every 5 s, as the SDK holds it: one resource, six metrics, eleven points
 * and a histogram of 20 buckets.
 */
export function sampleExport(nowMs: number): ResourceMetrics {
  const stamps = { startTime: hrTime(nowMs - 3_600_000), endTime: hrTime(nowMs) };
  const point = <Value>(value: Value, attributes: Attributes = {}): DataPoint<Value> => ({
    ...stamps,
    attributes,
    value,
  });
  const gauge = (name: string, unit: string, dataPoints: DataPoint<number>[]): MetricData => ({
    ...describe(name, unit),
    dataPointType: DataPointType.GAUGE,
    dataPoints,
  });
  const latency = ['0.5', '0.95', '0.99'].flatMap((quantile) =>
    ['lower', 'upper'].map((bound) => point(0.1, { quantile, bound })),
  );
  const counts = [...bounds.map((_, index) => 1000 + index), 7];
  const count = counts.reduce((sum, bucket) => sum + bucket, 0);
  const metrics: MetricData[] = [
    {
      ...describe(signals.requests, '{request}'),
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      dataPoints: [point(count, { outcome: 'ok' }), point(12, { outcome: 'error' })],
    },
    {
      ...describe(signals.duration, 's'),
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [point({ buckets: { boundaries: bounds, counts }, count, sum: 1234.5 })],
    },
    gauge(signals.rate, '{request}/s', [point(43.2)]),
    gauge(signals.errorRatio, '1', [point(0.0001)]),
    gauge(signals.latency, 's', latency),
    gauge(signals.inflight, '{request}', [point(4)]),
  ];
  return { resource, scopeMetrics: [{ scope: { name: 'foresail' }, metrics }] };
}

const resource = resourceFromAttributes({
  'service.name': 'shop',
  'k8s.namespace.name': 'store',
  'k8s.pod.name': 'shop-1',
  'k8s.pod.uid': 'uid-1',
  'k8s.deployment.name': 'shop',
});

function describe(name: string, unit: string) {
  return {
    descriptor: { name, unit, description: 'one of the signals of sidecar/signals.ts', valueType: 1 },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
}

function hrTime(unixMs: number): HrTime {
  return [Math.floor(unixMs / 1000), (unixMs % 1000) * 1_000_000];
}
