import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { MODELS } from '../../assembly/pkg/forecaster.js';
import { wave } from '../assembly/core.ts';
import { bench, days, HastyClock } from './backtest-bench.ts';

test.serial('json: the keys that programs rely on, and what they mean', async (t) => {
  const { json, csv } = await bench(t);
  const input = await csv(days(20));
  const answer = await json('--input', input);
  t.like(answer, { input, stepSeconds: 3600, steps: 480, missing: 0, season: 24, leads: 30, every: 1 });
  t.is(answer.origins, 480 - 144 - 1);
  t.is(answer.model, 'ensemble');
  t.deepEqual(Object.keys(answer.coverage), ['0.9', '0.95', '0.99']);
  t.deepEqual(
    answer.perLead.map(({ lead }: { lead: number }) => lead),
    Array.from({ length: 30 }, (_, index) => index + 1),
  );
  t.deepEqual(Object.keys(answer.models).sort(), [...MODELS].sort());
  for (const key of ['mae', 'seasonalNaiveMae', 'naiveMae', 'microsecondsPerUpdate', 'bytesPerSeries']) {
    t.true(answer[key] > 0, key);
  }
  t.is(answer.mae, answer.models.ensemble.mae);
  t.is(answer.maeRatio, answer.mae / answer.seasonalNaiveMae);
  t.is(answer.betterBaselineRatio, answer.mae / Math.min(answer.seasonalNaiveMae, answer.naiveMae));
  t.is(answer.wqlRatio, answer.models.ensemble.wql / answer.models['seasonal-naive'].wql);
  t.is(answer.models['seasonal-naive'].maeRatio, 1);
  t.deepEqual(
    answer.models.naive.groups.map(({ from, to }: { from: number; to: number }) => [from, to]),
    [
      [1, 1],
      [2, 5],
      [6, 15],
      [16, 30],
    ],
  );
});

test.serial('one model asked for is what the summary is about; the baselines are still there', async (t) => {
  const { json, csv } = await bench(t);
  const answer = await json('--input', await csv(days(10)), '--models', 'ets', '--leads', '5');
  t.is(answer.model, 'ets');
  t.is(answer.mae, answer.models.ets.mae);
  t.deepEqual(Object.keys(answer.models), ['naive', 'seasonal-naive', 'ets']);
  t.is(answer.perLead.length, 5);
});

test.serial('--out has a row per origin and lead, from which the same error follows', async (t) => {
  const { json, csv, folder } = await bench(t);
  const text = days(12, (hour) => (hour === 200 ? Number.NaN : wave(hour, 24, 100) + ((hour * 7919) % 31)));
  const input = await csv(text.replaceAll('NaN', ''));
  for (const model of ['ensemble', 'seasonal-naive']) {
    const out = join(folder, `${model}.csv`);
    const given = await bench(t);
    const answer = await given.json('--input', input, '--models', model, '--out', out);
    const [head, ...rows] = (await readFile(out, 'utf8')).trimEnd().split('\n');
    t.is(head, 'origin_timestamp,lead,actual,p50,p90,p95,p99');
    t.is(rows.length, answer.origins * 30);
    const values = new Map(text.split('\n').map((line) => line.split(',').map(Number) as [number, number]));
    let sum = 0;
    let points = 0;
    for (const row of rows) {
      const fields = row.split(',');
      const [origin = 0, lead = 0, actual = 0, p50 = 0, p90 = 0, p95 = 0, p99 = 0] = fields.map(Number);
      t.true(p50 <= p90 && p90 <= p95 && p95 <= p99, row);
      const is = values.get(origin + lead * 3600) ?? Number.NaN;
      t.is(fields[2], Number.isNaN(is) ? '' : String(is));
      const usual = values.get(origin + (lead - 24 * Math.ceil(lead / 24)) * 3600) ?? Number.NaN;
      if (Number.isNaN(is + usual)) continue;
      sum += Math.abs(actual - p50);
      points++;
    }
    t.is(points, answer.points);
    t.true(Math.abs(sum / points - answer.mae) < 1e-9);
  }
  t.deepEqual((await readdir(folder)).sort(), ['ensemble.csv', 'load.csv', 'seasonal-naive.csv']);
  await json('--input', input);
});

