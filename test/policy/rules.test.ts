import test from 'ava';
import { decide } from '../../controller/policy/decide.ts';
import type { Observation } from '../../controller/policy/observation.ts';
import type { Rule } from '../../controller/policy/rule.ts';
import { says } from '../../controller/policy/rule.ts';
import { rules } from '../../controller/policy/rules.ts';
import { assess } from '../../controller/policy/situation.ts';
import { reasons } from '../../controller/reasons.ts';
import { forecast, HOUR_MS, observation, recent, spec, step, target } from './observations.ts';

/** Each rule alone, with the example of its comment: the number before, the number after, the exact words. */
const every: readonly Rule[] = [...rules.need, ...rules.restraint, ...rules.permission];

interface Example {
  readonly rule: string;
  readonly given?: Partial<Observation>;
  readonly before: number;
  readonly after: number;
  readonly says?: string;
}

const example = test.macro({
  exec(t, { rule: name, given, before, after, says: words }: Example) {
    const rule = every.find((candidate) => candidate.name === name);
    const seen = observation(given);
    if (rule === undefined || seen.target === undefined) return t.fail(`no rule ${name}`);
    const word = says(before, 'Steady', 'the need');
    const ruling = rule.apply(assess(seen, seen.target), word);
    t.is(ruling.replicas, after);
    t.is(ruling.speaks, words !== undefined);
    if (words !== undefined) t.is(`${ruling.reason}: ${ruling.message}`, words);
    else t.is(ruling.reason, word.reason);
  },
  title: (title = '', { rule, before, after }: Example) => `${rule} ${before} -> ${after}: ${title}`,
});

const ago = (seconds: number, replicas: number) => ({ atMs: HOUR_MS - seconds * 1000, replicas });
const remembering = (...recommendations: readonly { atMs: number; replicas: number }[]) => ({
  sinceMs: 0,
  recommendations,
});

test('the upper demand over the lead time, through one replica', example, {
  rule: 'forecastDemand',
  given: { forecast: forecast(840) },
  before: 10,
  after: 12,
  says: 'ForecastDemand: the forecast expects up to 840 requests/s within 60 s (99 % sure), one replica carries 75',
});
test('a baseline is named', example, {
  rule: 'forecastDemand',
  given: { forecast: { ...forecast(840), source: 'seasonal', fallbackReason: 'ModelTrapped' } },
  before: 10,
  after: 12,
  says: 'ForecastDemand: the seasonal baseline expects up to 840 requests/s within 60 s (99 % sure), one replica carries 75',
});
test('the present load decides alone without a forecast', example, {
  rule: 'forecastDemand',
  given: { forecast: undefined },
  before: 10,
  after: 8,
  says: 'ForecastUnavailable: no forecast can be used; the load is 600 requests/s now, one replica carries 75',
});
test('neither forecast nor load: nothing', example, {
  rule: 'forecastDemand',
  given: { forecast: undefined, recent: [] },
  before: 10,
  after: 10,
});

test('never fewer than the load of this moment needs', example, {
  rule: 'reactiveFloor',
  given: { recent: recent(300, 610, 680) },
  before: 8,
  after: 10,
  says: 'ReactiveFloor: the load is 680 requests/s now, one replica carries 75; the forecast alone asks for 8',
});
test('the step before counts when the newest fell', example, {
  rule: 'reactiveFloor',
  given: { recent: recent(300, 680, 610) },
  before: 8,
  after: 10,
  says: 'ReactiveFloor: the load is 680 requests/s now, one replica carries 75; the forecast alone asks for 8',
});
test('missing rates are skipped, not zero', example, {
  rule: 'reactiveFloor',
  given: { recent: recent(680, Number.NaN, Number.NaN) },
  before: 8,
  after: 10,
  says: 'ReactiveFloor: the load is 680 requests/s now, one replica carries 75; the forecast alone asks for 8',
});
test('exactly enough is enough', example, {
  rule: 'reactiveFloor',
  given: { recent: recent(600, 600) },
  before: 8,
  after: 8,
});

