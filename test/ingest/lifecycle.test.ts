import test from 'ava';
import { ListenError, listenError } from '../../controller/ingest/listen-error.ts';
import { createReceiver } from '../../controller/ingest/receiver.ts';
import { FakeIdentifier, JSON_TYPE, podIdentity, post, startReceiver, statusOf } from './harness.ts';
import { inflightMetric, jsonOf, number, protobufOf, text, typicalMetrics } from './oracle/export.ts';
import { head, RawClient } from './raw-request.ts';

test('a port in use says which, and which flag changes it', async (t) => {
  const { port } = await startReceiver(t);
  const second = createReceiver({ identifier: new FakeIdentifier(), onReport: () => undefined });
  t.teardown(() => second.close());
  await t.throwsAsync(second.listen(port, '127.0.0.1'), {
    instanceOf: ListenError,
    message: `cannot receive telemetry at port ${port} on 127.0.0.1: it is in use: stop what listens there, or choose another address with --otlp-address`,
  });
});

test('an address this machine does not have says so', async (t) => {
  const receiver = createReceiver({ identifier: new FakeIdentifier(), onReport: () => undefined });
  t.teardown(() => receiver.close());
  await t.throwsAsync(receiver.listen(0, '203.0.113.1'), {
    instanceOf: ListenError,
    message: /no such address/,
  });
});

test('other causes keep their own text', (t) => {
  t.regex(
    listenError(80, '::', Object.assign(new Error('x'), { code: 'EACCES' })).message,
    /port from 1024 up/,
  );
  t.regex(listenError(80, '::', new Error('odd')).message, /: odd, or choose/);
});

test('there is no address before listening', async (t) => {
  const receiver = createReceiver({ identifier: new FakeIdentifier(), onReport: () => undefined });
  t.throws(() => receiver.address(), { instanceOf: TypeError });
  await receiver.close();
});

test('closing lets what is under way end, and refuses what is new', async (t) => {
  const { port, receiver, reports } = await startReceiver(t);
  const body = jsonOf(typicalMetrics()).toString('latin1');
  const headers = { ...JSON_TYPE, authorization: 'Bearer shop-token', 'content-length': String(body.length) };
  const busy = new RawClient(port);
  busy.send(head({ ...headers, expect: '100-continue' }));
  await busy.until(/100 Continue/);
  const opened = new RawClient(port);
  opened.send('POST /v1/metrics HTTP/1.1\r\n');
  await new Promise((resolve) => setImmediate(resolve));
  const closed = receiver.close();
  opened.send(head(headers).replace(/^.*\r\n/, '') + body);
  t.regex(await opened.until(/\r\n\r\n.+/), /^$|^HTTP\/1\.1 503 [\s\S]*retry-after: 1[\s\S]*stopping/i);
  busy.send(body);
  t.regex(await busy.until(/200 OK/), /200 OK/);
  await closed;
  t.is(reports.length, 1);
  await t.throwsAsync(post(`http://127.0.0.1:${port}/v1/metrics`, ''));
});

test('closing does not wait for ever for a slow sender', async (t) => {
  const { port, receiver } = await startReceiver(t, { limits: { closeGraceMs: 50 } });
  const slow = new RawClient(port);
  const headers = { ...JSON_TYPE, authorization: 'Bearer shop-token', 'content-length': '100' };
  slow.send(head({ ...headers, expect: '100-continue' }));
  await slow.until(/100 Continue/);
  await receiver.close();
  await slow.closed;
  t.pass();
});

test('a sender that goes away while its token is reviewed leaves nothing behind', async (t) => {
  const { port, receiver, identifier, reports } = await startReceiver(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  identifier.hold = promise;
  const client = new RawClient(port);
  client.send(`${head({ ...JSON_TYPE, authorization: 'Bearer shop-token', 'content-length': '100' })}{`);
  while (identifier.asked.length === 0) await new Promise((done) => setImmediate(done));
  client.end();
  await client.closed;
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
  resolve();
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
  t.is(receiver.stats().inFlight, 0);
  t.deepEqual(reports, []);
});

test('a forgotten pod is refused at once when its token is not good any more', async (t) => {
  const { url, identifier, receiver } = await startReceiver(t);
  t.is((await post(url, '{}', JSON_TYPE)).status, 200);
  identifier.answers.delete('shop-token');
  t.is((await post(url, '{}', JSON_TYPE)).status, 200);
  receiver.forget('uid-1');
  const reply = await post(url, '{}', JSON_TYPE);
  t.is(reply.status, 401);
  t.is(statusOf(reply).code, 16);
  t.deepEqual(receiver.stats().identity, { hits: 1, lookups: 2, coalesced: 0, unavailable: 0 });
});

const lies: Record<string, string> = {
  'k8s.pod.uid': 'uid-2',
  'k8s.pod.name': 'bank-1',
  'k8s.namespace.name': 'bank',
  'k8s.deployment.name': 'bank',
};
for (const [key, value] of Object.entries(lies)) {
  test(`a resource that claims another ${key} is counted, and its data is still the token's workload's`, async (t) => {
    const { url, reports, receiver, logged } = await startReceiver(t);
    const reply = await post(url, protobufOf([inflightMetric([number(4)])], [text(key, value)]));
    t.is(reply.status, 200);
    t.like(reports, [
      { workload: { namespace: 'store', kind: 'Deployment', name: 'shop' }, podUid: 'uid-1' },
    ]);
    t.is(receiver.stats().mismatchedClaims, 1);
    t.regex(JSON.stringify(logged), /the token counts/);
  });
}

test('attributes that are true, or claim no identity, are not a mismatch', async (t) => {
  const { url, receiver } = await startReceiver(t);
  await post(url, protobufOf(typicalMetrics()));
  await post(url, protobufOf(typicalMetrics(), [text('service.name', 'bank')]));
  await post(url, protobufOf(typicalMetrics(), []));
  t.is(receiver.stats().mismatchedClaims, 0);
});

test('the same complaint is logged once a minute, and its counter goes on', async (t) => {
  const { url, logged, clock, receiver } = await startReceiver(t);
  const body = protobufOf([inflightMetric([number(-1)])]);
  await post(url, body);
  await post(url, body);
  t.is(logged.length, 1);
  t.like(logged[0], { fields: { workload: 'store/Deployment/shop', pod: 'shop-1', rejectedPoints: 1 } });
  clock.advance(60_000);
  await post(url, body);
  t.is(logged.length, 2);
  t.is(receiver.stats().rejectedPoints.Negative, 3);
});

test('no log line and no answer has a token in it', async (t) => {
  const { url, logged, identifier } = await startReceiver(t);
  const authorization = 'Bearer canary-4711';
  const answers = [await post(url, '{}', { ...JSON_TYPE, authorization })];
  identifier.answers.set('canary-4711', podIdentity('1'));
  answers.push(await post(url, 'not json', { ...JSON_TYPE, authorization }));
  t.notRegex(
    JSON.stringify([logged, answers.map(({ body, headers }) => [body.toString(), headers])]),
    /canary/,
  );
  t.true(logged.length > 0);
});
