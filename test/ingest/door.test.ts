import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { JSON_TYPE, post, startReceiver, statusOf } from './harness.ts';
import { jsonOf, typicalMetrics } from './oracle/export.ts';
import { head, RawClient } from './raw-request.ts';

const MIB = 1 << 20;
const TOKEN = 'Bearer shop-token';

async function refuses(
  t: ExecutionContext,
  change: Record<string, string>,
  status: number,
  code: number,
  message: RegExp,
) {
  const { url, reports } = await startReceiver(t);
  const reply = await post(url, jsonOf(typicalMetrics()), { ...JSON_TYPE, ...change });
  t.is(reply.status, status);
  t.is(statusOf(reply).code, code);
  t.regex(statusOf(reply).message, message);
  t.deepEqual(reports, []);
}

const noToken: Record<string, Record<string, string>> = {
  'no header': { authorization: '' },
  'another scheme': { authorization: 'Basic c2hvcDp0b2tlbg==' },
  'a scheme alone': { authorization: 'Bearer ' },
  'two tokens': { authorization: 'Bearer a b' },
  'a token too long': { authorization: `Bearer ${'a'.repeat(9000)}` },
};
for (const [name, headers] of Object.entries(noToken)) {
  test(`no usable token: ${name}`, refuses, headers, 401, 16, /Bearer/);
}
test(
  'an unknown token is refused with what the review said',
  refuses,
  { authorization: 'Bearer x' },
  401,
  16,
  /not known/,
);

const wrongTypes = [
  '',
  'text/plain',
  'application/jsonx',
  'application/json\ta',
  'application/json a',
  'application/json, application/json',
  'application/json; charset=utf-16',
  'application/json; charset',
  'application/protobuf',
  'x application/json',
];
for (const type of wrongTypes) {
  test(
    `content type ${JSON.stringify(type)} is refused`,
    refuses,
    { 'content-type': type },
    415,
    3,
    /x-protobuf or application\/json/,
  );
}
for (const encoding of ['gzip, gzip', 'deflate', 'br', 'zstd', 'gzip;q=1', 'x']) {
  test(
    `content encoding ${encoding} is refused`,
    refuses,
    { 'content-encoding': encoding },
    415,
    3,
    /gzip or identity/,
  );
}

async function takes(t: ExecutionContext, headers: Record<string, string>) {
  const { url, reports } = await startReceiver(t);
  const reply = await post(url, jsonOf(typicalMetrics()), headers);
  t.is(reply.status, 200);
  t.is(reports.length, 1);
}
for (const type of [
  'application/json; charset=utf-8',
  'Application/JSON;charset="UTF-8"',
  'application/json ; a=b; c="d e"',
]) {
  test(`content type ${type} is taken`, takes, { 'content-type': type });
}
test('the scheme is not case sensitive', takes, { ...JSON_TYPE, authorization: 'bearer shop-token' });

test('401 says how to authenticate', async (t) => {
  const { url } = await startReceiver(t);
  const missing = await post(url, '{}', { ...JSON_TYPE, authorization: '' });
  t.is(missing.headers['www-authenticate'], 'Bearer realm="foresail"');
  const refused = await post(url, '{}', { ...JSON_TYPE, authorization: 'Bearer x' });
  t.is(refused.headers['www-authenticate'], 'Bearer realm="foresail", error="invalid_token"');
});

test('a pod of no workload is known, and not allowed', async (t) => {
  const { url, identifier } = await startReceiver(t);
  const message = 'pod lone has no controlling owner';
  identifier.answers.set('lone', { kind: 'refused', reason: 'WorkloadUnknown', message });
  const reply = await post(url, '{}', { ...JSON_TYPE, authorization: 'Bearer lone' });
  t.is(reply.status, 403);
  t.deepEqual(statusOf(reply), { code: 7, message });
});

test('when the token cannot be reviewed the sender may come again, and the cause is in our log only', async (t) => {
  const { url, identifier, logged, receiver } = await startReceiver(t);
  identifier.answers.set('shop-token', { kind: 'unavailable', message: 'connect ECONNREFUSED 10.0.0.1:443' });
  const reply = await post(url, '{}', JSON_TYPE);
  t.is(reply.status, 503);
  t.is(reply.headers['retry-after'], '5');
  t.notRegex(reply.body.toString(), /10\.0\.0\.1/);
  t.regex(JSON.stringify(logged), /10\.0\.0\.1/);
  t.is(receiver.stats().refused.IdentityUnavailable, 1);
});

