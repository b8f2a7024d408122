import test from 'ava';
import { forecast, HOUR_MS, spec, target } from '../observations.ts';
import { example } from '../rule-example.ts';

const ago = (seconds: number, replicas: number) => ({ atMs: HOUR_MS - seconds * 1000, replicas });
const remembering = (...recommendations: readonly { atMs: number; replicas: number }[]) => ({
  sinceMs: 0,
  recommendations,
});

test('the highest need of 60 s stands', example, {
  rule: 'stabilization',
  given: { target: target(12), memory: remembering(ago(70, 11), ago(50, 9), ago(15, 7)) },
  before: 7,
  after: 9,
  says: 'ScaleDownStabilized: 7 would do, but 9 were needed 50 s ago and a need counts for 60 s',
});
test('an old need is forgotten', example, {
  rule: 'stabilization',
  given: { target: target(12), memory: remembering(ago(61, 11)) },
  before: 7,
  after: 7,
});
test('it adds nothing', example, {
  rule: 'stabilization',
  given: { target: target(12), memory: remembering(ago(50, 19)) },
  before: 7,
  after: 12,
  says: 'ScaleDownStabilized: 7 would do, but 19 were needed 50 s ago and a need counts for 60 s',
});
const later = (rps: number) => forecast((steps) => ({ p50: steps < 20 ? 500 : rps }));
test('what is wanted back within the payback window stays', example, {
  rule: 'payback',
  given: { target: target(12), forecast: later(640) },
  before: 7,
  after: 9,
  says:
    'ScaleDownStabilized: 7 would do now, but 9 soon: the forecast expects up to 640 requests/s within 300 s ' +
    '(75 % sure), one replica carries 75',
});
test('what is not wanted back may go', example, {
  rule: 'payback',
  given: { target: target(12), forecast: later(520) },
  before: 7,
  after: 7,
});
test('it adds nothing, however much comes', example, {
  rule: 'payback',
  given: { target: target(12), forecast: later(1500) },
  before: 7,
  after: 12,
  says:
    'ScaleDownStabilized: 7 would do now, but 20 soon: the forecast expects up to 1500 requests/s within 300 s ' +
    '(75 % sure), one replica carries 75',
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
