import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { runImport } from '../../controller/cli/import.ts';
import { VirtualClock } from '../../controller/clock.ts';
import { openHistory } from '../../controller/store/history.ts';

const WEB = 'shop/Deployment/web';
const NOW = Date.UTC(2026, 5, 24, 12, 0, 7);
const STEP = 15_000;
const now = Math.floor(NOW / STEP) * STEP;

async function bench(t: ExecutionContext) {
  const path = await mkdtemp(join(tmpdir(), 'foresail-import-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  const historyFile = join(path, 'history.sqlite');
  const clock = new VirtualClock(NOW);
  const out = new PassThrough();
  const err = new PassThrough();
  const io = { stdout: out, stderr: err, env: {} };
  return {
    path,
    historyFile,
    clock,
    errors: () => String(err.read() ?? ''),
    csv: async (text: string) => {
      const file = join(path, 'trace.csv');
      await writeFile(file, text);
      return file;
    },
    run: async (...args: string[]) => {
      const all = ['--workload', WEB, '--history-file', historyFile, ...args];
      const code = await runImport(all, io, { clock, fetch });
      return { code, text: String(out.read() ?? '') };
    },
    rates: async (fromMs: number, count: number) => {
      const history = await openHistory({ path: historyFile });
      const rates = [...(await history.rates(WEB, fromMs, fromMs + count * STEP, 15))];
      await history.close();
      return rates;
    },
    untouched: async () => !(await readdir(path)).includes('history.sqlite'),
  };
}

interface Asked {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly query: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A server that answers query_range as `reply` says. */
async function server(t: ExecutionContext, reply: (asked: Asked) => { status?: number; body: unknown }) {
  const asked: Asked[] = [];
  const http = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const form = new URLSearchParams(body);
    const one = {
      start: Number(form.get('start')),
      end: Number(form.get('end')),
      step: Number(form.get('step')),
      query: form.get('query') ?? '',
      path: request.url ?? '',
      authorization: request.headers.authorization,
    };
    asked.push(one);
    const { status = 200, body: answer } = reply(one);
    response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  t.teardown(() => http.close());
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, asked };
}

const matrix = (...series: { metric?: Record<string, string>; values: [number, string][] }[]) => ({
  status: 'success',
  data: { resultType: 'matrix', result: series.map(({ metric = {}, values }) => ({ metric, values })) },
});

function everyStep({ start, end, step }: Asked, value: (unixSeconds: number) => string) {
  const values: [number, string][] = [];
  for (let at = start; at <= end; at += step) values.push([at, value(at)]);
  return matrix({ values });
}

test('a CSV becomes history on the step of the controller', async (t) => {
  const { run, csv, rates, historyFile } = await bench(t);
  const from = now - 180_000;
  const file = await csv(`timestamp,value\n${from / 1000},8\n${from / 1000 + 60},\n${from / 1000 + 120},8\n`);
  const { code, text } = await run('--input', file);
  t.is(code, 0);
  t.is(
    text,
    `${WEB}: 12 steps of 15 s from ${file}, 2026-06-24T11:57:00Z to 2026-06-24T12:00:00Z, 4 missing, mean 8 rps, are in ${historyFile}\n`,
  );
  const none = Number.NaN;
  t.deepEqual(await rates(from, 12), [8, 8, 8, 8, none, none, none, none, 8, 8, 8, 8]);
});

test('-o json says the same for a program', async (t) => {
  const { run, csv, historyFile } = await bench(t);
  const file = await csv(`${now / 1000 - 30},1\n${now / 1000 - 15},3\n`);
  const { text } = await run('--input', file, '-o', 'json');
  t.deepEqual(JSON.parse(text), {
    workload: WEB,
    historyFile,
    source: file,
    stepSeconds: 15,
    from: '2026-06-24T11:59:30Z',
    to: '2026-06-24T12:00:00Z',
    steps: 2,
    missing: 0,
    meanRps: 2,
  });
});

test('--unit count divides by the step of the trace', async (t) => {
  const { run, csv, rates } = await bench(t);
  const file = await csv(`${now / 1000 - 120},600\n${now / 1000 - 60},600\n`);
  await run('--input', file, '--unit', 'count');
  t.deepEqual(await rates(now - 120_000, 2), [10, 10]);
});

test('--shift-to-now ends the trace with the newest whole step', async (t) => {
  const { run, csv, rates } = await bench(t);
  await run('--input', await csv('800000010,1\n800000025,2\n800000040,3\n'), '--shift-to-now');
  t.deepEqual(await rates(now - 4 * STEP, 5), [Number.NaN, 1, 2, 3, Number.NaN]);
});

test('--shift-by-weeks keeps weekday and hour', async (t) => {
  const { run, csv } = await bench(t);
  const wednesday = Date.UTC(1995, 6, 5, 9, 0, 0) / 1000;
  const file = await csv(`${wednesday},1\n${wednesday + 15},2\n`);
  const { text } = await run('--input', file, '--shift-by-weeks', '-o', 'json');
  t.is(JSON.parse(text).from, '2026-06-24T09:00:00Z');
  t.is(new Date(Date.UTC(2026, 5, 24)).getUTCDay(), new Date(wednesday * 1000).getUTCDay());
});

test('what is older than is kept is left out', async (t) => {
  const { run, csv } = await bench(t);
  const hours = Array.from(
    { length: 30 * 24 },
    (_, hour) => `${now / 1000 - hour * 3600 - 3600},5`,
  ).reverse();
  const { text } = await run('--input', await csv(hours.join('\n')), '-o', 'json');
  // 12:00:07 minus 28 days lies inside a step, which is therefore not whole
  t.is(JSON.parse(text).steps, 28 * 5760 - 1);
});

test('a server is asked in pieces of at most 11,000 points that meet without a gap', async (t) => {
  const { run, rates } = await bench(t);
  const { url, asked } = await server(t, (one) => ({ body: everyStep(one, (at) => String(at % 1000)) }));
  const { code, text } = await run(
    '--prometheus',
    `${url}/prometheus/`,
    '--query',
    'sum(rate(x[15s]))',
    '--range',
    '7d',
    '-o',
    'json',
  );
  t.is(code, 0);
  t.is(JSON.parse(text).steps, 40_320);
  t.is(JSON.parse(text).missing, 0);
  t.deepEqual(
    asked.map(({ start, end, step }) => (end - start) / step + 1),
    [11_000, 11_000, 11_000, 7_320],
  );
  for (const [index, one] of asked.entries()) {
    t.is(one.path, '/prometheus/api/v1/query_range');
    t.is(one.query, 'sum(rate(x[15s]))');
    if (index > 0) t.is(one.start, (asked[index - 1]?.end ?? 0) + 15);
  }
  t.is(asked.at(-1)?.end, now / 1000);
  // a sample at t speaks of the step that ends at t
  t.deepEqual(await rates(now - STEP, 1), [Math.fround((now / 1000) % 1000)]);
});

test('NaN, infinities and absent samples are missing', async (t) => {
  const { run, rates } = await bench(t);
  const end = now / 1000;
  const values: [number, string][] = [
    [end - 45, '4'],
    [end - 30, 'NaN'],
    [end - 15, '+Inf'],
  ];
  const { url } = await server(t, () => ({ body: matrix({ values }) }));
  await run('--prometheus', url, '--query', 'x', '--range', '1m');
  t.deepEqual(await rates(now - 60_000, 4), [4, Number.NaN, Number.NaN, Number.NaN]);
});

test('the token is sent, trimmed, and warnings are shown', async (t) => {
  const { run, path, errors } = await bench(t);
  const file = join(path, 'token');
  await writeFile(file, 'secret.token\n');
  const { url, asked } = await server(t, (one) => ({
    body: { ...everyStep(one, () => '1'), warnings: ['a store is down'] },
  }));
  await run('--prometheus', url, '--query', 'x', '--range', '1m', '--bearer-token-file', file);
  t.is(asked[0]?.authorization, 'Bearer secret.token');
  t.is(errors(), `${url} warns: a store is down\n`);
});

const labels = (index: number) => ({
  metric: { __name__: 'rps', pod: `web-${index}` },
  values: [[now / 1000, '1']] as [number, string][],
});

const refusals: readonly (readonly [
  name: string,
  reply: { status?: number; body: unknown },
  words: RegExp,
])[] = [
  [
    'a query it cannot parse',
    { status: 400, body: { status: 'error', errorType: 'bad_data', error: 'parse error: unexpected end' } },
    /refused the query with status 400, bad_data: parse error: unexpected end$/,
  ],
  ['no series', { body: matrix() }, /knows nothing of the query .* --query must give a series with values/],
  ['only NaN', { body: matrix({ values: [[now / 1000, 'NaN']] }) }, /knows nothing of the query/],
  [
    'seven series',
    { body: matrix(...Array.from({ length: 7 }, (_, index) => labels(index))) },
    /must give one series; it gives 7 .*:\n {2}rps\{pod="web-0"\}\n(.*\n){4} {2}and 2 more$/,
  ],
  [
    'a negative value',
    { body: matrix({ values: [[now / 1000, '-3']] }) },
    /the value at 2026-06-24T12:00:00.000Z is -3; --query must give/,
  ],
  [
    'a login page',
    { body: '<html>\n<b>sign in</b></html>' },
    /is not a Prometheus-compatible server.*<html> <b>sign in<\/b><\/html>/,
  ],
  [
    'no permission',
    { status: 401, body: 'denied' },
    /--bearer-token-file must give a token it takes \(status 401\): denied/,
  ],
  ['another path', { status: 404, body: '' }, /its path in --prometheus .* \(status 404\): an empty answer/],
  [
    'a scalar',
    { body: { status: 'success', data: { resultType: 'scalar', result: [] } } },
    /answered a scalar; --query must give/,
  ],
];

for (const [name, reply, words] of refusals) {
  test(`a server that answers ${name} is quoted, and nothing is written`, async (t) => {
    const { run, untouched } = await bench(t);
    const { url } = await server(t, () => reply);
    await t.throwsAsync(run('--prometheus', url, '--query', 'x', '--range', '1h'), {
      name: 'BadInput',
      message: words,
    });
    t.true(await untouched());
  });
}

test('a server that fails at its second piece leaves nothing behind', async (t) => {
  const { run, untouched } = await bench(t);
  const { url, asked } = await server(t, (one) =>
    asked.length < 2
      ? { body: everyStep(one, () => '1') }
      : { status: 503, body: { status: 'error', errorType: 'timeout', error: 'query timed out' } },
  );
  await t.throwsAsync(run('--prometheus', url, '--query', 'x'), {
    message: /status 503, timeout: query timed out/,
  });
  t.true(await untouched());
});

test('a server that is not there, or never answers, is said', async (t) => {
  const { run, clock } = await bench(t);
  await t.throwsAsync(run('--prometheus', 'http://127.0.0.1:9', '--query', 'x'), {
    name: 'BadInput',
    message: /^http:\/\/127.0.0.1:9 cannot be reached: /,
  });
  const silent = createServer(() => clock.advance(30_000));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.teardown(() => silent.close());
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  await t.throwsAsync(run('--prometheus', url, '--query', 'x'), { message: /did not answer within 30 s/ });
});

const usage: readonly (readonly [name: string, args: string[], words: RegExp])[] = [
  ['neither source', [], /there must be --input FILE, or --prometheus URL with --query PROMQL/],
  ['no query', ['--prometheus', 'http://x'], /with --prometheus there must be --query PROMQL/],
  ['both sources', ['--input', 'a', '--prometheus', 'http://x'], /cannot be used with option/],
  ['both shifts', ['--input', 'a', '--shift-to-now', '--shift-by-weeks'], /cannot be used with option/],
  [
    'a range with a file',
    ['--input', 'a', '--range', '1d'],
    /--range and --bearer-token-file go with --prometheus/,
  ],
  ['a bad URL', ['--prometheus', 'ftp://x', '--query', 'x'], /must be a URL that begins with http/],
  [
    'a password in the URL',
    ['--prometheus', 'http://a:b@x', '--query', 'x'],
    /must not hold a user or password/,
  ],
  [
    'a bad range',
    ['--prometheus', 'http://x', '--query', 'x', '--range', '14'],
    /must be a number with a unit/,
  ],
  ['a bad step', ['--input', 'a', '--step-seconds', '0'], /must be a whole number from 1 to 300/],
  ['a bad workload', ['--input', 'a', '--workload', 'web'], /must be NAMESPACE\/KIND\/NAME/],
  [
    'a kind that no PredictiveScaler targets',
    ['--input', 'a', '--workload', 'shop/deployment/web'],
    /KIND must be Deployment.*spelt so, as in shop\/Deployment\/web/,
  ],
  [
    'a name that Kubernetes does not take',
    ['--input', 'a', '--workload', 'Shop/Deployment/web'],
    /must be NAMESPACE\/KIND\/NAME/,
  ],
  [
    'an absent token file',
    ['--prometheus', 'http://x', '--query', 'x', '--bearer-token-file', '/nowhere'],
    /\/nowhere must be a readable file/,
  ],
];

for (const [name, args, words] of usage) {
  test(`says what must be for ${name}`, async (t) => {
    const { run, untouched } = await bench(t);
    await t.throwsAsync(run(...args), { message: words });
    t.true(await untouched());
  });
}

test('values of long ago, or yet to come, are refused with the way out', async (t) => {
  const { run, csv, untouched } = await bench(t);
  await t.throwsAsync(run('--input', await csv('0,1\n15,2\n')), {
    message: /no value of the last 28 days.*--shift-to-now/,
  });
  const later = now / 1000 + 3600;
  await t.throwsAsync(run('--input', await csv(`${later},1\n${later + 15},2\n`)), {
    message: /yet to come; --shift-to-now/,
  });
  t.true(await untouched());
});

test('a history file that cannot be used is named', async (t) => {
  const { run, csv, historyFile } = await bench(t);
  await writeFile(historyFile, 'not a database, by any means'.repeat(50));
  const file = await csv(`${now / 1000 - 30},1\n${now / 1000 - 15},3\n`);
  await t.throwsAsync(run('--input', file), { name: 'BadInput', message: /history\.sqlite.*move it away/ });
});
