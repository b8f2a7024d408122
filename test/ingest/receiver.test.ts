import { gzipSync } from 'node:zlib';
import { fromBinary } from '@bufbuild/protobuf';
import test, { type ExecutionContext } from 'ava';
import { JSON_TYPE, PROTOBUF, post, startReceiver, statusOf } from './harness.ts';
import {
  durationMetric,
  envoyBounds,
  histogram,
  inflightMetric,
  jsonOf,
  NOW_MS,
  number,
  outcome,
  protobufOf,
  requestsMetric,
  START_MS,
  typicalMetrics,
} from './oracle/export.ts';
import { ExportResponseSchema, StatusSchema } from './oracle/generated/metrics_pb.ts';

const encode = { protobuf: protobufOf, json: jsonOf };
const types = { protobuf: PROTOBUF, json: JSON_TYPE };

async function takes(t: ExecutionContext, format: 'protobuf' | 'json', encoding: 'gzip' | 'identity' | '') {
  const { url, reports, receiver } = await startReceiver(t);
  const plain = encode[format](typicalMetrics());
  const body = encoding === 'gzip' ? gzipSync(plain) : plain;
  const reply = await post(url, body, { ...types[format], 'content-encoding': encoding });
  t.is(reply.status, 200, reply.body.toString());
  t.is(reply.headers['content-type'], types[format]['content-type']);
  t.is(reply.body.toString(), format === 'json' ? '{}' : '');
  const stamps = { startMs: START_MS, atMs: NOW_MS, temporality: 'cumulative' } as const;
  t.deepEqual(reports, [
    {
      workload: { namespace: 'store', kind: 'Deployment', name: 'shop' },
      podUid: 'uid-1',
      podName: 'shop-1',
      receivedAtMs: NOW_MS,
      points: [
        { kind: 'counter', signal: 'requests', outcome: 'ok', value: 123_456, ...stamps },
        { kind: 'counter', signal: 'requests', outcome: 'error', value: 12, ...stamps },
        {
          kind: 'histogram',
          signal: 'duration',
          boundsSeconds: envoyBounds,
          counts: [...envoyBounds.map(() => 6_000), 9_468],
          ...stamps,
        },
        { kind: 'gauge', signal: 'inflight', atMs: NOW_MS, value: 4 },
      ],
    },
  ]);
  t.like(receiver.stats(), { exports: { accepted: 1, partial: 0 }, acceptedPoints: 4, ignoredMetrics: 3 });
}

for (const format of ['protobuf', 'json'] as const) {
  for (const encoding of ['gzip', 'identity', ''] as const) {
    test(`a typical export is taken as ${format}, encoding ${encoding || 'unsaid'}`, takes, format, encoding);
  }
}

test('an export without anything in it is a success and no report', async (t) => {
  const { url, reports } = await startReceiver(t);
  t.is((await post(url, '')).status, 200);
  t.is((await post(url, '{}', JSON_TYPE)).status, 200);
  t.is((await post(url, protobufOf([]))).status, 200);
  t.deepEqual(reports, []);
});

test('rejected points are counted in partial_success, and the others are used', async (t) => {
  const { url, reports, receiver } = await startReceiver(t);
  const metrics = [
    requestsMetric([number(7, [outcome('ok')]), number(Number.NaN, [outcome('error')])]),
    inflightMetric([number(-1)]),
  ];
  const json = await post(url, jsonOf(metrics), JSON_TYPE);
  t.is(json.status, 200);
  const { partialSuccess } = JSON.parse(json.body.toString()) as {
    partialSuccess: { rejectedDataPoints: string; errorMessage: string };
  };
  t.is(partialSuccess.rejectedDataPoints, '2');
  t.regex(partialSuccess.errorMessage, /1 x NotFinite in foresail\.requests: .*; 1 x Negative in foresail/);
  const binary = await post(url, protobufOf(metrics));
  t.like(fromBinary(ExportResponseSchema, binary.body), {
    partialSuccess: { rejectedDataPoints: 2n, errorMessage: partialSuccess.errorMessage },
  });
  t.is(reports.length, 2);
  t.like(reports[0], { rejectedPoints: 2 });
  t.deepEqual(
    reports[0]?.points.map((point) => point.kind),
    ['counter'],
  );
  t.like(receiver.stats(), { exports: { partial: 2 }, rejectedPoints: { NotFinite: 2, Negative: 2 } });
});

test('an export whose points are all rejected still makes a report, so that it is not taken for silence', async (t) => {
  const { url, reports } = await startReceiver(t);
  await post(url, protobufOf([inflightMetric([number(Number.POSITIVE_INFINITY)])]));
  t.like(reports, [{ points: [], rejectedPoints: 1 }]);
});

test('delta temporality is kept', async (t) => {
  const { url, reports } = await startReceiver(t);
  const metrics = [
    requestsMetric([number(7, [outcome('ok')])], { aggregationTemporality: 1 }),
    durationMetric([histogram([1, 2], [0.5])], 1),
  ];
  await post(url, protobufOf(metrics));
  t.deepEqual(
    reports[0]?.points.map((point) => 'temporality' in point && point.temporality),
    ['delta', 'delta'],
  );
});

test('an error is a google.rpc.Status in the type of the request', async (t) => {
  const { url, receiver } = await startReceiver(t);
  const binary = await post(url, Buffer.from([0x0a, 0x05]));
  t.is(binary.status, 400);
  t.is(binary.headers['content-type'], 'application/x-protobuf');
  const status = fromBinary(StatusSchema, binary.body);
  t.is(status.code, 3);
  t.regex(status.message, /cut short/);
  const json = await post(url, '{"resourceMetrics":', JSON_TYPE);
  t.is(json.status, 400);
  t.is(statusOf(json).code, 3);
  t.regex(statusOf(json).message, /must be JSON/);
  t.is(receiver.stats().refused.Malformed, 2);
});

test('what a consumer of reports throws is a 500 and a log line, and the next export is served', async (t) => {
  let calls = 0;
  const onReport = () => {
    calls += 1;
    if (calls === 1) throw new Error('the series are gone');
  };
  const { url, logged, receiver } = await startReceiver(t, { onReport });
  const reply = await post(url, jsonOf(typicalMetrics()), JSON_TYPE);
  t.is(reply.status, 500);
  t.is(statusOf(reply).code, 13);
  t.notRegex(statusOf(reply).message, /series are gone/);
  t.like(logged[0]?.fields, { err: { message: 'the series are gone' } });
  t.is((await post(url, jsonOf(typicalMetrics()), JSON_TYPE)).status, 200);
  t.is(receiver.stats().inFlight, 0);
});
