import test from 'ava';
import { publish, statusOf } from '../../controller/actuate/publish.ts';
import type { Decision } from '../../controller/policy/decision.ts';
import type { Observation, Target } from '../../controller/policy/observation.ts';
import type { Account, ScaleOutcome } from '../../controller/ports.ts';
import type { Reason } from '../../controller/reasons.ts';
import { fakeCluster, scalerOf } from '../fakes/cluster.ts';
import { step } from '../policy/observations.ts';

const scaler = scalerOf();

function accountOf(reason: Reason, outcome?: ScaleOutcome, nowMs = 0): Account {
  const observation: Observation = {
    workload: { namespace: 'shop', kind: 'Deployment', name: 'web' },
    spec: scaler.spec,
    ...{ wallMs: nowMs, nowMs, stepSeconds: 15, clusterStale: false, telemetryAgeSeconds: 3 },
    recent: [step(200)],
    target: { replicas: 4, ready: 4, starting: 0, resourceVersion: '1' },
    forecast: undefined,
    capacity: { rpsPerReplica: 50, source: 'pinned', evidence: 0 },
    leadTime: { seconds: 30.4, source: 'learned', starts: 5 },
    boldness: { probability: 0.99, source: 'default', hotShare: Number.NaN, steps: 0 },
    memory: { recommendations: [], sinceMs: 0 },
  };
  const decision: Decision = {
    ...{ replicas: 4, recommended: 6, act: false, reason, message: `at ${nowMs}`, trace: [] },
    memory: observation.memory,
  };
  return { observation, decision, ...(outcome ? { outcome } : {}) };
}

const conditionOf = (account: Account, type: string) =>
  statusOf(account).conditions.find((condition) => condition.type === type);

test('a status whose message alone changed is written once in five minutes', async (t) => {
  const cluster = fakeCluster();
  let told = await publish(scaler, accountOf('Steady', undefined, 0), cluster, undefined);
  for (let second = 15; second <= 330; second += 15) {
    told = await publish(scaler, accountOf('Steady', undefined, second * 1000), cluster, told);
  }
  t.is(cluster.published.length, 2);
});

test('a new reason is written at once', async (t) => {
  const cluster = fakeCluster();
  const told = await publish(scaler, accountOf('Steady'), cluster, undefined);
  await publish(scaler, accountOf('AtMaximum'), cluster, told);
  t.is(cluster.published.length, 2);
});

test('a warning that goes on is one Event, whatever figures its message has', async (t) => {
  const cluster = fakeCluster();
  let told = await publish(scaler, accountOf('TelemetryMissing'), cluster, undefined);
  for (let second = 15; second <= 60; second += 15) {
    told = await publish(scaler, accountOf('TelemetryMissing', undefined, second * 1000), cluster, told);
  }
  t.is(cluster.events.length, 1);
  told = await publish(scaler, accountOf('Steady'), cluster, told);
  await publish(scaler, accountOf('TelemetryMissing'), cluster, told);
  t.is(cluster.events.length, 2, 'one that comes again is told again');
});

test('a written scale and a refused one are Events', async (t) => {
  const cluster = fakeCluster();
  await publish(scaler, accountOf('ForecastDemand', { kind: 'written', replicas: 6 }), cluster, undefined);
  const refused = { kind: 'refused', reason: 'FencedOut', message: 'the epoch must be 4' } as const;
  await publish(scaler, accountOf('ForecastDemand', refused), cluster, undefined);
  t.deepEqual(
    cluster.events.map(({ reason }) => reason),
    ['Scaled', 'FencedOut'],
  );
});

const conditions = test.macro({
  title: (_, reason: Reason, type: string, status: 'True' | 'False') => `${reason} makes ${type} ${status}`,
  exec: (t, reason: Reason, type: string, status: 'True' | 'False') =>
    t.is(conditionOf(accountOf(reason), type)?.status, status),
});

test(conditions, 'Steady', 'ScalingActive', 'True');
test(conditions, 'Paused', 'ScalingActive', 'False');
test(conditions, 'AdvisoryMode', 'ScalingActive', 'False');
test(conditions, 'TelemetryMissing', 'ScalingActive', 'False');
test(conditions, 'Steady', 'TelemetryFresh', 'True');
test(conditions, 'AtMaximum', 'ScalingLimited', 'True');
test(conditions, 'ForecastDemand', 'ScalingLimited', 'False');

