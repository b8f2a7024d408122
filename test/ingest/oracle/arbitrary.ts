import fc from 'fast-check';
import { type KeyValue, type Metric, NOW_MS, nanos, outcome, START_MS, text } from './export.ts';

/** Exports of all shapes, sound and not, of known and unknown metrics. */
const stamp = fc.oneof(
  fc.constantFrom(0n, nanos(START_MS), nanos(NOW_MS), nanos(NOW_MS + 400_000), 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 63n }),
);
const uint64 = fc.oneof(fc.bigInt({ min: 0n, max: 100n }), fc.constantFrom(2n ** 53n, 2n ** 64n - 1n));
const double = fc.oneof(fc.double(), fc.integer({ min: 0, max: 1000 }));
const int32 = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer());
const attribute = fc.oneof(
  fc.constantFrom<KeyValue>(outcome('ok'), outcome('error')),
  fc.tuple(fc.string(), fc.string()).map(([key, value]) => text(key, value)),
  fc
    .bigInt({ min: -100n, max: 100n })
    .map((value): KeyValue => ({ key: 'outcome', value: { value: { case: 'intValue', value } } })),
);
const stamped = {
  startTimeUnixNano: stamp,
  timeUnixNano: stamp,
  attributes: fc.array(attribute, { maxLength: 6 }),
  flags: fc.constantFrom(0, 0, 0, 1, 2, 2 ** 32 - 1),
};

const numberPoint = fc.record({
  ...stamped,
  value: fc.oneof(
    double.map((value) => ({ case: 'asDouble', value }) as const),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ case: 'asInt', value }) as const),
    fc.constant({ case: undefined }),
  ),
});
const histogramPoint = fc.record({
  ...stamped,
  count: uint64,
  bucketCounts: fc.array(uint64, { maxLength: 5 }),
  explicitBounds: fc.array(double, { maxLength: 5 }),
});
const buckets = fc.record({ offset: int32, bucketCounts: fc.array(uint64, { maxLength: 5 }) });
const exponentialPoint = fc.record({
  ...stamped,
  count: uint64,
  scale: int32,
  zeroCount: uint64,
  zeroThreshold: double,
  positive: buckets,
  negative: buckets,
});

const points = <Point>(point: fc.Arbitrary<Point>) => fc.array(point, { maxLength: 3 });
const aggregationTemporality = fc.constantFrom(0, 1, 2, 2, 7);
const data: fc.Arbitrary<NonNullable<Metric['data']>> = fc.oneof(
  fc.record({ case: fc.constant('gauge' as const), value: fc.record({ dataPoints: points(numberPoint) }) }),
  fc.record({
    case: fc.constant('sum' as const),
    value: fc.record({ dataPoints: points(numberPoint), aggregationTemporality, isMonotonic: fc.boolean() }),
  }),
  fc.record({
    case: fc.constant('histogram' as const),
    value: fc.record({ dataPoints: points(histogramPoint), aggregationTemporality }),
  }),
  fc.record({
    case: fc.constant('exponentialHistogram' as const),
    value: fc.record({ dataPoints: points(exponentialPoint), aggregationTemporality }),
  }),
);

const metric = fc.record({
  name: fc.constantFrom(
    'foresail.requests',
    'foresail.request.duration',
    'foresail.requests.inflight',
    'http.server.request.duration',
  ),
  unit: fc.constantFrom('{request}', 's', 's', ''),
  data,
});

export const arbitraryMetrics: fc.Arbitrary<Metric[]> = fc.array(metric, { maxLength: 4 });
