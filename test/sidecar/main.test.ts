import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { receiver, serveOn } from './fake-peers.ts';

const root = join(import.meta.dirname, '../..');
const bundle = join(root, 'sidecar/pkg/foresail-sidecar.js');
const folder = mkdtempSync(join(tmpdir(), 'foresail-main-'));
test.after.always(() => rmSync(folder, { recursive: true }));

test.before('the bundle is built where it is out of date', async (t) => {
  t.is((await start([join(root, 'sidecar/build.ts')]).ended).code, 0);
});

/** A process of Node, and what it said when it has ended. */
function start(args: readonly string[]) {
  const child = spawn(process.execPath, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  );
  return { child, ended };
}

const ends = test.macro(async (t, args: readonly string[], code: number, output: RegExp) => {
  const ended = await start([bundle, ...args]).ended;
  t.is(ended.code, code);
  t.regex(ended.output, output);
});

test(
  'wrong usage ends with 2, the flag and what it must be',
  ends,
  ['--proxy', 'x'],
  2,
  /--proxy must be one of auto, linkerd, istio, envoy, not 'x'\n/,
);
test('no endpoint ends with 2', ends, [], 2, /--endpoint must be given/);
test('help ends with 0', ends, ['--help'], 0, /Reads the mesh proxy of this pod/);
test(
  'health without a sidecar ends with 1',
  ends,
  ['--health', '--state-file', join(folder, 'none')],
  1,
  /does not exist/,
);

test('the process scrapes, exports, is healthy, and ends with 0 when it is told to', async (t) => {
  const proxy = await serveOn((_, response) =>
    response.end('request_total{direction="inbound",target_port="8080"} 5\nprocess_start_time_seconds 1\n'),
  );
  const collector = await receiver(() => ({ status: 200 }));
  const state = join(folder, 'state');
  const { child, ended } = start([
    bundle,
    ...[
      '--scrape',
      proxy.url,
      '--endpoint',
      collector.url,
      '--state-file',
      state,
      '--token-file',
      join(folder, 'no'),
    ],
  ]);
  const [first] = await collector.received(1);
  t.truthy(first);
  t.like(await start([bundle, '--health', '--state-file', state]).ended, { code: 0 });
  child.kill('SIGTERM');
  const { code, output } = await ended;
  t.is(code, 0);
  t.regex(output, /reading linkerd at http:\/\/127\.0\.0\.1/);
  t.regex(output, /"msg":"stopped"/);
  t.true(collector.exports.length >= 2, 'the last one at the end');
  await Promise.all([proxy.close(), collector.close()]);
});

test('it goes on when nobody reads its log any more', async (t) => {
  const body = 'request_total{direction="inbound",target_port="8080"} 5\nprocess_start_time_seconds 1\n';
  const goneOn = Promise.withResolvers<void>();
  let scrapes = 0;
  const proxy = await serveOn((_, response) => {
    scrapes++;
    // one that fails is something to say; the process is seen to live by the one after it
    if (scrapes === 2) response.destroy();
    else response.end(body);
    if (scrapes === 3) goneOn.resolve();
  });
  const collector = await receiver(() => ({ status: 200 }));
  const options = ['--scrape', proxy.url, '--endpoint', collector.url, '--token-file', join(folder, 'no')];
  const { child, ended } = start([
    bundle,
    ...options,
    ...['--interval-seconds', '1', '--state-file', join(folder, 'unread')],
  ]);
  await collector.received(1);
  child.stderr.destroy();
  await Promise.race([goneOn.promise, ended]);
  child.kill('SIGTERM');
  t.is((await ended).code, 0);
  await Promise.all([proxy.close(), collector.close()]);
});
