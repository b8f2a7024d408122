import test from 'ava';
import fc from 'fast-check';
import { cheapest, perStep } from '../../controller/policy/choice.ts';

test('the example: one price of a spoilt request makes one phase sure and leaves the other bold', (t) => {
  const bold = { hot: [0, 4], cost: [10, 10] };
  const sure = { hot: [0, 1], cost: [12, 16] };
  t.deepEqual(cheapest([bold, sure], [1, 1], 2), { picks: [0, 1], hot: 1, cost: 26 });
  t.deepEqual(cheapest([bold, sure], [1, 1], 4), { picks: [0, 0], hot: 4, cost: 20 });
});

test('where nothing keeps the budget, what spoils least is chosen', (t) => {
  const bold = { hot: [5], cost: [1] };
  const sure = { hot: [3], cost: [9] };
  t.deepEqual(cheapest([bold, sure], [1], 1), { picks: [1], hot: 3, cost: 9 });
});

test('the example: a phase is what it was, and a little what all are', (t) => {
  t.is(perStep([9], [250], 0.004)[0]?.toFixed(4), '0.0147');
  t.deepEqual(perStep([0], [0], 0.004), [0.004]);
});

test('for any records: the budget is kept wherever the surest keeps it, and a larger budget is never dearer', (t) => {
  const phases = 4;
  const degree = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 })), {
    minLength: phases,
    maxLength: phases,
  });
  const weights = [1, 2, 3, 4];
  fc.assert(
    fc.property(
      fc.array(degree, { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 0, max: 300 }),
      (steps, budget) => {
        // each degree spoils less and costs more than the one before, as rungs do
        const records = steps.map((_, index) => ({
          hot: weights.map((_w, phase) => sum(steps.slice(index).map((one) => one[phase]?.[0] ?? 0))),
          cost: weights.map((_w, phase) => sum(steps.slice(0, index + 1).map((one) => one[phase]?.[1] ?? 0))),
        }));
        const costOf = (picks: readonly number[]) =>
          sum(picks.map((pick, phase) => (weights[phase] ?? 0) * (records[pick]?.cost[phase] ?? 0)));
        const choice = cheapest(records, weights, budget);
        const least = sum(weights.map((weight, phase) => weight * (records.at(-1)?.hot[phase] ?? 0)));
        t.true(choice.hot <= budget || choice.hot <= least);
        if (least <= budget)
          t.true(costOf(cheapest(records, weights, budget + 50).picks) <= costOf(choice.picks) + 1e-9);
      },
    ),
  );
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
