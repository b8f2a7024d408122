import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import test, { type ExecutionContext } from 'ava';
import { systemClock } from '../../controller/clock.ts';
import { createConnection, Unreachable } from '../../controller/kube/connection.ts';
import { answer, type FakeApi, startFakeApi } from './fake-api.ts';

async function bench(
  t: ExecutionContext,
  config: (api: FakeApi) => KubeConfig = (api) => api.config('secret'),
) {
  const api = await startFakeApi();
  const connection = createConnection(config(api), systemClock);
  t.teardown(async () => {
    connection.close();
    await api.close();
  });
  return { api, connection };
}

test('a call carries the token, its query and its body', async (t) => {
  const { api, connection } = await bench(t);
  api.faults.push((request, response) => {
    answer(response, 201, { got: request.body }, { 'retry-after': '3' });
    return true;
  });
  const reply = await connection.send({
    ...{ method: 'POST', path: '/api/v1/things', query: { a: 'x y/z', left: undefined }, body: { ü: 1 } },
  });
  t.deepEqual(reply, { status: 201, body: { got: { ü: 1 } }, retryAfterMs: 3000 });
  const [seen] = api.seen;
  t.is(seen?.headers.authorization, 'Bearer secret');
  t.is(seen?.query.get('a'), 'x y/z');
  t.false(seen?.query.has('left'));
  t.is(seen?.headers['content-type'], 'application/json');
});

test('an encoded name stays encoded on the way', async (t) => {
  const { api, connection } = await bench(t);
  await connection.send({ method: 'GET', path: '/apis/apps/v1/deployments/..%2Fx' });
  t.is(api.seen[0]?.path, '/apis/apps/v1/deployments/..%2Fx');
});

test('a server that does not answer is unreachable at the deadline', async (t) => {
  const { api, connection } = await bench(t);
  api.faults.push(() => true);
  await t.throwsAsync(connection.send({ method: 'GET', path: '/x', timeoutMs: 50 }), {
    instanceOf: Unreachable,
    message: /GET \/x: no answer within 0\.05 s/,
  });
});

test('an answer that does not end is unreachable at the deadline', async (t) => {
  const { api, connection } = await bench(t);
  api.faults.push((_, response) => {
    response.writeHead(200);
    response.write('{"half');
    return true;
  });
  await t.throwsAsync(connection.send({ method: 'GET', path: '/x', timeoutMs: 50 }), {
    instanceOf: Unreachable,
  });
});

test('a port where nobody listens is unreachable', async (t) => {
  const { api, connection } = await bench(t);
  await api.close();
  await t.throwsAsync(connection.send({ method: 'GET', path: '/x' }), { instanceOf: Unreachable });
  await api.listen();
});

test('a call is given up when its signal says so', async (t) => {
  const { api, connection } = await bench(t);
  const stopping = new AbortController();
  api.faults.push(() => {
    stopping.abort();
    return true;
  });
  const call = connection.send({ method: 'GET', path: '/x', signal: stopping.signal });
  await t.throwsAsync(call, { instanceOf: Unreachable });
});

test('a token file that is not there yet is as if nobody answered, and is read once it is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'foresail-token-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const tokenFile = join(folder, 'token');
  const { api, connection } = await bench(t, (api) => {
    const config = new KubeConfig();
    const server = api.config().getCurrentCluster()?.server ?? '';
    const authProvider = { name: 'tokenFile', config: { tokenFile } };
    config.loadFromClusterAndUser({ name: 'c', server, skipTLSVerify: true }, { name: 'u', authProvider });
    return config;
  });
  await t.throwsAsync(connection.send({ method: 'GET', path: '/x' }), {
    instanceOf: Unreachable,
    message: /no credentials/,
  });
  writeFileSync(tokenFile, 'fresh');
  await connection.send({ method: 'GET', path: '/x' });
  t.is(api.seen[0]?.headers.authorization, 'Bearer fresh');
});

test('text that is not JSON is given as text', async (t) => {
  const { api, connection } = await bench(t);
  api.faults.push((_, response) => {
    response.end('slow down');
    return true;
  });
  t.is((await connection.send({ method: 'GET', path: '/x' })).body, 'slow down');
});
