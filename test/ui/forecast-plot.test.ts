import { Writable } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import { VirtualClock } from '../../controller/clock.ts';
import { figure, percent } from '../../controller/ui/amount.ts';
import { highest, niceTop, withAxis } from '../../controller/ui/axis.ts';
import { errorPlot } from '../../controller/ui/error-plot.ts';
import { forecastPlot } from '../../controller/ui/forecast-plot.ts';
import { ProgressBar } from '../../controller/ui/progress-bar.ts';
import { coloured, plain, widthOf } from '../../controller/ui/style.ts';
import { table } from '../../controller/ui/table.ts';

test('figures say four digits, and nothing of what is not known', (t) => {
  t.deepEqual([0, 0.04416, 2.34567, 640.25, 999.97, 1234.5, 15_310.2, 1e-7, 2.5e12].map(figure), [
    '0',
    '0.04416',
    '2.346',
    '640.3',
    '1,000',
    '1,235',
    '15,310',
    '1.00e-7',
    '2.50e+12',
  ]);
  t.is(figure(Number.NaN), '-');
  t.is(percent(0.123), '12.3 %');
  t.is(percent(Number.NaN), '-');
});

test('the top of an axis is round and at or above everything', (t) => {
  t.deepEqual([0, 0.44, 7, 10, 11, 640].map(niceTop), [1, 0.5, 8, 10, 12, 800]);
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), (most) => {
      t.true(niceTop(most) >= most && niceTop(most) <= 2 * most);
    }),
  );
  t.true(niceTop(Number.MIN_VALUE) > 0, 'no plot of an endless height');
  t.is(highest([1, Number.NaN, 3]), 3);
});

test('an axis labels small numbers with the decimals they need', (t) => {
  const labels = (top: number) => withAxis(['', '', ''], top, plain).map((line) => line.trim());
  t.deepEqual(labels(0.5), ['0.50 ┤', '0.25 ┤', '0 ┤']);
  t.deepEqual(labels(5), ['5.0 ┤', '2.5 ┤', '0 ┤']);
  t.deepEqual(labels(30_000), ['30k ┤', '15k ┤', '0 ┤']);
});

test('a table is as wide as its cells', (t) => {
  t.deepEqual(
    table(['a', 'value'], [{ cells: ['long', '1'] }, { cells: ['b', '22'], look: 'good' }], plain),
    ['a     value', 'long      1', 'b        22'],
  );
});

const hours = (count: number, valueAt: (hour: number) => number) =>
  Float64Array.from({ length: count }, (_, at) => valueAt(at));

test('a plot has the lines and the width it is told, whatever is missing', (t) => {
  const none = fc.constant(Number.NaN);
  const value = fc.oneof(none, fc.double({ min: 0, max: 1e6, noNaN: true }));
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 300 }), (rows) => {
      const column = (at: 0 | 1 | 2) => Float64Array.from(rows, (row) => row[at]);
      const shown = {
        stampsMs: hours(rows.length, (hour) => hour * 3_600_000),
        actual: column(0),
        p50: column(1),
        p95: column(2),
      };
      const lines = forecastPlot(shown, { columns: 70, rows: 11 }, coloured);
      t.is(lines.length, 12);
      for (const line of lines) t.is(widthOf(line), 70);
    }),
  );
});

test('days are marked where they begin; what is above p95 is red', (t) => {
  const shown = {
    stampsMs: hours(48, (hour) => (hour + 20) * 3_600_000),
    actual: hours(48, (hour) => (hour === 10 ? 90 : 50)),
    p50: hours(48, () => 50),
    p95: hours(48, () => 60),
  };
  const lines = forecastPlot(shown, { columns: 31, rows: 5 }, coloured);
  t.regex(lines.at(-1) ?? '', /^.{4} {9}╵01-02 {6}╵01-03/);
  t.true(lines[0]?.includes('\u001b[91m'));
});

test('errors by lead are lines from the first lead to the last', (t) => {
  const lines = errorPlot(
    [
      { name: 'naive', look: 'faint', errors: [1, 2, 3] },
      { name: 'ensemble', look: 'capacity', errors: [1, 1, 1] },
    ],
    { columns: 60, rows: 5 },
    plain,
  );
  t.is(lines.length, 7);
  t.regex(lines[5] ?? '', /^ {7}lead 1$/);
  t.regex(lines[6] ?? '', /⠒⠒ naive {2}⠒⠒ ensemble/);
  t.regex(lines[0] ?? '', /3.0 ┤ +⠈*[⠁-⣿]+$/);
});

test('a narrow plot leaves out the labels it has no room for', (t) => {
  const errors = Array.from({ length: 30 }, (_, lead) => lead);
  const lines = errorPlot([{ name: 'naive', look: 'faint', errors }], { columns: 40, rows: 5 }, plain);
  t.is(lines[5], '       lead 1   10   15    20   25    30');
});

test('one lead is a plot too', (t) => {
  t.is(errorPlot([{ name: 'naive', look: 'faint', errors: [2] }], { columns: 60, rows: 5 }, plain).length, 7);
});

class Output extends Writable {
  columns = 40;
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

test('a progress bar draws ten times a second at most, leaves room for ^C, and goes', (t) => {
  const terminal = new Output();
  const clock = new VirtualClock(0);
  const bar = new ProgressBar(terminal, clock, plain);
  bar.show('early', 0);
  bar.clear();
  t.is(terminal.text, '', 'what is over at once needs none');
  clock.advance(100);
  bar.show('ensemble', 0.5);
  bar.show('ensemble', 0.6);
  clock.advance(99);
  bar.show('ensemble', 0.7);
  t.is(terminal.text.match(/%/g)?.length, 1);
  t.regex(terminal.text, / 50 % {2}ensemble/);
  t.true(terminal.text.length - 5 <= 37);
  bar.clear();
  bar.clear();
  t.is(terminal.text.split('\r').length - 1, 2);
});