test.serial('interrupted: 130, no file, and what was there before still is', async (t) => {
  const clock = new HastyClock(0);
  const { run, csv, folder, stdout } = await bench(t, clock);
  const out = await csv('mine', 'out.csv');
  clock.onSleep = () => {
    process.emit('SIGINT');
  };
  t.is(await run('--input', await csv(days(40)), '--out', out), 130);
  t.deepEqual((await readdir(folder)).sort(), ['load.csv', 'out.csv']);
  t.is(await readFile(out, 'utf8'), 'mine');
  t.is(stdout.text, '');
  t.is(process.listeners('SIGINT').length, 0, 'Ctrl-C is the shell’s again');
});

test.serial('a reader that goes away ends it quietly', async (t) => {
  const clock = new HastyClock(0);
  const { run, csv, stdout } = await bench(t, clock);
  clock.onSleep = () => {
    stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  };
  t.is(await run('--input', await csv(days(40))), 0);
});

test.serial(
  'text: tables, plots and who won, without a single code where there is no terminal',
  async (t) => {
    const { run, csv, stdout, stderr } = await bench(t, new HastyClock(0));
    const input = await csv(days(30));
    t.is(await run('--input', input), 0);
    t.false(stdout.text.includes('\u001b'));
    t.is(stderr.text, '');
    t.regex(stdout.text, /^720 steps of 3600 s, 1970-01-01 to 1970-01-30, 0 missing\.$/m);
    t.regex(stdout.text, /^Season 24 steps \(1 day\), and 168, found\.$/m);
    for (const model of MODELS) {
      t.is(
        stdout.text.match(new RegExp(`^${model} +[\\d.]`, 'gm'))?.length,
        3,
        `${model}: a row in three tables`,
      );
    }
    t.regex(
      stdout.text,
      /wins: its mean absolute error of [\d.]+ is [\d.]+ % below that\s+of\s+the\s+better\s+baseline/,
    );
    const wide = stdout.text.split('\n').filter((line) => line !== input && [...line].length > 80);
    t.deepEqual(wide, []);
  },
);

test.serial('a terminal has colours and a progress bar, which is gone at the end', async (t) => {
  const { run, csv, stdout, stderr } = await bench(t, new HastyClock(0));
  stdout.isTTY = true;
  stderr.isTTY = true;
  await run('--input', await csv(days(30)));
  t.true(stdout.text.includes('\u001b[92m'));
  t.regex(stderr.text, /━.* \d+ % {2}naive/);
  t.true(stderr.text.endsWith('\r\u001b[2K'));
});

test.serial('NO_COLOR and a dumb terminal are respected', async (t) => {
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const { run, csv, io, stdout, stderr } = await bench(t, new HastyClock(0));
    stdout.isTTY = true;
    stderr.isTTY = true;
    Object.assign(io.env, env);
    await run('--input', await csv(days(30)));
    t.false(stdout.text.includes('\u001b'));
    if ('TERM' in env) t.is(stderr.text, '');
  }
});

/** Ten business days of two weeks, 10 rows each, then others. */
function weekdays(count: number): string {
  const open = Array.from({ length: count }, (_, day) => day + 2 * Math.floor(day / 5));
  return open
    .flatMap((day) => Array.from({ length: 10 }, (_, hour) => day * 24 + hour))
    .map((hour, row) => `${hour * 3600},${50 + 10 * (row % 10) + ((row * 7) % 11)}\n`)
    .join('');
}

test.serial('closing hours: rows are played one after another, unless time is asked for', async (t) => {
  const input = await (await bench(t)).csv(weekdays(30));
  const of = async (...args: string[]) => (await bench(t)).json('--input', input, ...args);
  const auto = await of();
  t.like(auto, { steps: 300, missing: 0, season: 10 });
  t.like(auto.rows, { because: 'closing hours', openRows: 10, openingsPerWeek: 5 });
  t.is(auto.seasons[0].weekSteps, 50);
  const given = await of('--season', '10');
  t.like(given, { steps: 300, season: 10, points: auto.points });
  t.is(given.seasons[0].weekSteps, 50, 'its week is that of the openings');
  const asTime = await of('--gaps', 'missing', '--season', '24');
  t.like(asTime, { rows: null, season: 24 });
  t.true(asTime.missing > asTime.steps / 2);
  t.like(
    await of('--season', '24'),
    { rows: null, steps: asTime.steps },
    'a day in time is no season of rows',
  );
  t.like(await of('--season', '24', '--gaps', 'closed'), { steps: 300, rows: { because: 'asked for' } });
});

