import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
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
