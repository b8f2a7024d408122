import test from 'ava';
import type { Observation } from '../../../controller/policy/observation.ts';
import { forecast, recent, spec, target } from '../observations.ts';
import { example } from '../rule-example.ts';

test('the upper demand over the lead time, through one replica', example, {
  rule: 'forecastDemand',
  given: { forecast: forecast(840) },
  before: 10,
  after: 12,
  says: 'ForecastDemand: the forecast expects up to 840 requests/s in 60 s (99 % sure), one replica carries 75',
});
test('a peak before new replicas could serve keeps what there is, and adds nothing', example, {
  rule: 'forecastDemand',
  given: { forecast: { ...forecast(900), leads: forecast(600).leads } },
  before: 10,
  after: 10,
  says: 'ForecastDemand: the forecast expects up to 900 requests/s within 60 s (99 % sure), one replica carries 75',
});
test('a division that is a hair above a whole number is that number', example, {
  rule: 'forecastDemand',
  given: { forecast: forecast(1.1), capacity: { rpsPerReplica: 0.1, source: 'pinned', evidence: 0 } },
  before: 10,
  after: 11,
  says: 'ForecastDemand: the forecast expects up to 1.1 requests/s in 60 s (99 % sure), one replica carries 0.1',
});
test('a baseline is named', example, {
  rule: 'forecastDemand',
  given: { forecast: { ...forecast(840), source: 'seasonal', fallbackReason: 'ModelTrapped' } },
  before: 10,
  after: 12,
  says: 'ForecastDemand: the seasonal baseline expects up to 840 requests/s in 60 s (99 % sure), one replica carries 75',
});
test('the present load decides alone without a forecast', example, {
  rule: 'forecastDemand',
  given: { forecast: undefined },
  before: 10,
  after: 8,
  says: 'ForecastUnavailable: there is no forecast; the load is 600 requests/s now, one replica carries 75',
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
test('11 % over is noise', example, {
  rule: 'deadband',
  given: twenty(17.8),
  before: 18,
  after: 20,
  says: 'Steady: the number is right: the need',
});
test('6 % short is not', example, { rule: 'deadband', given: twenty(21.2), before: 22, after: 22 });
test('14 % over is not', example, { rule: 'deadband', given: twenty(17.2), before: 18, after: 18 });
test('the load of this moment is followed at once', example, {
  rule: 'deadband',
  given: twenty(20.4, 20.4 * 75),
  before: 21,
  after: 21,
});
