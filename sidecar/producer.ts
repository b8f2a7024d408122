import type { Attributes } from '@opentelemetry/api';
import { ValueType } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type {
  CollectionResult,
  GaugeMetricData,
  HistogramMetricData,
  MetricData,
  MetricProducer,
  ResourceMetrics,
  SumMetricData,
} from '@opentelemetry/sdk-metrics';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { CumulativeHistogram, IntervalReading, Reading } from './shape.ts';
import { attributes, signals } from './signals.ts';

/** What the sidecar counts of itself, since it started. */
export interface OwnCounts {
  readonly startMs: number;
  readonly scrapeFailures: number;
  readonly exportsDropped: number;
}

/** Hands readings to OpenTelemetry as a source of metrics that are aggregated already, which its API cannot record. */
export class SignalProducer implements MetricProducer {
  readonly #resource: Resource;
  #reading: Reading | undefined;
  #own: OwnCounts = { startMs: 0, scrapeFailures: 0, exportsDropped: 0 };

  constructor(resource: Resource) {
    this.#resource = resource;
  }

  update(reading: Reading, own: OwnCounts): void {
    this.#reading = reading;
    this.#own = own;
  }

  collect(): Promise<CollectionResult> {
    return Promise.resolve({ resourceMetrics: this.#metrics(), errors: [] });
  }

  #metrics(): ResourceMetrics {
    const metrics = this.#reading ? metricsOf(this.#reading, this.#own) : [];
    return { resource: this.#resource, scopeMetrics: [{ scope: { name: 'foresail-sidecar' }, metrics }] };
  }
}

function metricsOf(reading: Reading, own: OwnCounts): MetricData[] {
  const { atMs, startMs, duration, interval } = reading;
  const requests = [
    point(startMs, atMs, { [attributes.outcome]: 'ok' }, reading.ok),
    point(startMs, atMs, { [attributes.outcome]: 'error' }, reading.error),
  ];
  const count = (name: string, unit: string, value: number): SumMetricData =>
    sum(name, unit, [point(own.startMs, Math.max(atMs, own.startMs), {}, value)]);
  return [
    sum(signals.requests, '{request}', requests),
    ...(duration ? [histogram(duration, atMs)] : []),
    ...(interval ? gaugesOf(interval, atMs) : []),
    ...requestGauge(signals.inflight, atMs, reading.inflight),
    ...requestGauge(signals.queued, atMs, reading.queued),
    count(signals.scrapeFailures, '{scrape}', own.scrapeFailures),
    count(signals.exportsDropped, '{export}', own.exportsDropped),
  ];
}

function requestGauge(name: string, atMs: number, value: number | undefined): GaugeMetricData[] {
  return value === undefined ? [] : [gauge(name, '{request}', [point(atMs, atMs, {}, value)])];
}

function gaugesOf(interval: IntervalReading, atMs: number): GaugeMetricData[] {
  const { rate, errorRatio, quantiles } = interval;
  // An upper edge of infinity says nothing, and JSON cannot carry it: the bound is then left out.
  const edges = quantiles.flatMap(({ quantile, lowerSeconds, upperSeconds }) =>
    [['lower', lowerSeconds] as const, ['upper', upperSeconds] as const]
      .filter(([, seconds]) => Number.isFinite(seconds))
      .map(([bound, seconds]) =>
        point(atMs, atMs, { [attributes.quantile]: quantile, [attributes.bound]: bound }, seconds),
      ),
  );
  return [
    gauge(signals.rate, '{request}/s', [point(atMs, atMs, {}, rate)]),
    ...(errorRatio === undefined
      ? []
      : [gauge(signals.errorRatio, '1', [point(atMs, atMs, {}, errorRatio)])]),
    ...(edges.length > 0 ? [gauge(signals.latency, 's', edges)] : []),
  ];
}

function histogram(
  { startMs, boundsSeconds, counts }: CumulativeHistogram,
  atMs: number,
): HistogramMetricData {
  const value = {
    buckets: { boundaries: [...boundsSeconds], counts: [...counts] },
    count: counts.reduce((total, count) => total + count, 0),
  };
  return {
    ...describe(signals.duration, 's', ValueType.DOUBLE),
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: [point(startMs, atMs, {}, value)],
  };
}

function sum(name: string, unit: string, dataPoints: SumMetricData['dataPoints']): SumMetricData {
  return {
    ...describe(name, unit, ValueType.INT),
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints,
  };
}

function gauge(name: string, unit: string, dataPoints: GaugeMetricData['dataPoints']): GaugeMetricData {
  return { ...describe(name, unit, ValueType.DOUBLE), dataPointType: DataPointType.GAUGE, dataPoints };
}

function describe(name: string, unit: string, valueType: ValueType) {
  return {
    descriptor: { name, description: '', unit, valueType },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
}

function point<T>(startMs: number, endMs: number, pointAttributes: Attributes, value: T) {
  return { startTime: hrTime(startMs), endTime: hrTime(endMs), attributes: pointAttributes, value };
}

/** OpenTelemetry's pair of seconds and nanoseconds. */
function hrTime(unixMs: number): [number, number] {
  const whole = Math.floor(unixMs);
  return [Math.floor(whole / 1000), (whole % 1000) * 1_000_000];
}
