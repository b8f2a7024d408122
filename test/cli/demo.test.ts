import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { BadInput } from '../../controller/cli/bad-input.ts';
import { runDemo } from '../../controller/cli/demo.ts';
import { explanation } from '../../controller/policy/explanation.ts';

class Output extends Writable {
  text = '';
  isTTY = false;
  columns = 80;
  rows = 30;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function io(tty = false) {
  const stdout = new Output();
  stdout.isTTY = tty;
  return { stdout, stderr: new Output(), env: { NO_COLOR: '1' } };
}

/** Hours of a load that swings by the half-hour, one value a minute. */
function traffic(hours: number, missing: (minute: number) => boolean = () => false): string {
  const minutes = Array.from({ length: hours * 60 }, (_, minute) => {
    const value = missing(minute) ? '' : (100 + 50 * Math.sin((minute * Math.PI) / 30)).toFixed(1);
    return `${804_556_800 + minute * 60},${value}`;
  });
  return ['timestamp,value', ...minutes, ''].join('\n');
}

async function fileOf(t: ExecutionContext, content: string | Buffer, name = 'load.csv'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'foresail-demo-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

test('json: only JSON, with the figures of both policies on the traffic that was given', async (t) => {
  const given = io();
  const input = await fileOf(t, gzipSync(traffic(2)), 'load.csv.gz');
  t.is(await runDemo(['--input', input, '--mean-pods', '5', '-o', 'json'], given), 0);
  const run = JSON.parse(given.stdout.text);
  t.like(run, { source: 'load.csv.gz', complete: true, ticks: 240, meanPods: 5, startupSeconds: 90 });
  t.is(run.from, '1995-07-01T01:00:00.000Z', 'no whole day: its second half');
  t.is(explanation.safeParse(run.lastChange).error, undefined, 'the last change, as explain tells it');
  t.not(run.lastChange.replicas, run.lastChange.current.replicas);
  const [foresail, hpa] = run.policies;
  t.is(foresail.policy, 'foresail');
  t.is(hpa.policy, 'hpa-default');
  for (const policy of [foresail, hpa]) {
    // One hour of 5 pods of load: above that, and not out of all proportion.
    t.true(policy.podHours > 5 && policy.podHours < 20, `${policy.policy} ${policy.podHours}`);
    t.true(policy.hotShare >= 0 && policy.hotShare < 0.5);
  }
  // Each Ready pod exports once a tick; no pod-tick is paid for that was not ready or starting.
  t.true(run.exports > 240 && run.exports <= (foresail.podHours * 3600) / 15 + 1e-6);
  t.is(given.stderr.text, '');
});

test('the same seed plays the same day, to the last figure', async (t) => {
  const input = await fileOf(t, traffic(1));
  const play = async (seed: string) => {
    const given = io();
    await runDemo(['--input', input, '--mean-pods', '4', '--seed', seed, '-o', 'json'], given);
    return JSON.parse(given.stdout.text).policies;
  };
  const first = await play('7');
  t.deepEqual(await play('7'), first);
  t.notDeepEqual(await play('8'), first);
});

test('text: a line an hour, then the table and what it says', async (t) => {
  const given = io();
  const input = await fileOf(
    t,
    traffic(4, (minute) => minute >= 200 && minute < 210),
  );
  t.is(await runDemo(['--input', input, '--mean-pods', '5'], given), 0);
  const { text } = given.stdout;
  t.regex(text, /^Playing 2\.0 h of load\.csv from 1995-07-01T02:00Z,\nwith 0\.1 days of history/);
  t.regex(text, /40 of 480 ticks are missing in it; a straight line is played there/);
  t.is(text.match(/^1995-07-01 0[34]:00 UTC {2}load .*Foresail .*HPA /gm)?.length, 2);
  t.regex(text, /Foresail default HPA\npod-hours +\d+ +\d+/);
  t.regex(text, /met too little capacity: \d\.\d\d %, with the HPA \d+\.\d\d %; budget 1\.00 %/);
  t.false(text.includes('\u001b'));
});

test('terminal: a live view on another screen, and the figures on the user’s own', async (t) => {
  const given = io(true);
  const input = await fileOf(t, traffic(1));
  t.is(await runDemo(['--input', input, '--mean-pods', '4', '--target', '50'], given), 0);
  const [live, after, ...more] = given.stdout.text.split('\u001b[?1049l');
  t.deepEqual(more, []);
  t.true(live?.startsWith('\u001b[?1049h'));
  t.true(live?.endsWith('\u001b[?25h'), 'the cursor is back');
  t.regex(live ?? '', /foresail load\.csv.*1995-07-01/);
  t.regex(after ?? '', /HPA 50 %\npod-hours/);
  t.regex(after ?? '', /requests\/s {2}⣿ short/);
});

test('a dumb terminal is written to line by line, as a file is', async (t) => {
  const given = io(true);
  const input = await fileOf(t, traffic(1));
  const dumb = { ...given, env: { TERM: 'dumb' } };
  t.is(await runDemo(['--input', input, '--mean-pods', '4'], dumb), 0);
  t.regex(given.stdout.text, /pod-hours/);
  t.false(given.stdout.text.includes('\u001b'));
});

test.serial('interrupted: the figures so far, said to be partial, and exit code 130', async (t) => {
  const given = io();
  const input = await fileOf(t, traffic(1));
  // A hundred times real time: half an hour would take 18 s.
  const running = runDemo(['--input', input, '--speed', '100', '--mean-pods', '4'], given);
  while (!process.listeners('SIGINT').length) await new Promise(setImmediate);
  await new Promise((resolve) => setTimeout(resolve, 900));
  process.emit('SIGINT');
  t.is(await running, 130);
  t.regex(given.stdout.text, /Interrupted: these figures are of the first 0\.\d h\./);
  t.is(process.listeners('SIGINT').length, 0, 'Ctrl-C is the shell’s again');
});

test.serial('a reader that goes away ends it quietly', async (t) => {
  const given = io();
  const input = await fileOf(t, traffic(1));
  const running = runDemo(['--input', input, '--speed', '100', '--mean-pods', '4'], given);
  while (!given.stdout.listenerCount('error')) await new Promise(setImmediate);
  given.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  t.is(await running, 0);
  t.notRegex(given.stdout.text, /pod-hours/);
});

const refused = test.macro({
  async exec(t, content: string | undefined, args: readonly string[], message: RegExp) {
    const input = content === undefined ? [] : ['--input', await fileOf(t, content)];
    const error = await t.throwsAsync(runDemo([...input, ...args], io()), { instanceOf: BadInput });
    t.regex(error?.message ?? '', message);
  },
  title: (name) => `refused: ${name}`,
});
test(
  'a file that is not there',
  refused,
  undefined,
  ['--input', 'nowhere.csv'],
  /nowhere\.csv: there is no such file/,
);
test(
  'text instead of a number, with its line',
  refused,
  'timestamp,value\n0,1\n60,many\n',
  [],
  /load\.csv:3: .*must be/,
);
test('an empty file', refused, '', [], /the file is empty/);
test('no load at all', refused, traffic(1).replaceAll(/,[\d.]+$/gm, ',0'), [], /must be above zero/);
test('less than ten minutes', refused, 'timestamp,value\n0,1\n60,2\n120,1\n', [], /at least 10 minutes/);
test(
  'a day outside the trace',
  refused,
  traffic(30),
  ['--from', '1996-01-01'],
  /--from 1996-01-01 --days 1 must lie inside load\.csv, which goes from 1995-07-01 00:00 UTC to 1995-07-02 06:00 UTC/,
);
test('more days than there are', refused, traffic(30), ['--days', '2'], /--days 2 must lie inside/);

const misused = test.macro({
  async exec(t, args: readonly string[], message: RegExp) {
    const given = io();
    await t.throwsAsync(runDemo(args, given), { name: 'CommanderError' });
    t.regex(given.stderr.text, message);
    t.is(given.stdout.text, '');
  },
  title: (_, args: readonly string[]) => `misused: ${args.join(' ')}`,
});
test(misused, ['--speed', 'fast'], /--speed <times>.*It must be a number from 0\.01/);
test(misused, ['--days', '1.5'], /It must be a whole number from 1 to 366/);
test(misused, ['--from', '1995-02-30'], /It must be a day such as 1995-07-14/);
test(misused, ['--startup-seconds', ''], /It must be a number from 1 to 3600/);
test(misused, ['-o', 'yaml'], /Allowed choices are text, json/);
test(misused, ['more'], /too many arguments/);
test(misused, ['--nonsense'], /unknown option/);

test('--help says what there is, and what stands when nothing is said', async (t) => {
  const given = io();
  await t.throwsAsync(runDemo(['--help'], given), { name: 'CommanderError' });
  for (const option of ['--input', '--speed', '--startup-seconds', '--mean-pods', '--from', '--output']) {
    t.true(given.stdout.text.includes(option), option);
  }
  t.regex(given.stdout.text, /\(default: 90\)/);
});
