import test from 'ava';
import fc from 'fast-check';
import { scalerRecord, sortOut } from '../../controller/kube/scaler-record.ts';

const scaler = (name: string, target: string, createdSecond: number, spec: object = {}) =>
  scalerRecord({
    metadata: {
      ...{ namespace: 'shop', name, uid: `${name}-uid`, resourceVersion: '1', generation: 1 },
      creationTimestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, createdSecond)).toISOString(),
    },
    spec: { scaleTargetRef: { kind: 'Deployment', name: target }, maxReplicas: 3, ...spec },
  });
const names = (sorted: ReturnType<typeof sortOut>) => sorted.valid.map(({ name }) => name).sort();

test('an invalid scaler is set apart with its reason, and holds nobody up', (t) => {
  const sorted = sortOut([scaler('bad', 'web', 0, { maxReplicas: 0 }), scaler('good', 'web', 1)]);
  t.deepEqual(names(sorted), ['good']);
  t.is(sorted.invalid[0]?.ref.name, 'bad');
  t.regex(sorted.invalid[0]?.message ?? '', /spec\.maxReplicas: must be >= 1/);
});

test('of two scalers of one target the older has it, and the other is told which', (t) => {
  const sorted = sortOut([scaler('young', 'web', 5), scaler('old', 'web', 1), scaler('other', 'api', 9)]);
  t.deepEqual(names(sorted), ['old', 'other']);
  t.regex(
    sorted.invalid[0]?.message ?? '',
    /must name a target of its own: PredictiveScaler old has this one/,
  );
});

test('in whatever order scalers are heard of, the same ones are valid, one for each target', (t) => {
  const any = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      target: fc.constantFrom('x', 'y'),
      at: fc.nat(2),
    }),
    { selector: ({ name }) => name },
  );
  fc.assert(
    fc.property(any, fc.infiniteStream(fc.nat()), (scalers, keys) => {
      const records = scalers.map(({ name, target, at }) => scaler(name, target, at));
      const shuffled = records.map((record) => ({ record, key: keys.next().value ?? 0 }));
      const other = shuffled.sort((a, b) => a.key - b.key).map(({ record }) => record);
      t.deepEqual(names(sortOut(other)), names(sortOut(records)));
      t.is(sortOut(records).valid.length, new Set(scalers.map(({ target }) => target)).size);
      t.is(sortOut(records).valid.length + sortOut(records).invalid.length, scalers.length);
    }),
  );
});
