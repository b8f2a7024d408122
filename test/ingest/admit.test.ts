import test, { type ExecutionContext } from 'ava';
import { admit } from '../../controller/ingest/admit.ts';
import { decodeJson } from '../../controller/ingest/json/decode.ts';
import { defaultLimits } from '../../controller/ingest/limits.ts';
import { decodeProtobuf } from '../../controller/ingest/protobuf/decode.ts';
import { type Rejection, rejectionReasons } from '../../controller/ingest/rejection.ts';
import type { Point } from '../../controller/series/report.ts';
import {
  durationMetric,
  exponentialMetric,
  histogram,
  inflightMetric,
  integer,
  jsonOf,
  type Metric,
  NOW_MS,
  nanos,
  number,
  outcome,
  protobufOf,
  requestsMetric,
  START_MS,
  text,
} from './oracle/export.ts';

const ok = [outcome('ok')];
const tested = new Set<Rejection>();

/** Both formats must judge alike. */
function judge(t: ExecutionContext, metrics: Metric[]) {
  const binary = admit(decodeProtobuf(protobufOf(metrics), defaultLimits), NOW_MS);
  const json = admit(decodeJson(jsonOf(metrics), defaultLimits), NOW_MS);
  t.deepEqual(binary, json);
  return binary;
}

function rejects(t: ExecutionContext, metric: Metric, reason: Rejection, points = 1) {
  const admission = judge(t, [metric]);
  t.deepEqual(admission.points, []);
  t.deepEqual([...admission.rejected], [[reason, points]]);
  t.is(admission.rejectedPoints, points);
}

function admits(t: ExecutionContext, metric: Metric, expected: Partial<Point>) {
  const admission = judge(t, [metric]);
  t.like(admission.points, [expected]);
  t.is(admission.points.length, 1);
  t.is(admission.message, '');
}

const counter = (change: object) => requestsMetric([{ ...number(1, ok), ...change }]);
const buckets = (change: object) => durationMetric([{ ...histogram([1, 2, 3], [0.1, 0.2]), ...change }]);
const exponential = (change: object) =>
  exponentialMetric([
    { ...histogram([], []), count: 3n, positive: { offset: 0, bucketCounts: [1n, 2n] }, ...change },
  ]);
const AHEAD = NOW_MS + 300_000;
const bare = { startTimeUnixNano: nanos(START_MS), timeUnixNano: nanos(NOW_MS) };

