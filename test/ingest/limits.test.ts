import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { JSON_TYPE, PROTOBUF, podIdentity, post, startReceiver, statusOf } from './harness.ts';
import { integer, jsonOf, outcome, protobufOf, requestsMetric, typicalMetrics } from './oracle/export.ts';
import { head, RawClient } from './raw-request.ts';

const MIB = 1 << 20;
const TOKEN = 'Bearer shop-token';
const GZIP = { 'content-encoding': 'gzip' };

const brokenGzip: Record<string, Buffer> = {
  'not gzip at all': Buffer.from('{}'),
  'cut short': gzipSync(jsonOf(typicalMetrics())).subarray(0, 100),
  'with its checksum changed': changed(gzipSync(jsonOf(typicalMetrics())), -6),
  'with garbage behind it': Buffer.concat([gzipSync('{}'), Buffer.from('garbage')]),
  'of gzip': gzipSync(gzipSync('{}')),
  empty: Buffer.alloc(0),
};
for (const [name, body] of Object.entries(brokenGzip)) {
  test(`a gzip body ${name} is malformed`, async (t) => {
    const { url } = await startReceiver(t);
    const reply = await post(url, body, { ...JSON_TYPE, ...GZIP });
    t.is(reply.status, 400);
    t.is(statusOf(reply).code, 3);
  });
}

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(copy.length + at) ^ 0xff, copy.length + at);
  return copy;
}

test('a chunked body is stopped at the limit, and the sender reads why', async (t) => {
  const { port, receiver } = await startReceiver(t);
  const client = new RawClient(port);
  client.send(head({ ...JSON_TYPE, authorization: TOKEN, 'transfer-encoding': 'chunked' }));
  const chunk = `${MIB.toString(16)}\r\n${' '.repeat(MIB)}\r\n`;
  for (let sent = 0; sent < 8; sent += 1) client.send(chunk);
  t.regex(await client.until(/\r\n\r\n.+/), /^HTTP\/1\.1 413 /);
  await client.closed;
  t.is(receiver.stats().refused.TooLarge, 1);
  while (receiver.stats().inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('an export of too many points is refused whole; of exactly as many it is taken', async (t) => {
  const { url, reports } = await startReceiver(t, { limits: { maxPoints: 20 } });
  const points = (length: number) => [
    requestsMetric(Array.from({ length }, () => integer(1n, [outcome('ok')]))),
  ];
  t.is((await post(url, protobufOf(points(20)))).status, 200);
  t.is((await post(url, protobufOf(points(21)))).status, 413);
  const json = await post(url, jsonOf(points(21)), JSON_TYPE);
  t.is(json.status, 413);
  t.regex(statusOf(json).message, /at most 20 data points/);
  t.is(reports.length, 1);
});

test('JSON of millions of tiny elements is refused before it is parsed', async (t) => {
  const { url } = await startReceiver(t);
  const body = gzipSync(`{"a":[${'[],'.repeat(1_000_000)}[]]}`);
  const reply = await post(url, body, { ...JSON_TYPE, ...GZIP });
  t.is(reply.status, 413);
  t.regex(statusOf(reply).message, /at most 200000 elements/);
});

test('a pod that exports too often gets 429 with the time to come again, and others are served', async (t) => {
  const { url, clock, identifier, receiver } = await startReceiver(t, {
    limits: { burstPerPod: 3, perSecondPerPod: 0.5 },
  });
  identifier.answers.set('other', podIdentity('2'));
  const statuses: number[] = [];
  for (let sent = 0; sent < 4; sent += 1) statuses.push((await post(url, '')).status);
  t.deepEqual(statuses, [200, 200, 200, 429]);
  const reply = await post(url, '{}', JSON_TYPE);
  t.is(reply.headers['retry-after'], '2');
  t.is(statusOf(reply).code, 8);
  t.is((await post(url, '', { ...PROTOBUF, authorization: 'Bearer other' })).status, 200);
  clock.advance(2000);
  t.is((await post(url, '')).status, 200);
  t.is((await post(url, '')).status, 429);
  t.is(receiver.stats().refused.RateLimited, 3);
});

test('slow uploads of one pod do not take the places of others, and end', async (t) => {
  const limits = { maxInFlightPerPod: 2, maxInFlight: 3 };
  const { port, url, identifier, receiver } = await startReceiver(t, { limits });
  identifier.answers.set('other', podIdentity('2'));
  identifier.answers.set('third', podIdentity('3'));
  const upload = async (token: string) => {
    const client = new RawClient(port);
    const headers = { ...JSON_TYPE, authorization: token, 'content-length': '100', expect: '100-continue' };
    client.send(head(headers));
    await client.until(/100 Continue/);
    return client;
  };
  const slow = [await upload(TOKEN), await upload(TOKEN)];
  t.is(receiver.stats().inFlight, 2);
  t.is((await post(url, '')).status, 429);
  const other = { ...PROTOBUF, authorization: 'Bearer other' };
  t.is((await post(url, '', other)).status, 200);
  slow.push(await upload('Bearer other'));
  const reply = await post(url, '', { ...PROTOBUF, authorization: 'Bearer third' });
  t.is(reply.status, 503);
  t.is(reply.headers['retry-after'], '1');
  for (const client of slow) client.end();
  await Promise.all(slow.map((client) => client.closed));
  while (receiver.stats().inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
  t.is((await post(url, '')).status, 200);
});

const quick = { headersTimeoutMs: 100, requestTimeoutMs: 100 };

async function endsSlow(t: ExecutionContext, bytes: string, answer: RegExp) {
  const { port, receiver } = await startReceiver(t, { limits: quick });
  const client = new RawClient(port);
  client.send(bytes);
  await client.closed;
  t.regex(client.received, answer);
  t.is(receiver.stats().inFlight, 0);
}
test('a connection that says nothing ends', endsSlow, '', /^$|408/);
test(
  'headers that never end are timed out',
  endsSlow,
  'POST /v1/metrics HTTP/1.1\r\nhost: x\r\na: b',
  /^HTTP\/1\.1 408 [\s\S]*"code":4/,
);
test(
  'a body that never ends is timed out',
  endsSlow,
  `${head({ ...JSON_TYPE, authorization: TOKEN, 'content-length': '100' })}{`,
  /^HTTP\/1\.1 408 [\s\S]*"code":4/,
);
test(
  'a body that never ends is timed out for strangers too',
  endsSlow,
  `${head({ ...JSON_TYPE, 'content-length': '100' })}{`,
  /^HTTP\/1\.1 401 /,
);
test(
  'what is not HTTP is answered with a Status',
  endsSlow,
  'hello\r\n\r\n',
  /^HTTP\/1\.1 400 [\s\S]*"code":3/,
);
test('headers beyond the limit are refused', endsSlow, head({ a: 'b'.repeat(20_000) }), /^HTTP\/1\.1 431 /);

test('connections beyond the limit are dropped and counted', async (t) => {
  const { port, receiver } = await startReceiver(t, { limits: { maxConnections: 2 } });
  const held = [new RawClient(port), new RawClient(port)];
  for (const client of held) {
    client.send(head({}, 'GET / HTTP/1.1'));
    await client.until(/404/);
  }
  const third = new RawClient(port);
  await third.closed;
  t.is(receiver.stats().droppedConnections, 1);
  for (const client of held) client.end();
});
