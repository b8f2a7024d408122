import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { traceEndMs } from '../../controller/series/trace.ts';
import { loadRows, loadTrace } from '../../controller/store/trace.ts';
import { folder } from './folder.ts';

async function load(t: import('ava').ExecutionContext, content: string | Buffer, name = 'trace.csv') {
  const file = join(await folder(t), name);
  await writeFile(file, content);
  return { file, trace: loadTrace(file) };
}

const good: readonly (readonly [
  name: string,
  text: string,
  startMs: number,
  step: number,
  values: number[],
])[] = [
  ['with a header', 'timestamp,value\n60,1\n120,2\n', 60_000, 60, [1, 2]],
  ['without a header', '60,1\n120,2', 60_000, 60, [1, 2]],
  ['an empty value is missing, zero is zero', '0,\n15,0\n30,2\n', 0, 15, [Number.NaN, 0, 2]],
  [
    'absent stamps are missing',
    '0,1\n15,2\n30,3\n90,7\n',
    0,
    15,
    [1, 2, 3, Number.NaN, Number.NaN, Number.NaN, 7],
  ],
  [
    'the step is the most common distance',
    '0,1\n30,2\n40,3\n50,4\n',
    0,
    10,
    [1, Number.NaN, Number.NaN, 2, 3, 4],
  ],
  ['of equally common distances the smallest', '0,1\n10,2\n30,3\n', 0, 10, [1, 2, Number.NaN, 3]],
  [
    'line ends of Windows, a byte order mark, spaces',
    '\uFEFFtimestamp, value\r\n 0 , 1.5 \r\n 15, 2e1\r\n\r\n',
    0,
    15,
    [1.5, 20],
  ],
  ['fractions of a second', '0.5,1\n1.0,2\n1.5,3\n', 500, 0.5, [1, 2, 3]],
];

for (const [name, text, startMs, stepSeconds, values] of good) {
  test(`reads ${name}`, async (t) => {
    const { file, trace } = await load(t, text);
    t.deepEqual(await trace, { startMs, stepSeconds, values: Float64Array.from(values), source: file });
  });
}

test('reads gzip', async (t) => {
  const { trace } = await load(t, gzipSync('0,1\n15,2\n'), 'trace.csv.gz');
  t.deepEqual([...(await trace).values], [1, 2]);
  const { trace: shouted } = await load(t, gzipSync('0,1\n15,2\n'), 'TRACE.CSV.GZ');
  t.deepEqual([...(await shouted).values], [1, 2]);
});

/** Whole, but with another checksum than its content has. */
function damaged(): Buffer {
  const bytes = gzipSync('0,1\n15,2\n');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 8) ^ 1, bytes.length - 8);
  return bytes;
}

const bad: readonly (readonly [name: string, text: string | Buffer, wanted: string, file?: string])[] = [
  ['text as value', '0,1\n15,many\n', ':2: value "many" must be a number, or empty where it is missing'],
  ['NaN as value', '0,1\n15,NaN\n', ':2: value "NaN" must be a number, or empty where it is missing'],
  [
    'a hexadecimal value',
    '0,1\n15,0x10\n',
    ':2: value "0x10" must be a number, or empty where it is missing',
  ],
  [
    'a value too large',
    '0,1\n15,1e999\n',
    ':2: value "1e999" must be a number, or empty where it is missing',
  ],
  ['a negative value', '0,1\n15,-2\n', ':2: value -2 must not be negative'],
  ['text as stamp', '0,1\nnoon,2\n', ':2: timestamp "noon" must be a number of Unix seconds'],
  [
    'text as stamp in the first line',
    'noon,2\n15,1\n',
    ':1: timestamp "noon" must be a number of Unix seconds',
  ],
  [
    'an ISO date',
    '2024-01-01T00:00:00Z,2\n15,1\n',
    ':1: timestamp "2024-01-01T00:00:00Z" must be a number of Unix seconds',
  ],
  [
    'milliseconds',
    '1700000000000,2\n',
    ':1: timestamp 1700000000000 must be Unix seconds; it looks like milliseconds',
  ],
  ['a negative stamp', '-5,2\n', ':1: timestamp -5 must not be negative'],
  [
    'unsorted stamps',
    '0,1\n30,2\n15,3\n',
    ':3: timestamp 15 is before 30 above it; stamps must be ascending, each once',
  ],
  ['a stamp twice', 't,v\n0,1\n0,2\n', ':3: timestamp 0 appears twice; stamps must be ascending, each once'],
  [
    'one column',
    '0,1\n15\n',
    ':2: there must be two columns, timestamp and value, separated by a comma; there are 1',
  ],
  [
    'three columns',
    '0,1,2\n',
    ':1: there must be two columns, timestamp and value, separated by a comma; there are 3',
  ],
  [
    'semicolons',
    '0;1\n',
    ':1: there must be two columns, timestamp and value, separated by a comma; there are 1',
  ],
  [
    'an empty line inside',
    '0,1\n\n15,2\n',
    ':2: there must be two columns, timestamp and value, separated by a comma; there are 0',
  ],
  [
    'a stamp off the grid',
    '0,1\n15,2\n30,3\n40,4\n',
    ':4: timestamp 40 must be a whole number of steps (15 s) after the first, 0',
  ],
  [
    'a stamp centuries away',
    '0,1\n1,2\n2,3\n9000000000,4\n',
    ':4: at a step of 1 s the file would span 9000000001 steps; there must be at most 10512000',
  ],
  ['an empty file', '', ': the file is empty; there must be lines "timestamp,value"'],
  ['blank lines only', ' \n\n', ': the file is empty; there must be lines "timestamp,value"'],
  ['a header only', 'timestamp,value\n', ': there is a header only; there must be lines "timestamp,value"'],
  ['values that are all empty', '0,\n15,\n', ': every value is empty; there must be at least one number'],
  ['a value that is no rate', '0,1\n15,1e39\n', ':2: value 1e39 must be at most 1000000000000000'],
  ['one value', '0,1\n', ': there is one value only; there must be at least two, or the step is not known'],
  [
    'gzip under another name',
    gzipSync('0,1\n'),
    ': the file is gzipped; its name must end in .gz; it must be CSV, "timestamp,value"',
  ],
  ['a binary file', Buffer.of(1, 0, 2), ': the file is not UTF-8 text; it must be CSV, "timestamp,value"'],
  [
    'gzip cut short',
    gzipSync('0,1\n15,2\n'.repeat(999)).subarray(0, 30),
    ': the gzip file is cut short; it must be complete',
    'a.csv.gz',
  ],
  ['text named .gz', '0,1\n', ': must be gzip, because its name ends in .gz', 'a.csv.gz'],
  [
    'damaged gzip',
    damaged(),
    ': the gzip file is damaged (incorrect data check); it must be whole',
    'a.csv.gz',
  ],
  ['an empty file named .gz', '', ': the file is empty; there must be lines "timestamp,value"', 'a.csv.gz'],
  ['nothing in gzip', gzipSync(''), ': the file is empty; there must be lines "timestamp,value"', 'a.csv.gz'],
];

