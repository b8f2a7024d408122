import test from 'ava';
import type { Memory } from '../../../controller/policy/observation.ts';
import { HOUR_MS, spec, target } from '../observations.ts';
import { example } from '../rule-example.ts';

const beside = (kind: string, mode = 'Automatic') => ({
  spec: spec({ mode }),
  target: { ...target(10), rivals: [{ kind, name: 'web' }] },
});
test('an HPA of the same target: only advice, and what must be changed', example, {
  rule: 'rivals',
  given: beside('HorizontalPodAutoscaler'),
  before: 12,
  after: 10,
  says:
    'OtherWriter: HorizontalPodAutoscaler web scales Deployment cart too, so Foresail only advises 12; delete it, or set ' +
    'spec.actuation.kind to HorizontalPodAutoscaler for Foresail to raise its minReplicas: the need',
});
test('a ScaledObject', example, {
  rule: 'rivals',
  given: beside('ScaledObject'),
  before: 12,
  after: 10,
  says:
    'OtherWriter: ScaledObject web scales Deployment cart too, so Foresail only advises 12; delete it, or set spec.mode to ' +
    'Advisory: the need',
});
test('in Advisory another scaler is as it should be', example, {
  rule: 'rivals',
  given: beside('HorizontalPodAutoscaler', 'Advisory'),
  before: 10,
  after: 10,
});
test('nobody else', example, { rule: 'rivals', before: 12, after: 12 });

const undone = (...secondsAgo: readonly number[]): { memory: Memory } => ({
  memory: {
    sinceMs: 0,
    recommendations: [],
    undone: secondsAgo.map((seconds) => ({
      atMs: HOUR_MS - seconds * 1000,
      manager: 'argocd',
      writtenMs: seconds,
    })),
  },
});
test('once is what a person does', example, { rule: 'undone', given: undone(40), before: 12, after: 12 });
test('twice within an hour is not fought over', example, {
  rule: 'undone',
  given: { ...undone(700, 40), target: target(3) },
  before: 12,
  after: 3,
  says:
    'OtherWriter: argocd has changed back what Foresail wrote 2 times within an hour, so Foresail only advises 12 and writes ' +
    'again in 560 s; leave the replicas out of what argocd applies, or set spec.mode to Advisory: the need',
});
test('ten minutes after the last time it is tried again', example, {
  rule: 'undone',
  given: undone(1200, 600),
  before: 12,
  after: 12,
});
test('a floor without an object to put it in', example, {
  rule: 'actuator',
  given: { target: { ...target(10), actuatorMissing: 'there must be one' } },
  before: 12,
  after: 10,
  says: 'ActuatorMissing: there must be one; otherwise 12: the need',
});
test('there is something to write to', example, { rule: 'actuator', before: 12, after: 12 });

test('beside the HPA that has the floor a second one has to go', example, {
  rule: 'rivals',
  given: {
    ...beside('HorizontalPodAutoscaler'),
    spec: spec({ actuation: { kind: 'HorizontalPodAutoscaler', name: 'own' } }),
  },
  before: 12,
  after: 10,
  says: 'OtherWriter: HorizontalPodAutoscaler web scales Deployment cart too, so Foresail only advises 12; delete it: the need',
});
test('over a floor it is the range that is to be left out', example, {
  rule: 'undone',
  given: {
    ...undone(700, 40),
    target: { ...target(3), limits: { minReplicas: 2, maxReplicas: 9, of: 'HorizontalPodAutoscaler web' } },
  },
  before: 12,
  after: 3,
  says:
    'OtherWriter: argocd has changed back what Foresail wrote 2 times within an hour, so Foresail only advises 12 and writes ' +
    'again in 560 s; leave the range of HorizontalPodAutoscaler web out of what argocd applies, or set spec.mode to Advisory: the need',
});
