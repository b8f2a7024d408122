import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const foresail = fileURLToPath(new URL('../../bin/foresail.js', import.meta.url));

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [foresail, ...args],
      { env: { PATH: process.env.PATH, ...env } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const refused = test.macro({
  title: (_, args: readonly string[]) => `foresail ${args.join(' ')} exits with 2 and says what must be`,
  exec: async (t, args: readonly string[], says: RegExp, env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await run(args, env);
    t.is(code, 2);
    t.is(stdout, '');
    t.regex(stderr, says);
    t.notRegex(stderr, /at .*\.ts:\d+/, 'no stack');
  },
});

test(refused, ['controler'], /unknown command "controler"; it must be one of demo, .*controller/);
test(refused, ['import', '--wrokload', 'shop/Deployment/web'], /unknown option '--wrokload'/);
test(refused, ['import', '--input', 'a.csv'], /there must be --workload NAMESPACE\/KIND\/NAME/);
test(refused, ['controller', '--step-seconds', '0'], /--step-seconds.*whole number from 1 to 300/);
test(refused, ['controller', '--otlp-address', 'here'], /--otlp-address.*HOST:PORT/);
test(refused, ['controller', '--log-level', 'loud'], /--log-level.*trace, debug, info/);
test(refused, ['controller', '--no-such'], /unknown option '--no-such'/);
test(refused, ['controller', 'extra'], /too many arguments/);
test(refused, ['controller', '--namespace', 'Shop floor'], /--namespace.*It must be the name of a namespace/);
test(refused, [], /Usage: foresail COMMAND/);
test(refused, ['inject'], /either a file of manifests .* or --policy/);
test(refused, ['inject', 'a.yaml', '--policy'], /either a file of manifests .* or --policy/);
test(refused, ['inject', '/no/such.yaml'], /\/no\/such\.yaml must be a file that can be read/);
test(refused, ['webhook', '--certificates', '/no/such'], /\/no\/such\/tls\.crt must be a readable file/);
test(refused, ['webhook', '--print-manifests', '--also-trust', '/no/such'], /--also-trust \/no\/such/);
test('an environment variable is held to the same rules as its flag, and is named', async (t) => {
  const { code, stderr } = await run(['controller'], { FORESAIL_HISTORY_DAYS: '99' });
  t.is(code, 2);
  t.regex(stderr, /FORESAIL_HISTORY_DAYS.*whole number from 1 to 28/);
});

test('a kubeconfig that is missing is named, with what to do', async (t) => {
  const { code, stderr } = await run([
    'controller',
    '--kubeconfig',
    '/no/such/kubeconfig',
    '--history-file',
    ':memory:',
  ]);
  t.is(code, 2);
  t.regex(stderr, /\/no\/such\/kubeconfig/);
});

test('help is help: it goes to stdout and exits with 0', async (t) => {
  for (const args of [
    ['--help'],
    ['controller', '--help'],
    ['import', '--help'],
    ['demo', '--help'],
    ['inject', '--help'],
    ['webhook', '--help'],
    ['sidecar', '--help'],
  ]) {
    const { code, stdout } = await run(args);
    t.is(code, 0, args.join(' '));
    t.regex(stdout, /Usage/, args.join(' '));
  }
});

test('help of a command is asked for in either order', async (t) => {
  const { code, stdout } = await run(['help', 'import']);
  t.is(code, 0);
  t.is(stdout, (await run(['import', '--help'])).stdout);
});

/** Runs with an output that has no room, or that nobody reads. */
async function runInto(stdout: number | 'pipe', args: readonly string[]): Promise<Result> {
  const child = spawn(process.execPath, [foresail, ...args], { stdio: ['ignore', stdout, 'pipe'] });
  child.stdout?.destroy();
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout: '', stderr };
}

for (const args of [['--help'], ['demo', '-o', 'json', '--mean-pods', '1']]) {
  test(`foresail ${args.join(' ')}: a full disk is said in one line, and is a failure`, async (t) => {
    if (!existsSync('/dev/full')) return t.pass(t.log('SKIPPED: there is no /dev/full') ?? '');
    const { code, stderr } = await runInto(openSync('/dev/full', 'w'), args);
    t.is(code, 1);
    t.is(stderr, 'foresail: the output cannot be written: ENOSPC: no space left on device, write\n');
  });

  test(`foresail ${args.join(' ')}: a reader that went away is no failure`, async (t) => {
    t.deepEqual(await runInto('pipe', args), { code: 0, stdout: '', stderr: '' });
  });
}

