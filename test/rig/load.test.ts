import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { assertInsideRig, startLoad, summarize } from './load.ts';

for (const url of ['http://127.0.0.1:80/', 'http://10.244.3.4:8000/x', 'http://10.255.0.1/'])
  test(`load may go to ${url}`, (t) => t.notThrows(() => assertInsideRig(url)));

for (const url of [
  'http://10.0.0.1/',
  'http://10.239.0.1/',
  'http://192.168.1.1/',
  'http://8.8.8.8/',
  'http://localhost/',
  'http://127.0.0.1.example.org/',
  'https://127.0.0.1/',
])
  test(`load may not go to ${url}`, (t) => {
    t.throws(() => assertInsideRig(url), { message: /must be http:\/\/ on 127/ });
  });

test('a load that is too much is refused before a request is sent', (t) => {
  const url = 'http://127.0.0.1:9/';
  t.throws(() => startLoad({ url, profile: [100], maxRequests: 10 }), { message: /at most 10 requests/ });
  t.throws(() => startLoad({ url, profile: Array(14401).fill(0) }), { message: /at most 14400 s/ });
});

test('answers are counted by status in the second they were sent, and a missing answer is status 0', async (t) => {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    if (count % 3 === 0) request.socket.destroy();
    else response.writeHead(count % 3 === 1 ? 200 : 503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const over: number[] = [];
  const seconds = await startLoad({
    url: `http://127.0.0.1:${port}/`,
    profile: [30, 0],
    onSecond: (second) => over.push(second),
  }).done;
  server.close();
  t.deepEqual(over, [0, 1]);
  t.is(seconds[1]?.sent, 0);
  const statuses = seconds[0]?.statuses ?? {};
  const { 0: unanswered = 0, 200: good = 0, 503: bad = 0 } = statuses;
  t.deepEqual(Object.keys(statuses), ['0', '200', '503']);
  t.is(unanswered + good + bad, seconds[0]?.sent ?? 0);
  t.is(summarize(seconds).succeeded, good);
  t.is(seconds[0]?.latenciesMs.length, good + bad);
});
