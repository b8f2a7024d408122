import test from 'ava';
import fc from 'fast-check';
import { parsePredictiveScaler } from '../../controller/api/parse-predictive-scaler.ts';
import { rules } from '../../controller/api/predictive-scaler-rules.ts';
import { badSpecs } from './bad-specs.ts';

const scalerOf = (spec: unknown) => ({
  apiVersion: 'foresail.dev/v1alpha1',
  kind: 'PredictiveScaler',
  metadata: { namespace: 'default', name: 'shop', uid: 'u-1', generation: 3, resourceVersion: '41' },
  spec,
});
const minimal = { scaleTargetRef: { kind: 'Deployment', name: 'shop' }, maxReplicas: 5 };

for (const bad of badSpecs) {
  test(`a spec is refused with what it must be: ${bad.name}`, (t) => {
    const parsed = parsePredictiveScaler(scalerOf(bad.spec));
    t.true('invalid' in parsed);
    t.regex('invalid' in parsed ? parsed.invalid : '', bad.process);
  });
}

test('the least spec gets every default, and the identity of its object', (t) => {
  t.deepEqual(parsePredictiveScaler(scalerOf(minimal)), {
    namespace: 'default',
    name: 'shop',
    uid: 'u-1',
    generation: 3,
    resourceVersion: '41',
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' },
      minReplicas: 1,
      maxReplicas: 5,
      mode: 'Advisory',
      actuation: { kind: 'Scale', mayRaiseMaximum: false },
      paused: false,
      objective: { percentile: 99, thresholdMs: 250, budgetPercent: 1 },
      capacity: {},
      forecast: { mayScaleDown: false },
      behavior: { scaleUp: {}, scaleDown: {} },
    },
  });
});

test('a calendar gets its defaults, and one that no schema can refuse is refused all the same', (t) => {
  const parsed = parsePredictiveScaler(scalerOf({ ...minimal, calendar: { timeZone: 'Europe/Berlin' } }));
  t.deepEqual('spec' in parsed ? parsed.spec.calendar : undefined, {
    ...{ timeZone: 'Europe/Berlin', weekend: [6, 7], holidays: [], events: [] },
  });
  const refused = parsePredictiveScaler(scalerOf({ ...minimal, calendar: { timeZone: 'Mars/Olympus' } }));
  t.regex('invalid' in refused ? refused.invalid : '', /spec\.calendar: the time zone must be an IANA name/);
});

test('several faults are all named, each with its field', (t) => {
  const parsed = parsePredictiveScaler(scalerOf({ ...minimal, maxReplicas: 0, mode: 'x', maxReplica: 4 }));
  const message = 'invalid' in parsed ? parsed.invalid : '';
  t.regex(message, /spec\.maxReplicas: must be >= 1/);
  t.regex(message, /spec\.mode: must be/);
  t.regex(message, /spec\.maxReplica: must be left out: there is no such field/);
});

test('whatever an object holds, it is parsed or refused with a text, never thrown', (t) => {
  fc.assert(
    fc.property(fc.anything(), (spec) => {
      for (const object of [spec, scalerOf(spec)]) {
        const parsed = parsePredictiveScaler(object);
        t.true('spec' in parsed || parsed.invalid.length > 0);
      }
    }),
    { numRuns: 500 },
  );
});

test('a parsed spec always has 1 <= minReplicas <= maxReplicas <= 10000', (t) => {
  const number = fc.oneof(fc.integer({ min: -3, max: 12 }), fc.double(), fc.constant(undefined));
  fc.assert(
    fc.property(number, number, (minReplicas, maxReplicas) => {
      const parsed = parsePredictiveScaler(scalerOf({ ...minimal, minReplicas, maxReplicas }));
      if ('invalid' in parsed) return;
      const { minReplicas: min, maxReplicas: max } = parsed.spec;
      t.true(1 <= min && min <= max && max <= 10_000);
    }),
  );
});

test('every rule across fields is broken by some spec of the table, so none is vacuous', (t) => {
  const texts = badSpecs.map((bad) => parsePredictiveScaler(scalerOf(bad.spec)));
  for (const rule of rules) {
    t.true(
      texts.some((parsed) => 'invalid' in parsed && parsed.invalid.includes(rule.message)),
      rule.cel,
    );
  }
});
