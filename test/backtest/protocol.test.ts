import test from 'ava';
import { everyFor, leadGroups, originsOf } from '../../controller/backtest/protocol.ts';

test('origins begin after the share, come every so often, and have a known value and a step after them', (t) => {
  const values = Float64Array.from({ length: 10 }, (_, step) => step);
  t.deepEqual([...originsOf(values, { leads: 30, every: 2, fromShare: 0.3 })], [3, 5, 7]);
  t.deepEqual([...originsOf(values, { leads: 30, every: 1, fromShare: 0.75 })], [7, 8]);
  values[5] = Number.NaN;
  t.deepEqual([...originsOf(values, { leads: 30, every: 2, fromShare: 0.3 })], [3, 7]);
});

test('one-minute traces have every third origin', (t) => {
  t.deepEqual([15, 60, 61, 300].map(everyFor), [3, 3, 1, 1]);
});

test('groups of leads end where the leads do', (t) => {
  t.deepEqual(leadGroups(30), [
    [1, 1],
    [2, 5],
    [6, 15],
    [16, 30],
  ]);
  t.deepEqual(leadGroups(10).at(-1), [6, 10]);
  t.deepEqual(leadGroups(1), [[1, 1]]);
});