const rejected: [string, Metric, Rejection, number?][] = [
  ['a counter that is NaN', requestsMetric([number(Number.NaN, ok)]), 'NotFinite'],
  ['a counter that is infinite', requestsMetric([number(Number.POSITIVE_INFINITY, ok)]), 'NotFinite'],
  ['a gauge that is -Infinity', inflightMetric([number(Number.NEGATIVE_INFINITY)]), 'NotFinite'],
  ['a point without a value', requestsMetric([{ ...bare, attributes: ok }]), 'NotFinite'],
  ['a gauge without a value', inflightMetric([bare]), 'NotFinite'],
  ['a negative counter', requestsMetric([integer(-1n, ok)]), 'Negative'],
  ['a negative gauge', inflightMetric([number(-0.1)]), 'Negative'],
  ['a counter of 1e308', requestsMetric([number(1e308, ok)]), 'Overflow'],
  ['a counter of 2^63 - 1', requestsMetric([integer(2n ** 63n - 1n, ok)]), 'Overflow'],
  ['a counter of -2^63', requestsMetric([integer(-(2n ** 63n), ok)]), 'Negative'],
  ['a stale marker', counter({ flags: 1 }), 'NoRecordedValue'],
  ['a stale marker that has a value', inflightMetric([{ ...number(3), flags: 1 }]), 'NoRecordedValue'],
  ['a histogram that ended', buckets({ flags: 1 }), 'NoRecordedValue'],
  ['an exponential histogram that ended', exponential({ flags: 1 }), 'NoRecordedValue'],
  ['a counter without a stamp', counter({ timeUnixNano: 0n }), 'NoStamp'],
  ['a counter without a start', counter({ startTimeUnixNano: 0n }), 'NoStamp'],
  ['a gauge without a stamp', inflightMetric([{ ...number(3), timeUnixNano: 0n }]), 'NoStamp'],
  ['a histogram without a start', buckets({ startTimeUnixNano: 0n }), 'NoStamp'],
  ['a stamp 5 minutes and 1 ms ahead', counter({ timeUnixNano: nanos(AHEAD + 1) }), 'FutureStamp'],
  ['the last stamp there is', counter({ timeUnixNano: 2n ** 64n - 1n }), 'FutureStamp'],
  ['a start after the end', counter({ startTimeUnixNano: nanos(NOW_MS + 1) }), 'StampsReversed'],
  [
    'a delta of no time',
    requestsMetric([{ ...number(1, ok), startTimeUnixNano: nanos(NOW_MS) }], { aggregationTemporality: 1 }),
    'StampsReversed',
  ],
  [
    'requests as a gauge',
    { ...inflightMetric([number(1), number(2)]), name: 'foresail.requests' },
    'WrongShape',
    2,
  ],
  [
    'in-flight as a sum',
    { ...requestsMetric([number(1, ok)]), name: 'foresail.requests.inflight' },
    'WrongShape',
  ],
  [
    'a duration as a gauge',
    { ...inflightMetric([number(1)]), name: 'foresail.request.duration' },
    'WrongShape',
  ],
  ['milliseconds', { ...durationMetric([histogram([1, 2], [5])]), unit: 'ms' }, 'WrongUnit'],
  ['no unit', { ...durationMetric([histogram([1, 2], [5])]), unit: '' }, 'WrongUnit'],
  ['no temporality', requestsMetric([number(1, ok)], { aggregationTemporality: 0 }), 'NoTemporality'],
  ['an unknown temporality', durationMetric([histogram([1], [])], 3), 'NoTemporality'],
  ['requests that may fall', requestsMetric([number(1, ok)], { isMonotonic: false }), 'NotMonotonic'],
  ['no outcome', requestsMetric([number(1)]), 'UnknownAttribute'],
  ['another outcome', requestsMetric([number(1, [outcome('fine')])]), 'UnknownAttribute'],
  ['an outcome of 300 bytes', requestsMetric([number(1, [outcome('ok'.padEnd(300))])]), 'UnknownAttribute'],
  ['two outcomes', requestsMetric([number(1, [outcome('ok'), outcome('error')])]), 'UnknownAttribute'],
  [
    'an outcome that is a number',
    requestsMetric([number(1, [{ key: 'outcome', value: { value: { case: 'intValue', value: 1n } } }])]),
    'UnknownAttribute',
  ],
  ['a series split by route', requestsMetric([number(1, [...ok, text('route', '/a')])]), 'UnknownAttribute'],
  ['a gauge split by route', inflightMetric([number(1, [text('route', '/a')])]), 'UnknownAttribute'],
  ['a histogram split by route', buckets({ attributes: [text('route', '/a')] }), 'UnknownAttribute'],
  [
    'a hundred attributes',
    requestsMetric([
      number(
        1,
        Array.from({ length: 100 }, (_, i) => text(`a${i}`, 'b')),
      ),
    ]),
    'UnknownAttribute',
  ],
  ['bounds out of order', buckets({ explicitBounds: [0.2, 0.1] }), 'BoundsUnordered'],
  ['a bound twice', buckets({ explicitBounds: [0.1, 0.1] }), 'BoundsUnordered'],
  ['a bound that is NaN', buckets({ explicitBounds: [0.1, Number.NaN] }), 'BoundsUnordered'],
  [
    'a bound that is infinite',
    buckets({ explicitBounds: [0.1, Number.POSITIVE_INFINITY] }),
    'BoundsUnordered',
  ],
  ['a negative bound', buckets({ explicitBounds: [-0.1, 0.1] }), 'Negative'],
  ['a bucket too few', buckets({ bucketCounts: [1n, 2n] }), 'BucketMismatch'],
  ['a bucket too many', buckets({ bucketCounts: [1n, 2n, 3n, 0n] }), 'BucketMismatch'],
  ['bounds without buckets', buckets({ bucketCounts: [] }), 'BucketMismatch'],
  ['buckets that do not sum to count', buckets({ count: 7n }), 'BucketMismatch'],
  [
    'a bucket beyond 2^53',
    buckets({ bucketCounts: [2n ** 64n - 1n, 0n, 0n], count: 2n ** 64n - 1n }),
    'Overflow',
  ],
  [
    'a thousand buckets',
    durationMetric([
      histogram(
        Array(1001).fill(1),
        Array.from({ length: 1000 }, (_, i) => i),
      ),
    ]),
    'TooManyBuckets',
  ],
  [
    'a thousand exponential buckets',
    exponential({ positive: { bucketCounts: Array(1000).fill(1n) } }),
    'TooManyBuckets',
  ],
  ['negative durations', exponential({ negative: { offset: 0, bucketCounts: [1n] } }), 'Negative'],
  ['a zero threshold below zero', exponential({ zeroThreshold: -1 }), 'Negative'],
  ['a zero threshold that is NaN', exponential({ zeroThreshold: Number.NaN }), 'NotFinite'],
  ['values below the zero threshold', exponential({ zeroThreshold: 1.5 }), 'BoundsUnordered'],
  [
    'buckets beyond what a double holds',
    exponential({ positive: { offset: 1023, bucketCounts: [1n, 2n] } }),
    'BoundsUnordered',
  ],
  ['buckets finer than a double holds', exponential({ scale: 1000 }), 'BoundsUnordered'],
  ['exponential buckets that do not sum to count', exponential({ count: 4n }), 'BucketMismatch'],
];
for (const [name, metric, reason, points] of rejected) {
  tested.add(reason);
  test(`rejected: ${name}`, rejects, metric, reason, points);
}