test('other methods and other paths are refused as Status', async (t) => {
  const { port } = await startReceiver(t);
  const ask = async (method: string, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    const { code } = (await response.json()) as { code: number };
    return [response.status, code, response.headers.get('allow')];
  };
  t.deepEqual(await ask('GET', '/v1/metrics'), [405, 12, 'POST']);
  t.deepEqual(await ask('PUT', '/v1/metrics?a=b'), [405, 12, 'POST']);
  t.deepEqual(await ask('DELETE', '/v1/metrics'), [405, 12, 'POST']);
  t.deepEqual(await ask('POST', '/v1/traces'), [404, 5, null]);
  t.deepEqual(await ask('GET', '/'), [404, 5, null]);
  t.deepEqual(await ask('GET', '/%zz'), [400, 3, null]);
});

test('401 comes before the body of a huge upload is read', async (t) => {
  const { port, receiver } = await startReceiver(t);
  const accepted: Socket[] = [];
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort === port) accepted.push(socket);
  });
  const client = new RawClient(port);
  client.send(head({ 'content-length': String(64 * MIB), 'content-type': 'application/json' }));
  const chunk = Buffer.alloc(MIB, 0x20);
  for (let sent = 0; sent < 64; sent += 1) client.send(chunk);
  const answer = await client.until(/TokenMissing|Bearer" header/);
  t.regex(answer, /^HTTP\/1\.1 401 /);
  await client.closed;
  // Node reads a socket in pieces of 64 KiB: the one with the headers, and what was on its way when it paused
  const bytesRead = accepted.map((socket) => socket.bytesRead);
  t.is(bytesRead.length, 1);
  t.true(Number(bytesRead[0]) <= 256 << 10, `${bytesRead} of ${64 * MIB} bytes were read`);
  t.is(receiver.stats().bodyBytes, 0);
});

test('401 does not wait for a slow body', async (t) => {
  const { port } = await startReceiver(t);
  const client = new RawClient(port);
  client.send(head({ 'transfer-encoding': 'chunked', 'content-type': 'application/json' }));
  t.regex(await client.until(/\r\n\r\n.+/), /^HTTP\/1\.1 401 /);
  await client.closed;
});

test('a body is asked for with 100 Continue only after the token is known', async (t) => {
  const { port, reports } = await startReceiver(t);
  const body = jsonOf(typicalMetrics());
  const headers = { ...JSON_TYPE, 'content-length': String(body.length), expect: '100-continue' };
  const stranger = new RawClient(port);
  stranger.send(head(headers));
  t.regex(await stranger.until(/\r\n\r\n/), /^HTTP\/1\.1 401 /);
  await stranger.closed;
  const friend = new RawClient(port);
  friend.send(head({ ...headers, authorization: TOKEN }));
  t.is(await friend.until(/\r\n\r\n/), 'HTTP/1.1 100 Continue\r\n\r\n');
  friend.send(body);
  t.regex(await friend.until(/200 OK/), /HTTP\/1\.1 200 OK/);
  friend.end();
  t.is(reports.length, 1);
});

test('a body announced as too large is refused before it is asked for', async (t) => {
  const { port } = await startReceiver(t);
  const client = new RawClient(port);
  const headers = {
    ...JSON_TYPE,
    authorization: TOKEN,
    'content-length': String(MIB + 1),
    expect: '100-continue',
  };
  client.send(head(headers));
  t.regex(await client.until(/\r\n\r\n.+/), /^HTTP\/1\.1 413 [\s\S]*at most 1048576 bytes/);
  client.end();
});

test('a connection with a small refused body lives on', async (t) => {
  const { port } = await startReceiver(t);
  const client = new RawClient(port);
  const body = jsonOf(typicalMetrics());
  const headers = { ...JSON_TYPE, 'content-length': String(body.length) };
  client.send(head(headers));
  t.regex(await client.until(/\r\n\r\n.+/), /^HTTP\/1\.1 401 /);
  client.send(body);
  client.received = '';
  client.send(head({ ...headers, authorization: TOKEN }) + body.toString('latin1'));
  t.regex(await client.until(/\r\n\r\n/), /^HTTP\/1\.1 200 /);
  client.end();
});
