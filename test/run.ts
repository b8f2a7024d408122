import { spawn } from 'node:child_process';

/**
 * `npm test`: the static checks, then every test, then the tests on real parts; all of them even when one fails, and
 * one closing line that adds them up.
 */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const total: Tally = { passed: 0, failed: 0, skipped: 0 };
const flags = new Set(process.argv.slice(2));
const stages: readonly (readonly [name: string, command: readonly string[]])[] = [
  ['types', ['tsc', '--noEmit']],
  ['lint and format', ['biome', 'check', '--diagnostic-level=warn', '.']],
  [
    'arrows',
    [
      'depcruise',
      '--config',
      '.dependency-cruiser.js',
      'bin',
      'controller',
      'sidecar',
      'istio',
      'linkerd',
      'assembly',
      'bench',
    ],
  ],
  ['tests', ['ava']],
  ['tests on real parts', ['node', 'test/real/run.ts']],
];

for (const [name, command] of stages) {
  if (name === 'tests on real parts' && flags.has('--no-real')) continue;
  const startedMs = performance.now();
  const { code, output } = await run(command);
  add(total, tallyOf(name, code, output));
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`-- ${name}: ${code === 0 ? 'ok' : `failed (exit ${code})`} in ${seconds} s\n`);
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** Runs a command, shows what it prints as it prints it, and keeps it. */
async function run(command: readonly string[]): Promise<{ code: number; output: string }> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], env: process.env });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const code = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (exitCode, signal) => resolve(exitCode ?? (signal ? 128 : 1)));
  });
  return { code, output };
}

/** A check counts as one test. A test runner says its own figures; one that fails without saying so counts one. */
function tallyOf(name: string, code: number, output: string): Tally {
  if (!name.startsWith('tests'))
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  const sum = (pattern: RegExp): number =>
    [...output.matchAll(pattern)].reduce((all, match) => all + Number(match[1]), 0);
  const tally: Tally = {
    passed: sum(/^ +(\d+) tests? passed/gm),
    failed:
      sum(/^ +(\d+) tests? failed/gm) + sum(/^ +(\d+) (?:uncaught exceptions?|unhandled rejections?)/gm),
    skipped: sum(/^ +(\d+) tests? skipped/gm),
  };
  if (code !== 0 && tally.failed === 0) tally.failed = 1;
  return tally;
}

function add(to: Tally, more: Tally): void {
  to.passed += more.passed;
  to.failed += more.failed;
  to.skipped += more.skipped;
}
