import test from 'ava';
import { decide } from '../../../controller/policy/decide.ts';
import type { Observation } from '../../../controller/policy/observation.ts';
import { issued } from '../../../controller/policy/plan.ts';
import { forecast, observation, recent, spec, target } from '../observations.ts';
import { example } from '../rule-example.ts';

const highWater = { rps: 900, days: 7 };
const wide = { highWater, spec: spec({ maxReplicas: 200 }) };
const { hash } = issued(observation(), 10, 60);
const held =
  '60 are asked for, but the highest load of the last 7 days was 900 requests/s, for which 12 replicas do; ' +
  `60 need foresail approve shop/cart --plan ${hash}: the need`;

test('far beyond history only the supported part is done', example, {
  ...{ rule: 'anomaly', given: wide, before: 60, after: 36 },
  says: `PlanHeld: ${held}`,
});
test('as much as history supports is not held', example, {
  ...{ rule: 'anomaly', given: wide, before: 36, after: 36 },
});
test('nothing is removed to get to what history supports', example, {
  ...{ rule: 'anomaly', given: { ...wide, target: target(40) }, before: 41, after: 40 },
  says: `PlanHeld: ${held.replaceAll('60', '41').replace(hash, issued(observation(), 40, 41).hash)}`,
});
test('fewer than there are is not its matter', example, {
  ...{ rule: 'anomaly', given: { ...wide, target: target(40) }, before: 30, after: 30 },
});
test('two replicas more than were ever needed are never far outside', example, {
  ...{
    rule: 'anomaly',
    given: { highWater: { rps: 70, days: 1 }, recent: recent(70, 70), target: target(1) },
  },
  ...{ before: 3, after: 3 },
});
test('the load of this moment is followed whatever history says', example, {
  ...{ rule: 'anomaly', given: { ...wide, recent: recent(4500, 4500) }, before: 60, after: 60 },
});
test('maxReplicas below what history supports needs nobody', example, {
  ...{ rule: 'anomaly', given: { highWater }, before: 60, after: 60 },
});
test('without any history there is nothing to measure by', example, {
  ...{ rule: 'anomaly', given: { spec: spec({ maxReplicas: 200 }) }, before: 60, after: 60 },
});
test('without a capacity there is nothing to measure by', example, {
  rule: 'anomaly',
  given: { ...wide, capacity: { rpsPerReplica: Number.NaN, source: 'unknown', evidence: 0 } },
  ...{ before: 60, after: 60 },
});

/** 10 replicas for a load of 600; the forecast asks for 60 replicas, and 36 are supported. */
const mad: Partial<Observation> = { ...wide, forecast: forecast(4500) };
const approve = (planHash: string) => [{ planHash, by: 'ana', expiresMs: 1e9 }];

test('the number of a plan stays while the need jitters, and so does its hash', (t) => {
  const first = decide(observation(mad));
  t.is(first.replicas, 36);
  t.is(first.reason, 'PlanHeld');
  t.like(first.memory.plan, { from: 10, to: 60, expiresAtMs: 75_000 + 1_800_000 });
  const later = { ...mad, target: target(36), memory: first.memory, wallMs: 90_000 };
  t.is(decide(observation({ ...later, forecast: forecast(5600) })).memory.plan, first.memory.plan);
  t.is(decide(observation({ ...later, forecast: forecast(600) })).memory.plan, first.memory.plan);
  const outgrown = decide(observation({ ...later, forecast: forecast(5700) }));
  t.is(outgrown.replicas, 36);
  t.like(outgrown.memory.plan, { from: 36, to: 76 });
});

test('an approved plan is carried out up to its number, once', (t) => {
  const first = decide(observation(mad));
  const approvals = approve(first.memory.plan?.hash ?? '');
  const later = { ...mad, target: target(36), memory: first.memory, approvals };
  const done = decide(observation(later));
  t.is(done.replicas, 60);
  t.is(done.reason, 'PlanApproved');
  t.regex(
    done.message,
    /^60 replicas: ana has approved up to 60 \(plan [0-9a-f]{16}\): the forecast expects/,
  );
  t.is(decide(observation({ ...later, forecast: forecast(13_000) })).replicas, 60);
  const after = decide(observation({ ...later, target: target(60), memory: done.memory }));
  t.is(after.memory.plan, undefined);
  const again = decide(observation({ ...later, memory: after.memory, wallMs: 90_000 }));
  t.is(again.replicas, 36);
  t.is(again.reason, 'PlanHeld');
});

test('a step that behavior limits does not use an approval up', (t) => {
  const slow = { ...mad, spec: spec({ maxReplicas: 200, behavior: { scaleUp: { maxReplicas: 20 } } }) };
  const { memory } = decide(observation({ ...slow, target: target(36) }));
  const given = { ...slow, approvals: approve(memory.plan?.hash ?? '') };
  const one = decide(observation({ ...given, target: target(36), memory }));
  t.is(one.replicas, 56);
  const two = decide(observation({ ...given, target: target(56), memory: one.memory, nowMs: 3_660_000 }));
  t.is(two.replicas, 60);
});
