import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { outcomeOf } from '../../bench/replay/outcome.ts';
import { STANDING } from '../../bench/replay/simulation.ts';
import { runSimulate } from '../../controller/cli/simulate.ts';
import { type Clock, systemClock } from '../../controller/clock.ts';
import { HastyClock, Output } from './backtest-bench.ts';

async function bench(t: ExecutionContext, clock: Clock = systemClock) {
  const folder = await mkdtemp(join(tmpdir(), 'foresail-simulate-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const stdout = new Output();
  const stderr = new Output();
  const io = { stdout, stderr, env: {} as Record<string, string> };
  const input = join(folder, 'load.csv');
  await writeFile(input, minutes(3));
  return {
    folder,
    input,
    stdout,
    stderr,
    run: (...args: string[]) => runSimulate(args, io, { clock, fetch }),
    async json(...args: string[]) {
      t.is(await runSimulate(['--input', input, ...args, '-o', 'json'], io, { clock, fetch }), 0);
      return JSON.parse(stdout.text);
    },
  };
}

/** Minutes of days that rise and fall. */
function minutes(days: number): string {
  const load = (minute: number) =>
    100 + 60 * Math.sin((2 * Math.PI * minute) / 1440) + ((minute * 7919) % 13);
  return Array.from({ length: days * 1440 }, (_, minute) => `${minute * 60},${load(minute)}\n`).join('');
}

test.serial('json: the keys that programs rely on, for every policy', async (t) => {
  const { json } = await bench(t);
  const answer = await json('--startup-seconds', '60', '--seed', '7');
  t.like(answer, {
    stepSeconds: 60,
    tickSeconds: 15,
    startupSeconds: 60,
    meanPods: 20,
    objectivePercent: 1,
    seed: 7,
  });
  t.is(answer.ticks, 3 * 5760);
  t.is(answer.judgedTicks, 1.5 * 5760);
  t.deepEqual(Object.keys(answer.policies), [...STANDING]);
  for (const policy of STANDING) {
    const figures = answer.policies[policy];
    for (const key of [
      'podHours',
      'hotShare',
      'p99Ms',
      'reversalsPerDay',
      'thetaU',
      'thetaO',
      'tauU',
      'tauO',
      'instability',
      'costPer1000Requests',
      'costVsTunedHpa',
      'gapClosed',
    ]) {
      t.true(Number.isFinite(figures[key]), `${policy} ${key}`);
    }
    t.true('leadTimeGainedSeconds' in figures);
  }
  const { oracle, 'hpa-tuned': tuned, foresail } = answer.policies;
  t.is(oracle.hotShare, 0);
  t.is(oracle.gapClosed, 1);
  t.is(tuned.costVsTunedHpa, 1);
  t.is(tuned.gapClosed, 0);
  t.true(tuned.meetsLimit && tuned.hotShare <= 0.01);
  t.true(foresail.hotShare <= 0.01, `${foresail.hotShare}`);
  t.true(foresail.costVsTunedHpa < 1.02, `${foresail.costVsTunedHpa}`);
});

test.serial('the same seed gives the same figures, another seed other noise, --no-noise none', async (t) => {
  const figures = async (...args: string[]) => {
    const { json } = await bench(t);
    return JSON.stringify(await json('--policy', 'hpa-default', ...args).then(({ policies }) => policies));
  };
  const first = await figures('--seed', '3');
  t.is(await figures('--seed', '3'), first);
  t.not(await figures('--seed', '4'), first);
  t.is(await figures('--seed', '3', '--no-noise'), await figures('--seed', '4', '--no-noise'));
});

test.serial('--out has a row per judged tick and policy, from which the figures follow', async (t) => {
  const { json, folder } = await bench(t);
  const out = join(folder, 'ticks.csv');
  const answer = await json('--policy', 'foresail,oracle', '--out', out);
  const [header, ...lines] = (await readFile(out, 'utf8')).trim().split('\n');
  t.is(header, 'policy,timestamp,demand,ready,starting,requested');
  t.is(lines.length, 2 * answer.judgedTicks);
  for (const policy of ['foresail', 'oracle']) {
    const rows = lines
      .map((line) => line.split(','))
      .filter(([name]) => name === policy)
      .map(([, stamp, demand, ready, starting, requested]) => ({
        atMs: Number(stamp) * 1000,
        demand: Number(demand),
        ready: Number(ready),
        starting: Number(starting),
        requested: Number(requested),
      }));
    const { podHours, hotShare } = outcomeOf(rows);
    t.is(podHours, answer.policies[policy].podHours);
    t.is(hotShare, answer.policies[policy].hotShare);
  }
  t.is(lines[0]?.split(',')[1], String(Date.parse(answer.from) / 1000));
});

test.serial('--judge all judges from the first tick', async (t) => {
  const { json } = await bench(t);
  const answer = await json('--judge', 'all', '--policy', 'hpa-default');
  t.is(answer.judgedTicks, answer.ticks);
});

test.serial('for people: a plot, a line per policy, and who won', async (t) => {
  const { run, input, stdout } = await bench(t);
  t.is(await run('--input', input), 0);
  for (const policy of STANDING)
    t.true(
      stdout.text.split('\n').some((line) => line.startsWith(policy)),
      policy,
    );
  t.regex(stdout.text, /1\.5 days judged, after 1\.5 days to learn from/);
  t.regex(stdout.text, /Foresail costs [\d.]+ % (less|more) than an HPA tuned in hindsight/);
});

test.serial('closing hours and other gaps are said in words, and no gap is counted as judged', async (t) => {
  const { run, json, input, folder, stdout } = await bench(t);
  // ten days, closed from midnight to 08:00
  const open = minutes(10)
    .split('\n')
    .filter((row) => row !== '' && (Number(row.split(',')[0]) % 86_400) / 3600 >= 8);
  await writeFile(input, `${open.join('\n')}\n`);
  t.is(await run('--input', input, '--policy', 'rps'), 0);
  t.regex(stdout.text, /Its gaps are regular closing hours, 7 openings a week\./);
  const [, missing, judged] =
    /([\d,]+) of the ([\d,]+) ticks of the judged part have no value/.exec(
      stdout.text.replaceAll('\n', ' '),
    ) ?? [];
  const number = (text: string | undefined) => Number(text?.replaceAll(',', ''));
  stdout.text = '';
  const out = join(folder, 'ticks.csv');
  const answer = await json('--policy', 'rps', '--out', out);
  t.is(answer.judgedTicks, number(judged) - number(missing));
  t.true(number(missing) >= 4 * 8 * 240, 'four nights at least');
  t.is((await readFile(out, 'utf8')).trim().split('\n').length - 1, answer.judgedTicks);
});

test.serial('nothing is wider than the terminal, whose end would be lost', async (t) => {
  const { run, input, stdout } = await bench(t);
  t.is(await run('--input', input), 0);
  for (const line of stdout.text.split('\n')) t.true([...line].length <= 80, line);
});

test.serial('a policy that is replayed alone is compared with nobody in the plot', async (t) => {
  const { run, input, stdout } = await bench(t);
  t.is(await run('--input', input, '--policy', 'rps'), 0);
  t.regex(stdout.text, /what rps could carry/);
});

test.serial('interrupted: 130, and no file', async (t) => {
  const clock = new HastyClock(0);
  clock.onSleep = () => process.emit('SIGINT');
  const { run, input, folder } = await bench(t, clock);
  t.is(await run('--input', input, '--out', join(folder, 'ticks.csv')), 130);
  t.deepEqual(await readdir(folder), ['load.csv']);
});

const refuses = test.macro(async (t: ExecutionContext, args: readonly string[], words: RegExp) => {
  const { run, stderr, folder, input } = await bench(t);
  const given = args.map((arg) => arg.replace('FOLDER', folder).replace('INPUT', input));
  const error = await t.throwsAsync(run(...given));
  t.regex(`${stderr.text}${error?.message}`, words);
  t.false(existsSync(join(folder, 'ticks.csv')));
});

test.serial('without a trace', refuses, [], /there must be --input FILE/);
test.serial(
  'a misspelt option is named, not what is missing without it',
  refuses,
  ['--inptu', 'INPUT'],
  /unknown option '--inptu'/,
);
test.serial(
  'a number in another notation',
  refuses,
  ['--input', 'INPUT', '--mean-pods', '0x10'],
  /number from 1 to 500/,
);
test.serial(
  'a step that is no whole number',
  refuses,
  ['--input', 'INPUT', '--step-seconds', '90.5'],
  /whole number from 1 to 86400/,
);
test.serial('no such file', refuses, ['--input', 'FOLDER/none.csv'], /none\.csv/);
test.serial(
  'a policy that is none',
  refuses,
  ['--input', 'INPUT', '--policy', 'vpa'],
  /all or some of foresail, .*"vpa" is none/,
);
test.serial(
  'a start-up that cannot be',
  refuses,
  ['--input', 'INPUT', '--startup-seconds', '0'],
  /number from 1 to 3600/,
);
test.serial(
  'a finer step than the file has',
  refuses,
  ['--input', 'INPUT', '--step-seconds', '30'],
  /at least the step of the file, 60/,
);
test.serial(
  'the input as output',
  refuses,
  ['--input', 'INPUT', '--out', 'INPUT'],
  /must not be the --input/,
);

test.serial('a trace without load, and one that is too short, are refused in words', async (t) => {
  const { run, folder } = await bench(t);
  const file = join(folder, 'flat.csv');
  await writeFile(file, Array.from({ length: 100 }, (_, minute) => `${minute * 60},0\n`).join(''));
  await t.throwsAsync(run('--input', file), { name: 'BadInput', message: /mean .* must be above zero/ });
  await writeFile(file, '0,1\n60,2\n120,3\n');
  await t.throwsAsync(run('--input', file), {
    name: 'BadInput',
    message: /1\.5 minutes of values; there must be at least 10, or --judge all/,
  });
});

test.serial('two policies are told apart: where they differ most, in words and in JSON', async (t) => {
  const { json } = await bench(t);
  const { differences, policies } = await json('--policy', 'hpa-default,oracle');
  t.true(differences.stretches > 0);
  const [largest] = differences.largest;
  t.deepEqual(Object.keys(largest.pods), ['hpa-default', 'oracle']);
  t.true(Date.parse(largest.to) > Date.parse(largest.from));
  const held = policies['hpa-default'].podHours - policies.oracle.podHours;
  const told = differences.largest.reduce((sum: number, one: { podHours: number }) => sum + one.podHours, 0);
  t.true(Math.abs(told - held) < 0.1 * held, `${told} of ${held} pod-hours`);
  const { run, input, stdout } = await bench(t);
  t.is(await run('--input', input, '--policy', 'hpa-default,oracle'), 0);
  t.regex(stdout.text, /Where hpa-default and oracle differ most/);
  t.regex(stdout.text, /from \(UTC\) +lasts +load +hpa-default +oracle +pod-hours +hot pod-hours/);
});

test.serial('three policies are not compared in pairs', async (t) => {
  const { json } = await bench(t);
  t.false('differences' in (await json('--policy', 'hpa-default,hpa-tuned,oracle')));
});

test.serial('a trace can be asked of a server, as in a backtest', async (t) => {
  const asked: URLSearchParams[] = [];
  const answer: typeof fetch = async (_, init) => {
    const form = new URLSearchParams(String(init?.body));
    asked.push(form);
    const values: [number, string][] = [];
    for (let at = Number(form.get('start')); at <= Number(form.get('end')); at += 60)
      values.push([at, String(50 + (at % 600) / 20)]);
    return Response.json({
      status: 'success',
      data: { resultType: 'matrix', result: [{ metric: {}, values }] },
    });
  };
  const stdout = new Output();
  const io = { stdout, stderr: new Output(), env: {} };
  const source = ['--prometheus', 'http://prometheus:9090', '--query', 'sum(rate(x[1m]))', '--range', '3h'];
  const args = [...source, '--policy', 'hpa-default', '-o', 'json'];
  t.is(await runSimulate(args, io, { clock: systemClock, fetch: answer }), 0);
  t.is(asked[0]?.get('query'), 'sum(rate(x[1m]))');
  const { ticks, stepSeconds, input } = JSON.parse(stdout.text);
  t.deepEqual([ticks, stepSeconds], [720, 60]);
  t.regex(input, /prometheus/);
});
