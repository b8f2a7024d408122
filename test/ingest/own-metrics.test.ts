import test, { type ExecutionContext } from 'ava';
import { admit } from '../../controller/ingest/admit.ts';
import { decodeJson } from '../../controller/ingest/json/decode.ts';
import { defaultLimits } from '../../controller/ingest/limits.ts';
import { decodeProtobuf } from '../../controller/ingest/protobuf/decode.ts';
import { post, startReceiver } from './harness.ts';
import { jsonOf, type Metric, NOW_MS, nanos, number, protobufOf, text } from './oracle/export.ts';

const depth = (points: ReturnType<typeof number>[], unit = '{job}'): Metric => ({
  name: 'queue.depth',
  unit,
  data: { case: 'gauge', value: { dataPoints: points } },
});
const own = new Set(['queue.depth']);

/** Both formats must judge alike. */
function judge(t: ExecutionContext, metric: Metric) {
  const binary = admit(decodeProtobuf(protobufOf([metric]), defaultLimits, own), NOW_MS);
  t.deepEqual(admit(decodeJson(jsonOf([metric]), defaultLimits, own), NOW_MS), binary);
  return binary;
}

test('a gauge that a scaler names is read in any unit, and its points are summed', (t) => {
  const points = [number(12, [text('queue', 'orders')]), number(30, [text('queue', 'mails')])];
  t.deepEqual(judge(t, depth(points)).points, [
    { kind: 'gauge', signal: 'otlp queue.depth', atMs: NOW_MS, value: 42 },
  ]);
  t.is(judge(t, depth([number(3)], 'By')).points.length, 1);
});

test('one flawed point spoils the sum: it is refused whole and never half of it is believed', (t) => {
  const ahead = { ...number(1), timeUnixNano: nanos(NOW_MS + 600_000) };
  for (const [flawed, reason] of [
    [number(-1), 'Negative'],
    [ahead, 'FutureStamp'],
  ] as const) {
    const { points, rejected } = judge(t, depth([number(4), flawed]));
    t.deepEqual(points, []);
    t.deepEqual([...rejected], [[reason, 2]]);
  }
});

test('a sum of that name is refused: only a gauge says what is there now', (t) => {
  const sum: Metric = {
    name: 'queue.depth',
    unit: '',
    data: { case: 'sum', value: { dataPoints: [number(4)] } },
  };
  t.deepEqual([...judge(t, sum).rejected.keys()], ['WrongShape']);
});

test('what no scaler of the sender’s workload names is not read', (t) => {
  for (const raw of [
    decodeProtobuf(protobufOf([depth([number(4)])]), defaultLimits),
    decodeJson(jsonOf([depth([number(4)])]), defaultLimits, new Set(['other'])),
  ]) {
    t.is(raw.ignoredMetrics, 1);
    t.deepEqual(admit(raw, NOW_MS).points, []);
  }
});

test('the receiver asks for the names by the workload that the token is of', async (t) => {
  const asked: string[] = [];
  const { url, reports } = await startReceiver(t, {
    ownMetrics: ({ name }) => {
      asked.push(name);
      return own;
    },
  });
  t.is((await post(url, protobufOf([depth([number(7)])]))).status, 200);
  t.deepEqual(asked, ['shop']);
  t.like(reports[0]?.points[0], { signal: 'otlp queue.depth', value: 7 });
});
