import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { ensureParts } from '../rig/build.ts';
import { runInNamespace } from '../rig/namespace.ts';
import { isMissing, MISSING } from '../rig/parts.ts';
import { rolloutCrd } from '../rig/rollout-crd.ts';

/*
 * Runs AVA on the tests on real parts, inside a network namespace of their own, so that the test process itself is
 * inside and loopback means the same to all:
 *
 *   node test/real/run.ts [FILE ...] [AVA's flags]
 */

const ROOT = join(import.meta.dirname, '..', '..');
const AVA = [
  join(ROOT, 'node_modules', 'ava', 'entrypoints', 'cli.js'),
  ...['--config', join(ROOT, 'test', 'real', 'ava.config.js')],
];

process.chdir(ROOT);
process.exitCode = await runRealTests(process.argv.slice(2));

async function runRealTests(args: readonly string[]): Promise<number> {
  const tests = [process.execPath, ...AVA, ...args];
  // What a test starts by the name `node` must be this Node, too.
  const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` };
  const parts = await ensureParts();
  await rolloutCrd();
  if (!isMissing(parts)) return runInNamespace(tests, env);
  process.stderr.write(`rig: the tests on real parts cannot run: ${parts.missing}\n`);
  return run(tests, { ...env, [MISSING]: parts.missing });
}

function run(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
