import test from 'ava';
import { grouped } from '../../controller/ui/amount.ts';
import { Canvas } from '../../controller/ui/canvas.ts';
import { plot } from '../../controller/ui/plot.ts';
import { clip, coloured, cut, paintFor, plain, widthOf } from '../../controller/ui/style.ts';
import type { Sample } from '../../controller/ui/view-state.ts';
import { evening } from './states.ts';

test('canvas: each dot is its own bit of its own cell, and y grows upwards', (t) => {
  const canvas = new Canvas(2, 2);
  canvas.dot(0, 0, 'demand');
  canvas.dot(1, 7, 'demand');
  canvas.dot(3, 3, 'demand');
  t.deepEqual(canvas.lines(plain), ['⠈ ', '⡀⠈']);
});

test('canvas: dots outside are dropped', (t) => {
  const canvas = new Canvas(1, 1);
  for (const [x, y] of [
    [-1, 0],
    [0, -1],
    [2, 0],
    [0, 4],
    [Number.NaN, 0],
  ] as const)
    canvas.dot(x, y, 'hot');
  t.deepEqual(canvas.lines(plain), [' ']);
});

test('canvas: a cell shared by two looks shows the more urgent one, whichever came first', (t) => {
  for (const looks of [
    ['demand', 'hot'],
    ['hot', 'demand'],
  ] as const) {
    const canvas = new Canvas(1, 1);
    for (const [x, look] of looks.entries()) canvas.dot(x, 0, look);
    t.deepEqual(
      canvas.lines((look, text) => `<${look} ${text}>`),
      ['<hot ⣀>'],
    );
  }
});

const steady = (count: number): Sample[] =>
  new Array<Sample>(count).fill({ demand: 100, capacity: 200, rivalCapacity: 300, hot: false });
const size = { columns: 40, rows: 8, secondsPerDot: 60 };

test('plot: every line is as wide as asked for', (t) => {
  for (const columns of [30, 61, 100]) {
    for (const line of plot(evening, { ...size, columns }, coloured)) t.is(widthOf(line), columns);
  }
});

test('plot: load, capacity, and the HPA stand one above the other at their heights', (t) => {
  const lines = plot(
    { samples: steady(400), sampleSeconds: 15, band: undefined, nowMs: 0 },
    size,
    (look, text) => `<${look}>${text}`,
  );
  const row = (look: string) => lines.findIndex((line) => line.includes(`<${look}>`));
  t.is(row('rival'), 0, 'the top of the axis is 300');
  t.true(row('rival') < row('capacity') && row('capacity') < row('demand'));
  t.false(lines.some((line) => line.includes('<hot>')));
});

test('plot: a tick that is short of capacity is seen however many are drawn as one', (t) => {
  const samples = steady(400);
  samples[350] = { demand: 250, capacity: 200, rivalCapacity: 300, hot: true };
  const lines = plot(
    { samples, sampleSeconds: 15, band: undefined, nowMs: 0 },
    { ...size, secondsPerDot: 600 },
    (look, text) => `<${look}>${text}`,
  );
  t.true(lines.some((line) => line.includes('<hot>')));
});

test('plot: what was drawn does not change as time goes on, it moves', (t) => {
  const draw = (count: number) =>
    plot({ ...evening, samples: evening.samples.slice(0, count), band: undefined }, size, plain).slice(0, 8);
  // Two dots (8 samples) later each line has moved by one column.
  const [before, after] = [draw(600), draw(608)];
  for (const [index, line] of before.entries()) t.is(after[index]?.slice(7, -1), line.slice(8));
});

test('plot: a gap takes its time, and nothing is drawn of what was not known', (t) => {
  const samples = steady(480);
  samples.fill({ demand: Number.NaN, capacity: 200, rivalCapacity: Number.NaN, hot: false }, 160, 320);
  const lines = plot(
    { samples, sampleSeconds: 15, band: undefined, nowMs: 0 },
    { ...size, columns: 67 },
    plain,
  );
  const bottom = lines.at(-2)?.slice(7) ?? '';
  t.is(bottom, `${'⡪'.repeat(20)}${' '.repeat(20)}${'⡪'.repeat(20)}`);
});

test('plot: what is over ends at its end, and a year is marked sparsely', (t) => {
  const axis =
    plot(
      {
        samples: steady(365 * 24),
        sampleSeconds: 3600,
        band: undefined,
        nowMs: 365 * 86_400_000,
        nowName: 'end',
      },
      { columns: 100, rows: 8, secondsPerDot: 48 * 3600 },
      plain,
    ).at(-1) ?? '';
  t.regex(axis, / end╵$/);
  t.deepEqual(
    axis.match(/╵\d\d-\d\d/g)?.length,
    (axis.match(/╵\d/g) ?? []).length,
    'no label covers another',
  );
  t.true((axis.match(/╵/g) ?? []).length <= 93 / 8);
});

test('plot: hours are marked where they were', (t) => {
  const lines = plot({ ...evening, band: undefined }, { ...size, columns: 67 }, plain);
  // 60 columns are 120 minutes before 04:00.
  t.is(lines.at(-1)?.indexOf('╵02:00'), 7);
  t.is(lines.at(-1)?.indexOf('╵03:00'), 37);
});

test('amounts are grouped by threes', (t) => {
  t.deepEqual([0, 999, 1_000, 1_234_567].map(grouped), ['0', '999', '1,000', '1,234,567']);
});

test('a text is cut with an ellipsis, and not when it fits', (t) => {
  t.is(cut('abcdef', 6), 'abcdef');
  t.is(cut('abcdef', 4), 'abc…');
  t.is(cut('abcdef', 0), '…');
});

test('a painted text is clipped to its columns, and its colour ends with it', (t) => {
  const text = `${coloured('hot', 'abc')}⣿${coloured('faint', 'def')}`;
  t.is(clip(text, 7), text);
  t.is(clip(text, 2), `\u001b[91mab\u001b[0m\u001b[2m\u001b[0m`);
  t.is(widthOf(clip(text, 5)), 5);
});

test('NO_COLOR and a dumb terminal get no colour; an empty NO_COLOR says nothing', (t) => {
  t.is(paintFor({ NO_COLOR: '1' })('hot', 'x'), 'x');
  t.is(paintFor({ TERM: 'dumb' })('hot', 'x'), 'x');
  t.is(paintFor({ NO_COLOR: '', TERM: 'xterm' })('hot', 'x'), '\u001b[91mx\u001b[0m');
});
