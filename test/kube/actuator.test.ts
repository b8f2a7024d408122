import test from 'ava';
import { predictiveScalerSpec } from '../../controller/api/predictive-scaler.ts';
import { actuatorOf } from '../../controller/kube/actuator.ts';
import type { FloorRecord } from '../../controller/kube/floor.ts';

const scaler = (actuation: object) => ({
  spec: predictiveScalerSpec.parse({
    ...{ scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 9, mode: 'Automatic', actuation },
  }),
});
const floor = (name: string, owner?: FloorRecord['owner']): FloorRecord => ({
  ...{ kind: 'HorizontalPodAutoscaler', namespace: 'shop', name, uid: `uid-${name}`, resourceVersion: '1' },
  ...{ target: { group: 'apps', kind: 'Deployment', name: 'web' }, range: { min: 1, max: 9 } },
  ...(owner ? { owner } : {}),
});
const keda = { kind: 'ScaledObject', name: 'web', uid: 'uid-so', controller: true };

test('with Scale every object that scales the target is a rival, a ScaledObject by its own name', (t) => {
  const { rivals, floor: none } = actuatorOf(scaler({}), [floor('web'), floor('keda-hpa-web', keda)]);
  t.is(none, undefined);
  t.deepEqual(rivals, [
    { kind: 'HorizontalPodAutoscaler', name: 'web' },
    { kind: 'ScaledObject', name: 'web' },
  ]);
});

test('the only HPA of the target holds the floor and is no rival', (t) => {
  const actuator = actuatorOf(scaler({ kind: 'HorizontalPodAutoscaler' }), [floor('web')]);
  t.is(actuator.floor?.name, 'web');
  t.deepEqual(actuator.rivals, []);
});

test('of two the named one holds the floor, and the other is a rival', (t) => {
  const both = [floor('a'), floor('b')];
  const named = actuatorOf(scaler({ kind: 'HorizontalPodAutoscaler', name: 'b' }), both);
  t.is(named.floor?.name, 'b');
  t.deepEqual(named.rivals, [{ kind: 'HorizontalPodAutoscaler', name: 'a' }]);
  t.is(
    actuatorOf(scaler({ kind: 'HorizontalPodAutoscaler' }), both).missing,
    'spec.actuation.name must say which HorizontalPodAutoscaler of a, b',
  );
});

test('without one it is said what must exist', (t) => {
  t.is(
    actuatorOf(scaler({ kind: 'HorizontalPodAutoscaler' }), []).missing,
    'spec.actuation: there must be a HorizontalPodAutoscaler with scaleTargetRef Deployment web',
  );
  t.is(
    actuatorOf(scaler({ kind: 'HorizontalPodAutoscaler', name: 'x' }), [floor('web')]).missing,
    'spec.actuation: HorizontalPodAutoscaler x must exist, with scaleTargetRef Deployment web',
  );
});

test('the HPA that KEDA made is not written to: KEDA would undo it', (t) => {
  const actuator = actuatorOf(scaler({ kind: 'HorizontalPodAutoscaler' }), [floor('keda-hpa-web', keda)]);
  t.regex(actuator.missing ?? '', /keda-hpa-web belongs to ScaledObject web/);
});

test('an HPA of a Rollout is a rival of that Rollout, in whatever version, and of no other object', (t) => {
  const rollout = {
    spec: predictiveScalerSpec.parse({
      scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' },
      maxReplicas: 9,
    }),
  };
  const of = (group: string): FloorRecord => ({
    ...floor('web'),
    target: { group, kind: 'Rollout', name: 'web' },
  });
  t.is(actuatorOf(rollout, [of('argoproj.io')]).rivals.length, 1);
  t.is(actuatorOf(rollout, [of('example.com')]).rivals.length, 0);
});

const scaledObject = (name: string, uid: string): FloorRecord => ({
  ...{ kind: 'ScaledObject', namespace: 'shop', name, uid, resourceVersion: '1' },
  ...{ target: { group: 'apps', kind: 'Deployment', name: 'web' }, range: { min: 0, max: 9 } },
});

test('a ScaledObject holds the floor, and the HPA that KEDA made of it is no rival', (t) => {
  const both = [scaledObject('web', 'uid-so'), floor('keda-hpa-web', keda)];
  const actuator = actuatorOf(scaler({ kind: 'ScaledObject' }), both);
  t.is(actuator.floor?.kind, 'ScaledObject');
  t.deepEqual(actuator.rivals, []);
  t.regex(actuatorOf(scaler({ kind: 'ScaledObject' }), []).missing ?? '', /deploy\/keda must be applied/);
});

test('a ScaledObject asks for the number once KEDA has made its HPA, and is no rival then', (t) => {
  const external = scaler({ kind: 'ExternalScaler' });
  const both = [scaledObject('web', 'uid-so'), floor('keda-hpa-web', keda)];
  t.like(actuatorOf(external, both), { asker: { name: 'web', range: { min: 1, max: 9 } }, rivals: [] });
  t.like(actuatorOf(external, both.slice(1)), { asker: { name: 'web' }, rivals: [] });
  t.deepEqual(actuatorOf(external, [...both, floor('own')]).rivals, [
    { kind: 'HorizontalPodAutoscaler', name: 'own' },
  ]);
  t.regex(actuatorOf(external, [floor('own')]).missing ?? '', /there must be a ScaledObject with/);
});

test('of two ScaledObjects the named one asks', (t) => {
  const other = { ...keda, name: 'other', uid: 'uid-other' };
  const both = [floor('keda-hpa-web', keda), floor('keda-hpa-other', other)];
  t.regex(
    actuatorOf(scaler({ kind: 'ExternalScaler' }), both).missing ?? '',
    /name must say which ScaledObject of web, other/,
  );
  const named = actuatorOf(scaler({ kind: 'ExternalScaler', name: 'other' }), both);
  t.is(named.asker?.name, 'other');
  t.deepEqual(named.rivals, [{ kind: 'ScaledObject', name: 'web' }]);
});
