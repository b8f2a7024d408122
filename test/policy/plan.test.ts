import test from 'ava';
import type { Memory, Observation, Plan } from '../../controller/policy/observation.ts';
import { approvalOf, approveCommand, covers, issued, standingPlan } from '../../controller/policy/plan.ts';
import { HOUR_MS, observation } from './observations.ts';

const scaler = { namespace: 'shop', name: 'cart-scaler', uid: 'u-1', generation: 3 };
const now = (given: Partial<Observation> = {}) => observation({ scaler, ...given });
const plan = issued(now(), 10, 60);
const holding = (given: Partial<Observation> = {}, held: Plan = plan) => {
  const memory: Memory = { sinceMs: 0, recommendations: [], plan: held };
  return now({ memory, ...given });
};

test('a plan counts for half an hour, on the clock that nobody sets', (t) => {
  t.is(standingPlan(holding({ nowMs: HOUR_MS + 1_799_999 }), 10), plan);
  t.is(standingPlan(holding({ nowMs: HOUR_MS + 1_800_000 }), 10), undefined);
  t.is(standingPlan(holding({ nowMs: Number.NaN }), 10), undefined);
  t.is(plan.expiresAtMs, 75_000 + 1_800_000);
});

test('a plan is used up when its number is there', (t) => {
  t.is(standingPlan(holding(), 59), plan);
  t.is(standingPlan(holding(), 60), undefined);
});

test('a plan of another generation of the scaler, or of another scaler of that name, does not count', (t) => {
  t.is(standingPlan(holding({ scaler: { ...scaler, generation: 4 } }), 10), undefined);
  t.is(standingPlan(holding({ scaler: { ...scaler, uid: 'u-2' } }), 10), undefined);
});

test('another time of issue, other numbers: another hash', (t) => {
  const others = [
    issued(now({ wallMs: 75_001 }), 10, 60),
    issued(now(), 11, 60),
    issued(now(), 10, 61),
    issued(observation(), 10, 60),
  ];
  t.is(new Set([plan, ...others].map(({ hash }) => hash)).size, 5);
  t.is(issued(now(), 10, 60).hash, plan.hash);
  t.regex(plan.hash, /^[0-9a-f]{16}$/);
});

test('an approval counts for the plan it names, until it expires', (t) => {
  const approval = { planHash: plan.hash, by: 'ana', expiresMs: 80_000 };
  t.is(approvalOf(plan, now({ approvals: [{ ...approval, planHash: 'x' }, approval] })), approval);
  t.is(approvalOf(plan, now({ approvals: [approval], wallMs: 80_000 })), undefined);
  t.is(approvalOf(plan, now()), undefined);
});

test('a need that outgrows a plan by more than a quarter is not covered by it', (t) => {
  t.true(covers(plan, 75));
  t.false(covers(plan, 76));
});

test('the command names the scaler, not its target', (t) => {
  t.is(approveCommand(now(), plan), `foresail approve shop/cart-scaler --plan ${plan.hash}`);
});
