import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import fc from 'fast-check';
import { closingsOf } from '../../controller/backtest/closings.ts';
import { loadRows } from '../../controller/store/trace.ts';

/** Steps with rows: `open` of each `day`, on the days of `days`. */
function opened(days: readonly number[], day: number, open: number, from = 0): number[] {
  return days.flatMap((number) => Array.from({ length: open }, (_, step) => number * day + from + step));
}

const weekdays = (weeks: number) =>
  Array.from({ length: weeks * 7 }, (_, day) => day).filter((day) => day % 7 < 5);

test('openings of the same length make rows, their season and their week', (t) => {
  const rows = opened(weekdays(3), 288, 169, 84);
  const closings = closingsOf(Int32Array.from(rows), 300);
  t.like(closings, { openSteps: 169, seasonRows: 169, openingsPerWeek: 5 });
  t.deepEqual([...(closings?.steps ?? [])], rows);
});

test('any regular openings are found, whatever their length and the holidays between them', (t) => {
  const days = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 7, maxLength: 30 });
  fc.assert(
    fc.property(days, fc.integer({ min: 2, max: 21 }), fc.integer({ min: 0, max: 2 }), (some, open, from) => {
      const rows = opened(
        [...some].sort((a, b) => a - b),
        24,
        open,
        from,
      );
      const closings = closingsOf(Int32Array.from(rows), 3600);
      t.is(closings?.openSteps, open);
      t.deepEqual([...(closings?.steps ?? [])], rows);
    }),
  );
});

test('a small gap inside an opening, and rows that lack at its ends, stay missing steps', (t) => {
  const rows = opened(weekdays(6), 288, 100, 50);
  // the 4th day lacks a row inside, the 6th its first two, the 9th its last
  const lacking = [3 * 288 + 70, 7 * 288 + 50, 7 * 288 + 51, 10 * 288 + 149];
  const closings = closingsOf(Int32Array.from(rows.filter((step) => !lacking.includes(step))), 300);
  t.deepEqual([...(closings?.steps ?? [])], rows);
});

test('the first and the last opening may be cut', (t) => {
  const rows = opened(weekdays(2), 288, 100).slice(30, -20);
  t.deepEqual([...(closingsOf(Int32Array.from(rows), 300)?.steps ?? [])], rows);
});

test('summer time moves the opening by an hour', (t) => {
  const rows = [...opened(weekdays(2), 24, 10, 8), ...opened(weekdays(2), 24, 10, 14 * 24 + 7)];
  t.deepEqual([...(closingsOf(Int32Array.from(rows), 3600)?.steps ?? [])], rows);
});

test('open for whole days: the season stays a day', (t) => {
  const rows = opened(weekdays(5), 24, 24);
  t.like(closingsOf(Int32Array.from(rows), 3600), { openSteps: 120, seasonRows: 24, openingsPerWeek: 1 });
});

const irregular: readonly (readonly [name: string, rows: number[], stepSeconds: number])[] = [
  ['no gaps', opened([0, 1, 2, 3, 4, 5, 6, 7], 24, 24), 3600],
  [
    'gaps of failures',
    [0, 5, 9, 20, 22, 40, 60, 61].flatMap((day) => opened([day], 24, 3 + (day % 7))),
    3600,
  ],
  ['too few openings', opened([0, 1, 2, 3], 24, 10), 3600],
  ['a step that does not divide a day', opened([0, 1, 2, 3, 4, 5, 6], 100, 50), 700],
  ['119 hours a week', opened([0, 1, 2, 3, 4, 5, 6], 168, 119), 3600],
  ['5 hours on and 5 off', opened([0, 1, 2, 3, 4, 5, 6, 7, 8], 10, 5), 3600],
  ['one row a day', opened([0, 1, 2, 3, 4, 5, 6, 7, 8], 24, 1), 3600],
];

for (const [name, rows, stepSeconds] of irregular) {
  test(`${name} are not closing hours`, (t) => {
    t.is(closingsOf(Int32Array.from(rows), stepSeconds), undefined);
  });
}

const bank = fileURLToPath(new URL('../../../shared/traces/bank_calls_5min_weekdays.csv', import.meta.url));

test('the bank opens for 169 rows on five days a week', async (t) => {
  if (!existsSync(bank)) {
    t.log('SKIPPED: shared/traces is not there');
    return t.pass();
  }
  const { stampsMs, stepSeconds } = await loadRows(bank);
  const first = stampsMs[0] ?? 0;
  const rows = Int32Array.from(stampsMs, (stampMs) => (stampMs - first) / (stepSeconds * 1000));
  const closings = closingsOf(rows, stepSeconds);
  t.like(closings, { openSteps: 169, seasonRows: 169, openingsPerWeek: 5 });
  t.deepEqual(closings?.steps, rows);
});