test('every reason has a case', (t) => t.deepEqual([...tested].sort(), [...rejectionReasons].sort()));

test('admitted: a counter of 2^53 - 1', admits, requestsMetric([integer(2n ** 53n - 1n, ok)]), {
  value: 2 ** 53 - 1,
});
test('admitted: a counter that says zero', admits, requestsMetric([integer(0n, ok)]), { value: 0 });
test('admitted: minus zero, as zero', admits, inflightMetric([number(-0)]), { value: 0 });
test('admitted: a fraction', admits, inflightMetric([number(0.5)]), { value: 0.5 });
test('admitted: a stamp 5 minutes ahead', admits, counter({ timeUnixNano: nanos(AHEAD) }), { atMs: AHEAD });
test('admitted: a gauge without a start', admits, inflightMetric([{ ...number(3), startTimeUnixNano: 0n }]), {
  value: 3,
});
test('admitted: a series that has just begun', admits, counter({ startTimeUnixNano: nanos(NOW_MS) }), {
  startMs: NOW_MS,
});
test('admitted: a flag that means nothing to us', admits, counter({ flags: 2 }), { value: 1 });
test('admitted: a histogram that is only a count', admits, durationMetric([{ ...bare, count: 5n }]), {
  boundsSeconds: [],
  counts: [5],
});
test('admitted: a histogram of a bound of zero', admits, durationMetric([histogram([1, 2], [0])]), {
  boundsSeconds: [0],
  counts: [1, 2],
});

test('a summary is refused as one point, because it is not read', (t) => {
  const metric = { name: 'foresail.requests', unit: '{request}', summary: { dataPoints: [{}, {}] } };
  const body = Buffer.from(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] }));
  const { rejected: reasons } = admit(decodeJson(body, defaultLimits), NOW_MS);
  t.deepEqual([...reasons], [['WrongShape', 1]]);
});