const twenty = (need: number, load = 100): Partial<Observation> => ({
  target: target(20),
  spec: spec({ maxReplicas: 40 }),
  forecast: forecast(need * 75),
  recent: recent(load, load),
});
test('4 % short is noise', example, {
  rule: 'deadband',
  given: twenty(20.8),
  before: 21,
  after: 20,
  says: 'Steady: the number is right: the need',
});
test('8 % over is noise', example, {
  rule: 'deadband',
  given: twenty(18.4),
  before: 19,
  after: 20,
  says: 'Steady: the number is right: the need',
});
test('6 % short is not', example, { rule: 'deadband', given: twenty(21.2), before: 22, after: 22 });
test('11 % over is not', example, { rule: 'deadband', given: twenty(17.8), before: 18, after: 18 });
test('the load of this moment is followed at once', example, {
  rule: 'deadband',
  given: twenty(20.4, 20.4 * 75),
  before: 21,
  after: 21,
});

test('telemetry of 75 s ago holds', example, {
  rule: 'telemetryMissing',
  given: { telemetryAgeSeconds: 75, target: target(9) },
  before: 4,
  after: 9,
  says: 'TelemetryMissing: no telemetry for 75 s (limit 45 s); replicas hold, because missing is not zero',
});
test('it holds against more, too', example, {
  rule: 'telemetryMissing',
  given: { telemetryAgeSeconds: 75, target: target(9) },
  before: 14,
  after: 9,
  says: 'TelemetryMissing: no telemetry for 75 s (limit 45 s); replicas hold, because missing is not zero',
});
test('an age that is not a number is no age', example, {
  rule: 'telemetryMissing',
  given: { telemetryAgeSeconds: Number.NaN, target: target(9) },
  before: 4,
  after: 9,
  says: 'TelemetryMissing: no telemetry at all; replicas hold, because missing is not zero',
});
test('three steps are recent', example, {
  rule: 'telemetryMissing',
  given: { telemetryAgeSeconds: 45, target: target(9) },
  before: 4,
  after: 4,
});

const partial = {
  target: target(9),
  recent: [
    step(600),
    { ...step(600, 15_000, ['Partial']), podsReporting: 6 },
    step(600, 30_000),
    step(600, 45_000),
  ],
};
test('a flawed step forbids removing', example, {
  rule: 'telemetryFlawed',
  given: partial,
  before: 7,
  after: 9,
  says: 'TelemetryPartial: 7 would do, but a recent step is Partial (6 of 10 pods reported)',
});
test('a flawed step allows adding', example, {
  rule: 'telemetryFlawed',
  given: partial,
  before: 11,
  after: 11,
});
test('a counter reset is suspect', example, {
  rule: 'telemetryFlawed',
  given: { recent: [step(600, 0, ['Reset'])] },
  before: 7,
  after: 10,
  says: 'TelemetrySuspect: 7 would do, but a recent step is Reset (10 of 10 pods reported)',
});
test('a rate below zero is no rate', example, {
  rule: 'telemetryFlawed',
  given: { recent: recent(600, 600, -5) },
  before: 7,
  after: 10,
  says: 'TelemetryPartial: 7 would do, but a recent step is Missing (10 of 10 pods reported)',
});
test('four steps ago is forgotten', example, {
  rule: 'telemetryFlawed',
  given: { recent: [step(600, 0, ['Late']), ...recent(600, 600, 600)] },
  before: 7,
  after: 7,
});

const noCapacity = { capacity: { rpsPerReplica: Number.NaN, source: 'unknown', evidence: 3 } } as const;
test('no load becomes a number without a capacity', example, {
  rule: 'capacityUnknown',
  given: { ...noCapacity, target: target(9) },
  before: 4,
  after: 9,
  says:
    'CapacityUnknown: what one replica carries is not known yet; it is learned from load, ' +
    'or pinned by spec.capacity.requestsPerSecondPerReplica',
});
test('a NaN in the forecast forbids removing', example, {
  rule: 'forecastBroken',
  given: { forecast: forecast(() => ({ p99: Number.NaN })) },
  before: 6,
  after: 10,
  says: 'ForecastUnavailable: 6 would do, but the forecast holds something that is not a number',
});
test('a stale view forbids removing', example, {
  rule: 'clusterStale',
  given: { clusterStale: true },
  before: 7,
  after: 10,
  says: 'ClusterStale: 7 would do, but the view of the cluster is not fresh',
});
test('a stale view allows adding', example, {
  rule: 'clusterStale',
  given: { clusterStale: true },
  before: 11,
  after: 11,
});
test('a controller that has just taken over removes nothing', example, {
  rule: 'freshStart',
  given: { memory: { sinceMs: HOUR_MS - 40_000, recommendations: [] } },
  before: 7,
  after: 10,
  says: 'ScaleDownStabilized: 7 would do, but this controller took over 40 s ago and removes nothing for 300 s',
});

