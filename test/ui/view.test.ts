import test from 'ava';
import fc from 'fast-check';
import { coloured, plain, widthOf } from '../../controller/ui/style.ts';
import { renderView } from '../../controller/ui/view.ts';
import { matchesGolden } from './golden.ts';
import { beginning, evening } from './states.ts';

for (const [columns, rows] of [
  [40, 30],
  [60, 24],
  [100, 40],
  [140, 50],
] as const) {
  test(`the view at ${columns} x ${rows} is as it was looked at`, (t) => {
    matchesGolden(t, `view-${columns}`, `${renderView(evening, { columns, rows }, plain).join('\n')}\n`);
  });
}

test('the view before anything was played has no figure it does not know', (t) => {
  const text = renderView(beginning, { columns: 80, rows: 24 }, plain).join('\n');
  t.notRegex(text, /NaN|Infinity|undefined/);
  t.regex(text, /requests short of capacity +- +-/);
  t.regex(text, / 0 %/);
});

test('colour changes how it looks and nothing else', (t) => {
  const size = { columns: 100, rows: 40 };
  const bare = renderView(evening, size, plain);
  const painted = renderView(evening, size, coloured);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is taken out
  const stripped = painted.map((line) => line.replaceAll(/\u001b\[[0-9;]*m/g, ''));
  t.deepEqual(stripped, bare);
  t.notDeepEqual(painted, bare);
});

test('property: it fits the terminal, whatever its size', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 250 }),
      fc.integer({ min: 1, max: 90 }),
      fc.boolean(),
      (columns, rows, early) => {
        const state = early ? beginning : evening;
        const lines = renderView(state, { columns, rows }, coloured);
        const widest = Math.max(...lines.map(widthOf));
        return lines.length <= rows && widest <= columns;
      },
    ),
    { numRuns: 60 },
  );
  t.pass();
});

test('the newest decision comes first, with its numbers and its reason, cut to the width', (t) => {
  const lines = renderView(evening, { columns: 70, rows: 40 }, plain);
  const first = lines[lines.indexOf('decisions') + 1] ?? '';
  t.regex(first, /^01:40:15 +26 → 9 +Steady: 9 replicas/);
  const second = lines[lines.indexOf('decisions') + 2] ?? '';
  t.regex(second, /^00:50:00 +24 → 26 +ForecastDemand: 26 replicas.*…$/);
  t.is([...second].length, 70);
});

test('control characters in what a decision says do not reach the terminal', (t) => {
  const state = {
    ...evening,
    source: 'traffic\u001b[2J.csv',
    decisions: [{ atMs: 0, from: 1, to: 2, reason: 'Steady', message: 'a\u001b[31m\nb' }],
  };
  const text = renderView(state, { columns: 100, rows: 40 }, plain).join('\n');
  t.false(text.includes('\u001b'));
  t.regex(text, /Steady: a.\[31m.b/);
});
