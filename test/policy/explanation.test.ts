import test from 'ava';
import { decide } from '../../controller/policy/decide.ts';
import { explanation, explanationOf, hpaReplicas } from '../../controller/policy/explanation.ts';
import { observation, recent, spec, target } from './observations.ts';

test('what an HPA at 70 % would ask for: by the load of this moment, inside tolerance and bounds', (t) => {
  const at = (replicas: number) => hpaReplicas(observation({ target: target(replicas) }));
  t.is(at(10), 12, '600 / (0.7 x 75) = 11.4, 14 % more than there is');
  t.is(at(11), 11, 'within 10 %');
  t.is(hpaReplicas(observation({ recent: recent(6000) })), 20, 'maxReplicas');
  t.is(hpaReplicas(observation({ recent: recent(0) })), 2, 'minReplicas');
});

test('what is not known is null, and never a number', (t) => {
  const nothing = observation({
    recent: [],
    telemetryAgeSeconds: Number.POSITIVE_INFINITY,
    capacity: { rpsPerReplica: Number.NaN, source: 'unknown', evidence: 0 },
    forecast: undefined,
  });
  const told = explanationOf({ observation: nothing, decision: decide(nothing) });
  t.is(told.load.requestsPerSecond, null);
  t.is(told.load.ageSeconds, null);
  t.is(told.capacity.requestsPerSecondPerReplica, null);
  t.is(told.boldness.hotShare, null);
  t.is(told.hpa.replicas, null);
  t.false('forecast' in told);
});

test('an explanation survives JSON, with or without a target', (t) => {
  for (const given of [{}, { target: undefined }, { spec: spec({ mode: 'Shadow' }) }]) {
    const seen = observation(given);
    const told = explanationOf({
      observation: seen,
      decision: decide(seen),
      outcome: { kind: 'written', replicas: 8 },
    });
    t.deepEqual(explanation.parse(JSON.parse(JSON.stringify(told))), told);
  }
});
