import test from 'ava';
import { outcomeTable } from '../../controller/ui/outcome-table.ts';
import { coloured, plain } from '../../controller/ui/style.ts';
import { outcomes } from './states.ts';

test('the table compares the first policy with the second', (t) => {
  t.deepEqual(outcomeTable(outcomes, 80, plain), [
    '                              Foresail default HPA',
    'pod-hours                          412         523   -21.2 %',
    'requests short of capacity      0.31 %      0.82 %  -0.51 pp',
    'direction changes                   31          12       +19',
    'lead time gained                  95 s           -',
  ]);
});

test('less is good, more is bad, the same is neither', (t) => {
  const [, cost, , turns] = outcomeTable(outcomes, 80, coloured);
  t.true(cost?.includes('\u001b[32m'), 'fewer pod-hours');
  t.true(turns?.includes('\u001b[31m'), 'more direction changes');
  const same = outcomes.map((outcome) => ({ ...outcome, directionChanges: 5 }));
  t.regex(outcomeTable(same, 80, plain)[3] ?? '', / 5 +5 +0$/);
});

test('one policy alone is compared with nothing', (t) => {
  const table = outcomeTable(outcomes.slice(0, 1), 80, plain);
  t.is(table[1], 'pod-hours                          412');
});

test('what is not known is a dash, and is not compared', (t) => {
  const unknown = outcomes.map((outcome) => ({ ...outcome, podHours: 0, hotShare: Number.NaN }));
  const table = outcomeTable(unknown, 80, plain);
  t.is(table[1], 'pod-hours                            0           0');
  t.is(table[2], 'requests short of capacity           -           -');
});

test('in a narrow terminal the figures stand below their labels', (t) => {
  const table = outcomeTable(outcomes, 40, plain);
  t.deepEqual(table.slice(0, 3), [
    '    Foresail default HPA',
    'pod-hours',
    '         412         523   -21.2 %',
  ]);
  for (const line of table) t.true(line.length <= 40, line);
});