test('the version is the package’s', async (t) => {
  const { stdout } = await run(['--version']);
  t.regex(stdout, /^\d+\.\d+\.\d+\n$/);
});

/** A kubeconfig of a server where nobody answers: what is refused here is refused before it is asked. */
function kubeconfig(folder: string): string {
  const path = join(folder, 'kubeconfig');
  const cluster = { name: 'c', cluster: { server: 'https://127.0.0.1:1' } };
  const context = { name: 'x', context: { cluster: 'c', user: 'u' } };
  const user = { name: 'u', user: { token: 'none' } };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster],
    contexts: [context],
    users: [user],
  };
  writeFileSync(path, JSON.stringify({ ...config, 'current-context': 'x' }));
  return path;
}

const portInUse = test.macro({
  title: (_, flag: string) => `${flag}: a port in use is named, with the flag that chooses another`,
  exec: async (t, flag: string, other: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'foresail-'));
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const history = ['--history-file', join(folder, 'history.sqlite')];
    const taken = [flag, `127.0.0.1:${port}`, other, '127.0.0.1:0'];
    const { code, stderr } = await run([
      'controller',
      '--kubeconfig',
      kubeconfig(folder),
      ...history,
      ...taken,
    ]);
    server.close();
    t.is(code, 2);
    t.regex(stderr, new RegExp(`port ${port} .*${flag}`));
  },
});

test(portInUse, '--otlp-address', '--metrics-address');
test(portInUse, '--metrics-address', '--otlp-address');

test('a history file that is none is named, and left as it was', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'foresail-'));
  const file = join(folder, 'history.sqlite');
  writeFileSync(file, 'not a database, but somebody may want it all the same');
  const before = readFileSync(file);
  const { code, stderr } = await run([
    'controller',
    '--kubeconfig',
    kubeconfig(folder),
    '--history-file',
    file,
  ]);
  t.is(code, 2);
  t.true(stderr.includes(file), stderr);
  t.deepEqual(readFileSync(file), before);
});

test('a history file where no folder can be made is named, and does not hang', async (t) => {
  const file = '/proc/none/history.sqlite';
  const { code, stderr } = await run([
    'controller',
    '--kubeconfig',
    kubeconfig(mkdtempSync(join(tmpdir(), 'foresail-'))),
    '--history-file',
    file,
  ]);
  t.is(code, 2);
  t.true(stderr.includes(`history file ${file}: its directory must be writable`), stderr);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

test('without an API server the controller is alive, not ready, refuses at the door, and ends in order', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'foresail-'));
  const [otlp, metrics] = [await freePort(), await freePort()];
  const controller = spawn(process.execPath, [
    ...[foresail, 'controller', '--kubeconfig', kubeconfig(folder)],
    ...['--history-file', join(folder, 'history.sqlite')],
    ...['--otlp-address', `127.0.0.1:${otlp}`, '--metrics-address', `127.0.0.1:${metrics}`],
    ...['--explain-address', '127.0.0.1:0'],
  ]);
  const exited = once(controller, 'exit');
  t.teardown(() => controller.kill('SIGKILL'));
  let log = '';
  const started = Promise.withResolvers<void>();
  controller.stdout.setEncoding('utf8').on('data', (text: string) => {
    log += text;
    if (log.includes('foresail controller started')) started.resolve();
  });
  await started.promise;

  const get = (path: string) => fetch(`http://127.0.0.1:${metrics}${path}`);
  t.is((await get('/healthz')).status, 200);
  const ready = await get('/readyz');
  t.is(ready.status, 503);
  t.regex(await ready.text(), /cluster has not been listed/);

  const post = (headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${otlp}/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    });
  t.is((await post({})).status, 401);
  const unavailable = await post({ authorization: 'Bearer a.b.c' });
  t.is(unavailable.status, 503);
  t.truthy(unavailable.headers.get('retry-after'));
  t.regex(await (await get('/metrics')).text(), /foresail_ingest_refused_total\{reason="TokenMissing"\} 1/);

  controller.kill('SIGTERM');
  const [code] = await exited;
  t.is(code, 0);
  const complaints = log.split('\n').filter((line) => line.includes('"what":"watch"'));
  t.is(complaints.length, 1, 'an API server that is away is said once a minute, not at every try');
});
