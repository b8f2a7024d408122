import test from 'ava';
import fc from 'fast-check';
import { annotations, floorRecord, ownRange, rangeText, rangeWith } from '../../controller/kube/floor.ts';

const hpa = floorRecord('HorizontalPodAutoscaler');
const metadata = { namespace: 'shop', name: 'web', uid: 'u', resourceVersion: '7' };
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

test('an HPA is read: its target, its range, and what Foresail left on it', (t) => {
  const left = { [annotations.before]: '2..10', [annotations.set]: '6..10', [annotations.by]: 'web' };
  const record = hpa({
    metadata: { ...metadata, annotations: left },
    spec: { scaleTargetRef, minReplicas: 6, maxReplicas: 10 },
  });
  t.like(record, {
    kind: 'HorizontalPodAutoscaler',
    target: { group: 'apps', kind: 'Deployment', name: 'web' },
    range: { min: 6, max: 10 },
    raised: { before: { min: 2, max: 10 }, set: { min: 6, max: 10 }, by: 'web' },
  });
  t.deepEqual(ownRange(record), { min: 2, max: 10 });
});

test('an HPA without minReplicas has 1; what scales nothing that can be read has no target', (t) => {
  const ref = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' };
  const record = hpa({ metadata, spec: { scaleTargetRef: ref, maxReplicas: 4 } });
  t.deepEqual(record.range, { min: 1, max: 4 });
  t.deepEqual(record.target, { group: 'argoproj.io', kind: 'Rollout', name: 'web' });
  t.is(hpa({ metadata }).target, undefined);
});

test('a word on it that cannot be read is none', (t) => {
  const left = { [annotations.before]: '2..', [annotations.set]: '6..10' };
  t.is(hpa({ metadata: { ...metadata, annotations: left }, spec: { maxReplicas: 4 } }).raised, undefined);
});

test('an end that the owner has changed since is what the owner wants', (t) => {
  const raised = { before: { min: 2, max: 10 }, set: { min: 12, max: 20 }, by: 'web' };
  t.deepEqual(ownRange({ range: { min: 4, max: 20 }, raised }), { min: 4, max: 10 });
  t.deepEqual(ownRange({ range: { min: 12, max: 20 }, raised }), { min: 2, max: 10 });
  t.deepEqual(ownRange({ range: { min: 3, max: 9 } }), { min: 3, max: 9 });
});

for (const [replicas, mayRaise, range] of [
  [1, false, '2..10'],
  [7, false, '7..10'],
  [12, false, '10..10'],
  [12, true, '12..12'],
] as const) {
  test(`a floor of ${replicas} in 2..10${mayRaise ? ', raising the most,' : ''} is ${range}`, (t) => {
    t.is(rangeText(rangeWith({ min: 2, max: 10 }, replicas, mayRaise)), range);
  });
}

test('whatever is asked for, the range is valid, never below what the owner wants, and can be put back', (t) => {
  const count = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(count, count, fc.array(count, { minLength: 1 }), fc.boolean(), (a, b, asked, mayRaise) => {
      const own = { min: Math.min(a, b), max: Math.max(a, b) };
      let range = own;
      for (const replicas of asked) {
        range = rangeWith(
          ownRange({ range, raised: { before: own, set: range, by: '' } }),
          replicas,
          mayRaise,
        );
        t.true(range.min >= own.min && range.max >= own.max && range.min <= range.max);
      }
      t.deepEqual(ownRange({ range, raised: { before: own, set: range, by: '' } }), own);
    }),
  );
});