test.serial('closing hours are said', async (t) => {
  const { run, csv, stdout } = await bench(t);
  await run('--input', await csv(weekdays(30)));
  const text = stdout.text.replaceAll(/\s+/g, ' ');
  t.regex(text, /regular closing hours: 10 rows from opening to closing, 5 openings a week\./);
  t.regex(stdout.text, /^Season 10 steps, and 50, of the openings\.$/m);
});

test.serial('rows whose stamps repeat are played as they are, which is said', async (t) => {
  const { run, csv, stdout } = await bench(t);
  t.is(await run('--input', await csv(days(10).replace('\n36000,', '\n39600,'))), 0);
  t.regex(stdout.text, /^240 steps .*\nSome of its stamps repeat\.$/m);
});

test.serial('--step-seconds plays means of so many seconds', async (t) => {
  const { json, csv } = await bench(t);
  t.like(await json('--input', await csv(days(40)), '--step-seconds', '7200', '--leads', '4'), {
    stepSeconds: 7200,
    steps: 480,
    season: 12,
  });
});

test.serial('a constant, and nothing but zeros: no error, and null for what cannot be told', async (t) => {
  for (const value of [7, 0]) {
    const { json, csv, stdout } = await bench(t);
    const answer = await json('--input', await csv(days(10, () => value)));
    t.is(answer.naiveMae, 0);
    t.is(answer.maeRatio, null);
    t.false(/NaN|Infinity/.test(stdout.text));
  }
});

test.serial('a day of which half is missing still has an answer', async (t) => {
  const { json, csv } = await bench(t);
  const text = days(20, (hour) => (Math.floor(hour / 5) % 2 === 0 ? Number.NaN : 50 + (hour % 24)));
  const answer = await json('--input', await csv(text.replaceAll('NaN', '')));
  t.true(answer.missing > 200 && answer.mae > 0 && answer.coverage['0.95'] > 0.5);
});

test.serial('a server is asked for whole steps, 60 s unless said otherwise, with the token', async (t) => {
  const asked: { authorization: string | undefined; step: string | null }[] = [];
  const http = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const form = new URLSearchParams(body);
    asked.push({ authorization: request.headers.authorization, step: form.get('step') });
    const values: [number, string][] = [];
    for (let at = Number(form.get('start')); at <= Number(form.get('end')); at += 60)
      values.push([at, String(100 + (at % 7))]);
    response.end(
      JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values }] } }),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  t.teardown(() => http.close());
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const { json, csv } = await bench(t);
  const token = await csv('secret\n', 'token');
  const answer = await json(
    '--prometheus',
    url,
    '--query',
    'x',
    '--range',
    '4h',
    '--bearer-token-file',
    token,
  );
  t.like(answer, { input: url, stepSeconds: 60, steps: 240, every: 3 });
  t.deepEqual(asked, [{ authorization: 'Bearer secret', step: '60' }]);
});

const bank = fileURLToPath(new URL('../../../shared/traces/bank_calls_5min_weekdays.csv', import.meta.url));

test.serial('the bank’s rows give the same with their season, with what is found, and as rows', async (t) => {
  if (!existsSync(bank)) {
    t.log('SKIPPED: shared/traces is not there');
    return t.pass();
  }
  const of = async (...args: string[]) =>
    (await bench(t)).json('--input', bank, '--models', 'seasonal-naive', '--every', '9', ...args);
  const [given, auto, rows] = [
    await of('--season', '169'),
    await of(),
    await of('--season', '169', '--gaps', 'closed'),
  ];
  t.is(given.steps, 27_716);
  t.is(given.naiveMae, auto.naiveMae);
  t.is(given.seasonalNaiveMae, auto.seasonalNaiveMae);
  t.is(given.seasonalNaiveMae, rows.seasonalNaiveMae);
});