test('a refused write makes Ready false, with what the API server said', (t) => {
  const refused = { kind: 'refused', reason: 'ScaleRefused', message: 'quota exceeded' } as const;
  const ready = conditionOf(accountOf('ForecastDemand', refused), 'Ready');
  t.is(ready?.status, 'False');
  t.is(ready?.reason, 'ScaleRefused');
  t.is(ready?.message, 'quota exceeded');
});

test('the status has whole numbers, and no forecast where there is none', (t) => {
  const status = statusOf(accountOf('Steady'));
  t.is(status.leadSeconds, 30);
  t.is(status.desiredReplicas, 6);
  t.false('forecastRps' in status);
});

for (const reason of ['TelemetryMissing', 'Paused', 'AtMaximum'] as const) {
  test(`telemetry that stopped is told whatever has the last word: ${reason}`, (t) => {
    const { observation, ...rest } = accountOf(reason);
    for (const gone of [{ telemetryAgeSeconds: 46 }, { recent: [] }, { recent: [step(Number.NaN)] }]) {
      const account = { ...rest, observation: { ...observation, ...gone } };
      t.like(conditionOf(account, 'TelemetryFresh'), { status: 'False', reason: 'TelemetryMissing' });
    }
  });
}

test('a target that does not exist has no replicas in the status, not zero', (t) => {
  const { observation, ...rest } = accountOf('TargetMissing');
  const status = statusOf({ ...rest, observation: { ...observation, target: undefined } });
  t.false('currentReplicas' in status);
  t.false('desiredReplicas' in status);
  t.is(status.conditions.find(({ type }) => type === 'Ready')?.reason, 'TargetMissing');
});

const seeing = (target: Partial<Target>, reason: Reason = 'AdvisoryMode'): Account => {
  const { observation, decision } = accountOf(reason);
  const before = observation.target as Target;
  return { observation: { ...observation, target: { ...before, ...target } }, decision };
};

test('who else scales the target is said in every mode, and so is that it cannot be seen', (t) => {
  const sole = (target: Partial<Target>) => conditionOf(seeing(target), 'SoleWriter');
  t.like(sole({}), { status: 'True', reason: 'Steady' });
  t.like(sole({ rivals: [{ kind: 'HorizontalPodAutoscaler', name: 'web' }] }), {
    ...{ status: 'False', reason: 'OtherWriter' },
    message:
      'the target is scaled by HorizontalPodAutoscaler web, which spec.actuation does not name; beside that Foresail does not act',
  });
  t.like(sole({ rivalsUnknown: 'forbidden' }), {
    ...{ status: 'Unknown', reason: 'OthersUnseen', message: 'forbidden' },
  });
  t.like(conditionOf(seeing({}, 'OtherWriter'), 'SoleWriter'), { status: 'False', message: 'at 0' });
});

test('with nothing to write the number to it is not Ready, and says what must be', (t) => {
  t.like(conditionOf(seeing({ actuatorMissing: 'there must be one' }), 'Ready'), {
    ...{ status: 'False', reason: 'ActuatorMissing', message: 'there must be one' },
  });
});

test('over a floor the status has the replicas of the workload, and the floor as what is wanted', (t) => {
  t.like(statusOf(seeing({ replicas: 4, workloadReplicas: 9 })), { currentReplicas: 9, desiredReplicas: 6 });
});

test('a scale-down that waits for its pods to leave the rotation says so, and is no failure', (t) => {
  const account = accountOf('ForecastDemand', { kind: 'held', message: '2 of 4 pods leave' });
  t.like(conditionOf(account, 'ScalingActive'), { status: 'True', message: 'at 0; 2 of 4 pods leave' });
  t.like(conditionOf(account, 'Ready'), { status: 'True' });
});

test('a held plan is in the status, and another one is written at once', async (t) => {
  const cluster = fakeCluster();
  const account = accountOf('PlanHeld');
  const holding = (hash: string): Account => {
    const plan = { hash, from: 4, to: 60, sinceMs: 0, expiresMs: 1_800_000, expiresAtMs: 1_800_000 };
    return { ...account, decision: { ...account.decision, memory: { ...account.decision.memory, plan } } };
  };
  const expires = '1970-01-01T00:30:00.000Z';
  t.deepEqual(statusOf(holding('a')).heldPlan, { hash: 'a', from: 4, to: 60, expires });
  t.is(statusOf(account).heldPlan, undefined);
  const told = await publish(scaler, holding('a'), cluster, undefined);
  await publish(scaler, holding('b'), cluster, told);
  t.is(cluster.published.length, 2);
  t.is(conditionOf(account, 'ScalingLimited')?.status, 'True');
});
