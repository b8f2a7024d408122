import { readdir } from 'node:fs/promises';
import test from 'ava';
import { bench, days } from './backtest-bench.ts';

const refused = test.macro({
  async exec(t, content: string | undefined, args: readonly string[], message: RegExp) {
    const { run, csv, folder, stdout } = await bench(t);
    const input = content === undefined ? [] : ['--input', await csv(content)];
    const given = args.map((arg) => arg.replaceAll('FOLDER', folder));
    await t.throwsAsync(run(...input, ...given), { message });
    t.is(stdout.text, '');
    t.deepEqual(await readdir(folder), content === undefined ? [] : ['load.csv']);
  },
  title: (name) => `refused: ${name}`,
});
const ten = days(10);
test.serial(
  'no such file',
  refused,
  undefined,
  ['--input', 'nowhere.csv'],
  /nowhere\.csv: there is no such file/,
);
test.serial('no source', refused, undefined, [], /there must be --input FILE, or --prometheus URL/);
test.serial(
  'fewer values than two leads',
  refused,
  days(2),
  [],
  /there are 48 known values; there must be at least 60/,
);
test.serial(
  'a season longer than the history',
  refused,
  ten,
  ['--season', '240'],
  /--season 240 must be shorter than the history, which is 240/,
);
test.serial(
  'a season of one',
  refused,
  ten,
  ['--season', '1'],
  /It must be auto, or a whole number of steps from 2 to 100000/,
);
test.serial('all missing', refused, ten.replaceAll(/,.*/g, ','), [], /every value is empty/);
test.serial(
  'a negative value',
  refused,
  ten.replace(/,.*\n/, ',-1\n'),
  [],
  /:1: value -1 must not be negative/,
);
test.serial(
  'an infinite value',
  refused,
  ten.replace(/,.*\n/, ',Infinity\n'),
  [],
  /value "Infinity" must be a number/,
);
test.serial(
  'an impossible value',
  refused,
  ten.replace(/,.*\n/, ',2e12\n'),
  [],
  /a value above 1000000000000/,
);
test.serial(
  'a model that is not there',
  refused,
  ten,
  ['--models', 'ensemble,prophet'],
  /There is no "prophet"; it must be all, or some of ensemble/,
);
test.serial('no model', refused, ten, ['--models', ''], /There is no ""; it must be all/);
test.serial('too many leads', refused, ten, ['--leads', '31'], /whole number from 1 to 30/);
test.serial('every 0th', refused, ten, ['--every', '0'], /whole number from 1 to 100000/);
test.serial('a share of all', refused, ten, ['--from-share', '1'], /number from 0 to 0.9/);
test.serial(
  'a finer step',
  refused,
  ten,
  ['--step-seconds', '60'],
  /must be at least the step of the file, 3600/,
);
test.serial(
  'a step for rows',
  refused,
  ten,
  ['--step-seconds', '7200', '--gaps', 'closed'],
  /--step-seconds must be left out/,
);
test.serial(
  'stamps off the grid',
  refused,
  ten.replace('\n3600,', '\n3601,'),
  [],
  /:2: timestamp 3601 must be .*; or --gaps closed/,
);
test.serial(
  'repeated stamps as time',
  refused,
  ten.replace('\n3600,', '\n0,'),
  ['--gaps', 'missing'],
  /timestamp 0 appears twice/,
);
test.serial(
  'a range that is too long',
  refused,
  undefined,
  ['--prometheus', 'http://x', '--query', 'x', '--range', '366d', '--step-seconds', '1'],
  /would be 31622400 steps of 1 s/,
);
test.serial(
  'an --out in no folder',
  refused,
  ten,
  ['--out', 'FOLDER/none/out.csv'],
  /must be in a folder that can be written to/,
);
test.serial('an --out that is a folder', refused, ten, ['--out', 'FOLDER'], /must be a file/);
test.serial(
  'an --out that is the input',
  refused,
  ten,
  ['--out', 'FOLDER/load.csv'],
  /must not be the --input/,
);
test.serial(
  'nothing known to judge',
  refused,
  days(20).replace(/(\n.*){380}$/, (rest) => rest.replaceAll(/,.*/g, ',')),
  [],
  /nothing could be judged; after 30 % of the trace/,
);
