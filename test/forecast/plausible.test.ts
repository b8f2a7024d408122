import test from 'ava';
import { conservativeBaseline } from '../../controller/forecast/fallback/conservative.ts';
import { highestOf, isPlausible } from '../../controller/forecast/plausible.ts';

test('a hundred times all that was ever seen is a fault of the model', (t) => {
  const answer = conservativeBaseline(Float64Array.of(100, 200, 2_400 / 1.35));
  t.true(isPlausible(answer, 300));
  t.true(isPlausible(answer, 24));
  t.false(isPlausible(answer, 23.9));
});

test('a workload that was hardly used may begin', (t) => {
  t.true(isPlausible(conservativeBaseline(Float64Array.of(70)), 0));
});

test('the highest rate skips what is missing', (t) => {
  t.is(highestOf(Float64Array.of(Number.NaN, 3, Number.POSITIVE_INFINITY, 2), 1), 3);
  t.is(highestOf(Float64Array.of(Number.NaN), 4), 4);
});