test('the highest need of 120 s stands', example, {
  rule: 'stabilization',
  given: { target: target(12), memory: remembering(ago(130, 11), ago(80, 9), ago(15, 7)) },
  before: 7,
  after: 9,
  says: 'ScaleDownStabilized: 7 would do, but 9 were needed 80 s ago and a need counts for 120 s',
});
test('an old need is forgotten', example, {
  rule: 'stabilization',
  given: { target: target(12), memory: remembering(ago(121, 11)) },
  before: 7,
  after: 7,
});
test('it adds nothing', example, {
  rule: 'stabilization',
  given: { target: target(12), memory: remembering(ago(80, 19)) },
  before: 7,
  after: 12,
  says: 'ScaleDownStabilized: 7 would do, but 19 were needed 80 s ago and a need counts for 120 s',
});
const later = (rps: number) => forecast((steps) => ({ p50: 500, p90: steps < 20 ? 500 : rps }));
test('what is wanted back within the payback window stays', example, {
  rule: 'payback',
  given: { target: target(12), forecast: later(640) },
  before: 7,
  after: 9,
  says:
    'ScaleDownStabilized: 7 would do now, but 9 soon: the forecast expects up to 640 requests/s within 300 s ' +
    '(90 % sure), one replica carries 75',
});
test('what is not wanted back may go', example, {
  rule: 'payback',
  given: { target: target(12), forecast: later(520) },
  before: 7,
  after: 7,
});
test('without permission the highest need of 300 s stands', example, {
  rule: 'forecastScaleDown',
  given: { target: target(12), memory: remembering(ago(200, 10)) },
  before: 7,
  after: 10,
  says:
    'ForecastScaleDownForbidden: 7 would do, but forecast.mayScaleDown is false, so the highest need of the last ' +
    '300 s stands (10)',
});
const allowed = { spec: spec({ forecast: { mayScaleDown: true } }) };
test('with permission it does not', example, {
  rule: 'forecastScaleDown',
  given: { ...allowed, target: target(12), memory: remembering(ago(200, 10)) },
  before: 7,
  after: 7,
});
test('the permission is the champion’s only', example, {
  rule: 'forecastScaleDown',
  given: {
    ...allowed,
    target: target(12),
    memory: remembering(ago(200, 10)),
    forecast: { ...forecast(600), source: 'seasonal', fallbackReason: 'ModelTrapped' },
  },
  before: 7,
  after: 10,
  says: 'ModelTrapped: 7 would do, but the seasonal baseline answers, so the highest need of the last 300 s stands (10)',
});
test('held replicas stay under maxReplicas', example, {
  rule: 'forecastScaleDown',
  given: { target: target(25), memory: remembering(ago(200, 24)) },
  before: 18,
  after: 20,
  says:
    'ForecastScaleDownForbidden: 18 would do, but forecast.mayScaleDown is false, so the highest need of the last ' +
    '300 s stands (24)',
});

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

const inMode = (name: string) => ({ spec: spec({ mode: name }) });
test('Shadow only records', example, {
  rule: 'mode',
  given: inMode('Shadow'),
  before: 12,
  after: 10,
  says: 'ShadowMode: mode Shadow only records 12: the need',
});
test('Advisory only advises', example, {
  rule: 'mode',
  given: inMode('Advisory'),
  before: 12,
  after: 10,
  says: 'AdvisoryMode: mode Advisory only advises 12: the need',
});
test('Assisted never removes', example, {
  rule: 'mode',
  given: inMode('Assisted'),
  before: 8,
  after: 10,
  says: 'AssistedMode: mode Assisted never removes; 8 would do: the need',
});
test('Assisted may add', example, { rule: 'mode', given: inMode('Assisted'), before: 12, after: 12 });
test('Automatic does both', example, { rule: 'mode', before: 8, after: 8 });
test('nothing is written while paused', example, {
  rule: 'paused',
  given: { spec: spec({ paused: true }) },
  before: 12,
  after: 10,
  says: 'Paused: spec.paused is true; otherwise 12: the need',
});

test('every rule of the list is in the trace, in its order, with a known reason', (t) => {
  const { trace } = decide(observation());
  t.deepEqual(
    trace.map(({ rule }) => rule),
    every.map(({ name }) => name),
  );
  for (const { reason, message } of trace) {
    t.true(reason in reasons);
    t.not(message, '');
  }
});
