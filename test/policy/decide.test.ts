import test from 'ava';
import { decide } from '../../controller/policy/decide.ts';
import { freshMemory, highestWithin, remember, withoutChange } from '../../controller/policy/memory.ts';
import type { Observation } from '../../controller/policy/observation.ts';
import { forecast, HOUR_MS, observation, recent, spec, target } from './observations.ts';

interface Case {
  readonly given: Partial<Observation>;
  readonly replicas: number;
  readonly recommended?: number;
  readonly says: string;
}

const decides = test.macro((t, { given, replicas, recommended = replicas, says }: Case) => {
  const seen = observation(given);
  const decision = decide(seen);
  t.is(decision.replicas, replicas);
  t.is(decision.recommended, recommended);
  t.is(decision.act, replicas !== seen.target?.replicas);
  t.is(`${decision.reason}: ${decision.message}`, says);
});

test('scales to the forecast ahead of the load', decides, {
  given: { forecast: forecast(840) },
  replicas: 12,
  says: 'ForecastDemand: 12 replicas: the forecast expects up to 840 requests/s in 60 s (99 % sure), one replica carries 75',
});
test('a longer lead time looks further ahead', decides, {
  given: {
    forecast: forecast((steps) => ({ p50: 600 + 20 * steps })),
    leadTime: { seconds: 120, source: 'learned', starts: 9 },
  },
  replicas: 11,
  says: 'ForecastDemand: 11 replicas: the forecast expects up to 800 requests/s in 150 s (99 % sure), one replica carries 75',
});
test('a bolder rung asks for a lower quantile', decides, {
  given: {
    forecast: forecast(() => ({ p50: 600, p90: 750, p95: 900, p99: 1200 })),
    boldness: { probability: 0.95, source: 'learned', hotShare: 0.04, steps: 9_000 },
  },
  replicas: 12,
  says: 'ForecastDemand: 12 replicas: the forecast expects up to 900 requests/s in 60 s (95 % sure), one replica carries 75',
});
test('the present load is a floor under the forecast', decides, {
  given: { forecast: forecast(300), recent: recent(900, 900) },
  replicas: 12,
  says: 'ReactiveFloor: 12 replicas: the load is 900 requests/s now, one replica carries 75; the forecast alone asks for 4',
});
test('the right number stays', decides, {
  given: { forecast: forecast(740), recent: recent(700, 700) },
  replicas: 10,
  says:
    'Steady: 10 replicas: the number is right: the forecast expects up to 740 requests/s within 60 s (99 % sure), ' +
    'one replica carries 75',
});
test('falls when nothing higher was needed or will be', decides, {
  given: {},
  replicas: 8,
  says: 'ForecastDemand: 8 replicas: the forecast expects up to 600 requests/s within 60 s (99 % sure), one replica carries 75',
});
test('pods that are starting are not ordered again', decides, {
  given: { forecast: forecast(840), target: target(12, 4) },
  replicas: 12,
  says:
    'Steady: 12 replicas: the number is right: the forecast expects up to 840 requests/s within 60 s (99 % sure), ' +
    'one replica carries 75',
});
test('maxReplicas has the last word, and says what was needed', decides, {
  given: { forecast: forecast(1800) },
  replicas: 20,
  says:
    'AtMaximum: 20 replicas: maxReplicas is 20, 24 are asked for: the forecast expects up to 1800 requests/s in ' +
    '60 s (99 % sure), one replica carries 75',
});
test('a number above maxReplicas is put right at once, without telemetry and in a cooldown', decides, {
  given: {
    target: target(30),
    telemetryAgeSeconds: Number.POSITIVE_INFINITY,
    recent: [],
    spec: spec({ behavior: { scaleDown: { maxReplicas: 1, cooldownSeconds: 600 } } }),
    memory: { sinceMs: HOUR_MS, recommendations: [], lastDownMs: HOUR_MS - 1000 },
  },
  replicas: 20,
  says:
    'AtMaximum: 20 replicas: maxReplicas is 20, 30 are asked for: no whole step of telemetry yet; replicas hold, because ' +
    'missing is not zero',
});
test('a number below minReplicas is put right at once, without a capacity', decides, {
  given: {
    target: target(1),
    capacity: { rpsPerReplica: Number.NaN, source: 'unknown', evidence: 0 },
    spec: spec({ minReplicas: 3, behavior: { scaleUp: { maxReplicas: 1 } } }),
  },
  replicas: 3,
  says:
    'AtMinimum: 3 replicas: minReplicas is 3, 1 would do: what one replica carries is not known yet; it is learned ' +
    'from load, or pinned by spec.capacity.requestsPerSecondPerReplica',
});
test('Assisted does not even remove what is above maxReplicas', decides, {
  given: { target: target(30), spec: spec({ mode: 'Assisted' }) },
  replicas: 30,
  recommended: 8,
  says:
    'AssistedMode: 30 replicas: mode Assisted never removes; 8 would do: the forecast expects up to 600 requests/s ' +
    'within 60 s (99 % sure), one replica carries 75',
});
test('Advisory says what it would ask for', decides, {
  given: { forecast: forecast(840), spec: spec({ mode: 'Advisory' }) },
  replicas: 10,
  recommended: 12,
  says:
    'AdvisoryMode: 10 replicas: mode Advisory only advises 12: the forecast expects up to 840 requests/s in 60 s ' +
    '(99 % sure), one replica carries 75',
});
test('paused over everything', decides, {
  given: { forecast: forecast(840), spec: spec({ paused: true }) },
  replicas: 10,
  recommended: 12,
  says:
    'Paused: 10 replicas: spec.paused is true; otherwise 12: the forecast expects up to 840 requests/s in 60 s ' +
    '(99 % sure), one replica carries 75',
});

