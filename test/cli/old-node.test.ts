import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';

const foresail = fileURLToPath(new URL('../../bin/foresail.js', import.meta.url));
/** Makes a process believe that it runs on Node 20; what it starts does not inherit it. */
const AS_NODE_20 = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.0.0'})`;

/** A demo that would take a day, at its first words. */
async function started(t: ExecutionContext): Promise<{ demo: ChildProcess; said: () => string }> {
  const demo = spawn(process.execPath, ['--import', AS_NODE_20, foresail, 'demo', '--speed', '1']);
  t.teardown(() => demo.kill('SIGKILL'));
  let said = '';
  const first = Promise.withResolvers<void>();
  demo.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    first.resolve();
  });
  await first.promise;
  return { demo, said: () => said };
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`an older Node passes ${signal} on to the one it started, and ends as that one does`, async (t) => {
    const { demo, said } = await started(t);
    demo.kill(signal);
    // 'close' comes when nobody holds the pipe any more: nothing is left running
    const [code] = await once(demo, 'close');
    t.is(code, 130);
    t.regex(said(), /Interrupted|pod-hours/);
  });
}

/** The executable in a folder of its own, beside a Node that `node` makes. */
async function runBeside(t: ExecutionContext, node: (path: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'foresail-old-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const part of ['bin', 'node_modules/.bin']) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  copyFileSync(foresail, join(folder, 'bin/foresail.js'));
  node(join(folder, 'node_modules/.bin/node'));
  const run = spawn(process.execPath, ['--import', AS_NODE_20, join(folder, 'bin/foresail.js'), 'demo']);
  let stderr = '';
  run.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(run, 'close');
  return { code, stderr };
}

test('an older Node without a newer one beside it says where to get one', async (t) => {
  const { code, stderr } = await runBeside(t, () => {});
  t.is(code, 2);
  t.regex(stderr, /^foresail needs Node 24 or later and this is v.*Run `npm ci` here/);
});

test('an older Node says which newer one does not start', async (t) => {
  const { code, stderr } = await runBeside(t, (path) => writeFileSync(path, 'of another machine'));
  t.is(code, 2);
  t.regex(stderr, /^foresail: cannot start .*\/node: spawn .*EACCES. Run `npm ci` on this machine\.\n$/);
});