for (const [name, content, wanted, file] of bad) {
  test(`says what must be for ${name}`, async (t) => {
    const loaded = await load(t, content, file);
    await t.throwsAsync(loaded.trace, { name: 'BadInput', message: `${loaded.file}${wanted}` });
  });
}

test('says that there is no such file, or that it is a directory', async (t) => {
  const path = await folder(t);
  const absent = join(path, 'absent.csv');
  await t.throwsAsync(loadTrace(absent), {
    name: 'BadInput',
    message: `${absent}: there is no such file; --input must name a CSV file`,
  });
  await mkdir(join(path, 'sub'));
  await t.throwsAsync(loadTrace(join(path, 'sub')), {
    name: 'BadInput',
    message: /is a directory; it must be a CSV file/,
  });
});

const traces = new URL('../../../shared/traces/', import.meta.url);
const real = readdirSyncOr([]).filter((name) => /\.csv(\.gz)?$/.test(name));

function readdirSyncOr(none: string[]): string[] {
  try {
    return readdirSync(traces);
  } catch {
    return none;
  }
}

/** One of the real traces has a stamp twice, from a clock set back an hour: the very thing that must be said. */
const WITH_A_STAMP_TWICE = 'nab_ec2_request_latency_5min.csv';

if (real.length === 0) {
  test.skip('reads the real traces (skipped: they are not beside this repository)', () => {});
}
for (const name of real) {
  test(`reads ${name}`, async (t) => {
    const file = new URL(name, traces).pathname;
    if (name === WITH_A_STAMP_TWICE) {
      await t.throwsAsync(loadTrace(file), { message: /:559: timestamp 1394334000 appears twice/ });
      return;
    }
    const trace = await loadTrace(file);
    if (!name.endsWith('.gz')) {
      const lines = readFileSync(file, 'utf8').trim().split('\n');
      const [firstStamp, firstValue] = (lines[1] ?? '').split(',').map(Number);
      const [lastStamp, lastValue] = (lines.at(-1) ?? '').split(',').map(Number);
      t.is(trace.startMs / 1000, firstStamp ?? 0);
      t.is(trace.values[0], firstValue ?? 0);
      t.is(traceEndMs(trace) / 1000 - trace.stepSeconds, lastStamp ?? 0);
      t.is(trace.values.at(-1), lastValue ?? 0);
    }
    t.true(trace.values.some((value) => value > 0));
  });
}

test('row by row, a stamp may repeat: the step is the most common distance that is one', async (t) => {
  const { file, trace } = await load(t, 't,v\n0,1\n15,2\n45,3\n45,\n45,5\n60,6\n');
  await t.throwsAsync(trace, { message: /:5: timestamp 45 appears twice/ });
  t.like(await loadRows(file), {
    stampsMs: [0, 15_000, 45_000, 45_000, 45_000, 60_000],
    values: [1, 2, 3, Number.NaN, 5, 6],
    stepSeconds: 15,
    repeatedLine: 5,
  });
});

test('row by row, stamps may not go back, nor all be the same', async (t) => {
  const { file, trace } = await load(t, '0,1\n15,2\n10,3\n');
  await t.throwsAsync(trace, { name: 'BadInput' });
  await t.throwsAsync(loadRows(file), { name: 'BadInput', message: /:3: timestamp 10 is before 15/ });
  const same = await load(t, '5,1\n5,2\n5,3\n', 'same.csv');
  await t.throwsAsync(same.trace, { name: 'BadInput' });
  await t.throwsAsync(loadRows(same.file), { name: 'BadInput', message: /:2: timestamp 5 appears twice/ });
});
