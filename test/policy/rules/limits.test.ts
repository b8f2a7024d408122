import test from 'ava';
import { HOUR_MS, spec, target } from '../observations.ts';
import { example } from '../rule-example.ts';

const stepping = (scaleUp: object, scaleDown: object = {}) => ({
  spec: spec({ behavior: { scaleUp, scaleDown } }),
});
test('the lesser of share and count', example, {
  rule: 'step',
  given: stepping({ maxPercent: 30, maxReplicas: 4 }),
  before: 20,
  after: 13,
  says: 'StepLimited: behavior.scaleUp adds at most 3 per step, 20 are needed: the need',
});
test('down, too', example, {
  rule: 'step',
  given: stepping({}, { maxReplicas: 2 }),
  before: 5,
  after: 8,
  says: 'StepLimited: behavior.scaleDown removes at most 2 per step, 5 would do: the need',
});
test('a small share is still one', example, {
  rule: 'step',
  given: { ...stepping({ maxPercent: 10 }), target: target(4) },
  before: 6,
  after: 5,
  says: 'StepLimited: behavior.scaleUp adds at most 1 per step, 6 are needed: the need',
});
test('no limit is set', example, { rule: 'step', before: 20, after: 20 });
const cooling = (secondsAgo: number) => ({
  ...stepping({ cooldownSeconds: 60 }, { cooldownSeconds: 60 }),
  memory: { sinceMs: 0, recommendations: [], lastUpMs: HOUR_MS - secondsAgo * 1000 },
});
test('20 s after the last scale-up', example, {
  rule: 'cooldown',
  given: cooling(20),
  before: 12,
  after: 10,
  says: 'CoolingDown: behavior.scaleUp.cooldownSeconds 60 has 40 s to go, then 12: the need',
});
test('60 s after it', example, { rule: 'cooldown', given: cooling(60), before: 12, after: 12 });
test('on a clock that is not a number it never ends', example, {
  rule: 'cooldown',
  given: { ...cooling(600), nowMs: Number.NaN },
  before: 12,
  after: 10,
  says: 'CoolingDown: behavior.scaleUp.cooldownSeconds 60 has NaN s to go, then 12: the need',
});
test('the other direction has its own', example, {
  rule: 'cooldown',
  given: cooling(20),
  before: 8,
  after: 8,
});
test('never fewer', example, {
  rule: 'floor',
  given: { spec: spec({ minReplicas: 3 }), target: target(1) },
  before: 1,
  after: 3,
  says: 'AtMinimum: minReplicas is 3, 1 would do: the need',
});
test('never more', example, {
  rule: 'ceiling',
  before: 24,
  after: 20,
  says: 'AtMaximum: maxReplicas is 20, 24 are asked for: the need',
});

const inHpa = (replicas: number, limits: object = {}) => ({
  target: {
    ...target(replicas),
    limits: { minReplicas: 5, maxReplicas: 15, of: 'HorizontalPodAutoscaler web', ...limits },
  },
});
test('never below what the owner of the floor wants', example, {
  rule: 'floor',
  given: inHpa(10),
  before: 3,
  after: 5,
  says: 'AtMinimum: minReplicas of HorizontalPodAutoscaler web is 5, 3 would do: the need',
});
test('never above what the owner of the floor allows', example, {
  rule: 'ceiling',
  given: inHpa(10),
  before: 18,
  after: 15,
  says: 'AtMaximum: maxReplicas of HorizontalPodAutoscaler web is 15, 18 are asked for: the need',
});
test('the own maxReplicas still holds under a higher one of the owner', example, {
  rule: 'ceiling',
  given: inHpa(10, { maxReplicas: 50 }),
  before: 30,
  after: 20,
  says: 'AtMaximum: maxReplicas is 20, 30 are asked for: the need',
});
test('a floor that its owner wants above maxReplicas stands', example, {
  rule: 'ceiling',
  given: inHpa(25, { minReplicas: 25, maxReplicas: 50 }),
  before: 25,
  after: 25,
});
