import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { collectorOf, NODE_FLAGS, takeFlags } from '../../sidecar/flags.ts';
import { healthOf, markAlive } from '../../sidecar/health.ts';
import { jsonLog, StateLog } from '../../sidecar/log.ts';
import { bearerFrom } from '../../sidecar/token.ts';
import { eagerClock } from './virtual-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'foresail-sidecar-'));
test.after.always(() => rmSync(folder, { recursive: true }));

test('health: a state file that was just written is healthy, an old one is not, none is not', (t) => {
  const file = join(folder, 'state');
  t.like(healthOf(file, 5000, Date.now()), { healthy: false });
  t.regex(healthOf(file, 5000, Date.now()).message, /does not exist/);
  markAlive(file, { proxy: null });
  t.true(healthOf(file, 5000, Date.now()).healthy);
  utimesSync(file, 1000, 1000);
  t.true(healthOf(file, 5000, 1_000_000 + 30_000).healthy);
  t.deepEqual(healthOf(file, 5000, 1_000_000 + 31_000), {
    healthy: false,
    message: 'not seen for 31 s, must be at most 30 s',
  });
});

test('token: read anew at each export, so a rotated one is used', async (t) => {
  const file = join(folder, 'token');
  const headers = bearerFrom(file, (message) => t.fail(message));
  writeFileSync(file, 'first\n');
  t.deepEqual(await headers(), { authorization: 'Bearer first' });
  writeFileSync(file, 'second');
  t.deepEqual(await headers(), { authorization: 'Bearer second' });
});

test('token: without one, or with something else in its file, exports go out without it and it is said', async (t) => {
  const said: string[] = [];
  const missing = join(folder, 'missing');
  t.deepEqual(await bearerFrom(missing, (message) => said.push(message))(), {});
  const wrong = join(folder, 'wrong');
  writeFileSync(wrong, 'two\nlines');
  t.deepEqual(await bearerFrom(wrong, (message) => said.push(message))(), {});
  t.regex(said[0] ?? '', /missing cannot be read \(ENOENT\); mount a projected ServiceAccount token/);
  t.regex(said[1] ?? '', /wrong must hold a ServiceAccount token and nothing else/);
});

test('log: one line of JSON; a state is said when it changes', (t) => {
  const lines: string[] = [];
  const states = new StateLog(jsonLog(eagerClock(0), (line) => lines.push(line)));
  states.good('scrape', 'works');
  states.bad('scrape', 'connection refused');
  states.bad('scrape', 'connection refused');
  states.good('scrape', 'works');
  t.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      {
        level: 'warn',
        time: '1970-01-01T00:00:00.000Z',
        name: 'foresail-sidecar',
        msg: 'scrape: connection refused',
      },
      { level: 'info', time: '1970-01-01T00:00:00.000Z', name: 'foresail-sidecar', msg: 'scrape: works' },
    ],
  );
});

/** What a process would be replaced by. */
function replacedBy(script: string, execArgv: string[], env = {}) {
  const calls: unknown[][] = [];
  const execve = ((...call: unknown[]) => calls.push(call)) as unknown as NonNullable<
    NodeJS.Process['execve']
  >;
  takeFlags({ argv: ['node', script, '--endpoint', 'x'], execArgv, execPath: '/node', env, execve });
  return calls;
}

test('flags: the command is started again with those it lacks, once, with what the operator set', (t) => {
  t.deepEqual(replacedBy('/app/foresail-sidecar.js', ['--jitless'], { UV_THREADPOOL_SIZE: '3' }), [
    [
      '/node',
      [
        '/node',
        '--jitless',
        '--max-semi-space-size=1',
        '--expose-gc',
        '/app/foresail-sidecar.js',
        '--endpoint',
        'x',
      ],
      { UV_THREADPOOL_SIZE: '3', MALLOC_ARENA_MAX: '1' },
    ],
  ]);
  t.deepEqual(replacedBy('/app/foresail-sidecar.js', [...NODE_FLAGS]), []);
  t.is(replacedBy('/usr/bin/foresail', []).length, 1);
});

test('flags: a process that is not ours is never replaced', (t) => {
  t.deepEqual(replacedBy('/app/node_modules/.bin/ava', []), []);
  t.notThrows(() => takeFlags({ argv: ['node', '/foresail'], execArgv: [], execPath: '/node', env: {} }));
});

test('memory is freed after each turn, and thoroughly now and then, where that is possible', (t) => {
  t.is(collectorOf({}), undefined);
  const types: string[] = [];
  const tidy = collectorOf({ gc: ({ type }) => types.push(type) });
  for (let turn = 0; turn < 6; turn++) tidy?.();
  t.deepEqual(types, ['minor', 'minor', 'minor', 'minor', 'minor', 'major']);
});

test('lines less severe than what was asked for are not written', (t) => {
  const lines: string[] = [];
  const log = jsonLog(eagerClock(0), (line) => lines.push(line), 'warn');
  for (const level of ['info', 'warn', 'error'] as const) log(level, level);
  t.deepEqual(
    lines.map((line) => JSON.parse(line).level),
    ['warn', 'error'],
  );
});
