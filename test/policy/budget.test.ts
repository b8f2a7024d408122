import test from 'ava';
import fc from 'fast-check';
import {
  type BudgetState,
  budgetUseOf,
  guarded,
  initialBudget,
  spend,
} from '../../controller/policy/budget.ts';
import { says } from '../../controller/policy/rule.ts';
import { budget } from '../../controller/policy/rules/budget.ts';
import { assess } from '../../controller/policy/situation.ts';
import { observation, spec, step, target } from './observations.ts';

const STEP_SECONDS = 15;
const HOUR_STEPS = 240;
const learned = { probability: 0.95, source: 'learned', hotShare: 0.008, steps: 5_000 } as const;
const second = (value: number) => ({ lower: value / 2, upper: value });

/** Steps of 100 requests/s on 4 replicas that carry 40 each; `missed` by number of the step. */
function after(
  count: number,
  missed: (step: number) => boolean,
  ready = 4,
  before: BudgetState = initialBudget(),
  from = 0,
): BudgetState {
  let state = before;
  for (let at = from; at < from + count; at++) {
    const latency = missed(at)
      ? { p50: second(0.2), p95: second(0.8), p99: second(1.6) }
      : { p50: second(0.01), p95: second(0.05), p99: second(0.1) };
    state = spend(state, {
      step: { ...step(100, at * STEP_SECONDS * 1000), latency },
      ...{ stepSeconds: STEP_SECONDS, ready, capacityRps: 40, objective: spec().objective },
    });
  }
  return state;
}

const at = (steps: number): number => steps * STEP_SECONDS * 1000;
const DAY_STEPS = 24 * HOUR_STEPS;

test('a day without a miss has spent nothing', (t) => {
  const use = budgetUseOf(
    after(DAY_STEPS, () => false),
    at(DAY_STEPS),
    0.01,
  );
  t.deepEqual(use, { spentShare: 0, hourBurn: 0, threeDayBurn: 0, guard: 'none' });
});

test('one step in a hundred over 30 days spends the whole of 1 %', (t) => {
  const steps = 30 * DAY_STEPS;
  const state = after(steps, (number) => number % 100 === 0);
  const { spentShare = 0 } = budgetUseOf(state, at(steps), 0.01) ?? {};
  t.true(Math.abs(spentShare - 1) < 0.01, `${spentShare}`);
  t.true(JSON.stringify(state).length < 10_000, `${JSON.stringify(state).length} bytes`);
});

test('an hour in which a fifth is missed, and is still being missed, makes the forecast surer by half of the way to the top', (t) => {
  const state = after(DAY_STEPS, (number) => number >= DAY_STEPS - HOUR_STEPS && number % 5 === 0);
  const use = budgetUseOf(state, at(DAY_STEPS), 0.01);
  t.is(use?.guard, 'fast');
  t.is(Number(guarded(learned, use).probability.toFixed(4)), 0.995);
});

test('ten good minutes after it end that', (t) => {
  const end = DAY_STEPS + 40;
  const state = after(
    end,
    (number) => number >= DAY_STEPS - HOUR_STEPS && number < DAY_STEPS && number % 5 === 0,
  );
  t.not(budgetUseOf(state, at(end), 0.01)?.guard, 'fast');
});

test('8 % missed for six hours is a slow burn', (t) => {
  const state = after(DAY_STEPS, (number) => number >= DAY_STEPS - 6 * HOUR_STEPS && number % 12 === 0);
  const use = budgetUseOf(state, at(DAY_STEPS), 0.01);
  t.is(use?.guard, 'slow');
  t.is(Number(guarded(learned, use).probability.toFixed(4)), 0.9842);
});

test('misses of a fleet at less than half of what it carries spend the budget and raise nothing', (t) => {
  const state = after(DAY_STEPS, (number) => number % 5 === 0, 40);
  const use = budgetUseOf(state, at(DAY_STEPS), 0.01);
  t.is(use?.guard, 'none');
  t.true((use?.hourBurn ?? 0) > 14.4);
});

test('two bad minutes after a start are not an hour of them', (t) => {
  t.is(
    budgetUseOf(
      after(8, () => true),
      at(8),
      0.01,
    )?.guard,
    'none',
  );
});

test('it survives a restart as plain JSON, and nonsense is no state', (t) => {
  const state = after(500, (number) => number % 7 === 0);
  t.deepEqual(initialBudget(JSON.parse(JSON.stringify(state))), state);
  t.deepEqual(initialBudget([[1, 2]]), initialBudget());
});

test('without latency nothing is known of the budget', (t) => {
  const { latency: _none, ...blind } = step(100);
  const spending = { step: blind, stepSeconds: 15, ready: 4, capacityRps: 40, objective: spec().objective };
  t.is(budgetUseOf(spend(initialBudget(), spending), 15_000, 0.01), undefined);
});

test('the guard never makes the forecast less sure, and no history makes a figure that is not a number', (t) => {
  const history = fc.array(
    fc.tuple(fc.integer({ min: -3_000, max: 3_000 }), fc.integer({ min: 1, max: 60 }), fc.boolean()),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(history, fc.double({ min: 0.5, max: 0.9995, noNaN: true }), (parts, probability) => {
      let state = initialBudget();
      let now = 10_000;
      for (const [jump, count, missed] of parts) {
        now = Math.max(0, now + jump);
        state = after(count, () => missed, 4, state, now);
        now += count;
        const use = budgetUseOf(state, at(now), 0.01);
        t.true(guarded({ ...learned, probability }, use).probability >= probability - 1e-12);
        for (const figure of [use?.spentShare, use?.hourBurn, use?.threeDayBurn]) {
          t.true(Number.isFinite(figure) && (figure ?? -1) >= 0 && (figure ?? 0) <= 100 + 1e-9);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('the trace says it in words', (t) => {
  const use = { spentShare: 0.412, hourBurn: 16.04, threeDayBurn: 0.9, guard: 'fast' } as const;
  const seen = observation({ budget: use, boldness: { ...learned, probability: 0.9995 } });
  t.is(
    budget.apply(assess(seen, target(10)), says(10, 'Steady', 'the need')).message,
    '41 % of the 30-day budget is spent, the last hour burnt 16 x its pace, the last three days 0.9 x; ' +
      'as it burns fast for want of replicas, the forecast has to be 99.95 % sure',
  );
});