test('a target that does not exist is never acted on, and the message names it', (t) => {
  const decision = decide(observation({ target: undefined }));
  t.false(decision.act);
  t.is(decision.reason, 'TargetMissing');
  t.is(decision.message, 'scaleTargetRef names Deployment cart, which does not exist in namespace shop');
  t.is(decision.trace.length, 1);
});
test('a target with a broken count is not acted on', (t) => {
  const decision = decide(observation({ target: { ...target(1), replicas: Number.NaN } }));
  t.false(decision.act);
  t.is(decision.message, 'Deployment cart has NaN replicas, which must be a whole number of at least 0');
});

test('the memory notes a change, its direction and the need', (t) => {
  const up = decide(observation({ forecast: forecast(840) }));
  t.deepEqual(up.memory, {
    sinceMs: 0,
    askedReplicas: 12,
    lastUpMs: HOUR_MS,
    recommendations: [{ atMs: HOUR_MS, replicas: 12 }],
  });
  const down = decide(observation({ memory: up.memory, nowMs: HOUR_MS + 400_000 }));
  t.is(down.replicas, 8);
  t.is(down.memory.lastUpMs, HOUR_MS);
  t.is(down.memory.lastDownMs, HOUR_MS + 400_000);
});
test('a write that did not happen starts no cooldown', (t) => {
  const before = { ...freshMemory(0), lastUpMs: 5 };
  const { memory } = decide(observation({ forecast: forecast(840), memory: before }));
  t.deepEqual(withoutChange(memory, before), {
    sinceMs: 0,
    lastUpMs: 5,
    recommendations: memory.recommendations,
  });
  t.is(withoutChange(memory, { ...before, askedReplicas: 10 }).askedReplicas, 10);
  t.deepEqual(Object.keys(withoutChange(memory, freshMemory(0))), ['sinceMs', 'recommendations']);
});
test('a held number counts as a need, so that telemetry that returns does not scale down at once', (t) => {
  const blind = decide(observation({ telemetryAgeSeconds: 90 }));
  const seeing = decide(observation({ memory: blind.memory, nowMs: HOUR_MS + 15_000 }));
  t.is(seeing.replicas, 10);
  t.is(seeing.reason, 'ScaleDownStabilized');
});

test('replicas that somebody else added count as a need, where the mode asks for replicas', (t) => {
  const added = (mode: string) =>
    decide(
      observation({
        spec: spec({ mode, forecast: { mayScaleDown: true } }),
        target: target(15),
        memory: { sinceMs: 0, recommendations: [], askedReplicas: 8 },
      }),
    );
  t.is(added('Automatic').replicas, 15);
  t.is(added('Automatic').reason, 'ScaleDownStabilized');
  t.false('askedReplicas' in added('Shadow').memory);
});

test('needs that no window can ever return are not kept', (t) => {
  const at = (seconds: number, replicas: number) => ({ atMs: seconds * 1000, replicas });
  const memory = { sinceMs: 0, recommendations: [at(0, 9), at(15, 7)] };
  t.deepEqual(remember(memory, at(30, 8)), [at(0, 9), at(30, 8)]);
  t.deepEqual(remember(memory, at(301, 5)), [at(15, 7), at(301, 5)]);
  t.deepEqual(remember(memory, { atMs: Number.NaN, replicas: 1 }), memory.recommendations);
});
test('the highest need inside a window', (t) => {
  const memory = {
    sinceMs: 0,
    recommendations: [
      { atMs: 0, replicas: 9 },
      { atMs: 15_000, replicas: 7 },
    ],
  };
  t.is(highestWithin(memory, 120_000, 120)?.replicas, 9);
  t.is(highestWithin(memory, 121_000, 120)?.replicas, 7);
  t.is(highestWithin(memory, 500_000, 120), undefined);
  t.is(highestWithin(memory, Number.NaN, 120)?.replicas, 9);
});
