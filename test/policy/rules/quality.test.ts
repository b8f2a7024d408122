import test from 'ava';
import { forecast, HOUR_MS, recent, step, target } from '../observations.ts';
import { example } from '../rule-example.ts';

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
  says: 'TelemetryMissing: no whole step of telemetry yet; replicas hold, because missing is not zero',
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

const unknownSays =
  'CapacityUnknown: what one replica carries is not known yet; it is learned from load, ' +
  'or pinned by spec.capacity.requestsPerSecondPerReplica';
const noCapacity = { capacity: { rpsPerReplica: Number.NaN, source: 'unknown', evidence: 3 } } as const;
test('no load becomes a number without a capacity', example, {
  rule: 'capacityUnknown',
  given: { ...noCapacity, target: target(9) },
  before: 4,
  after: 9,
  says: unknownSays,
});
const overloaded = recent(900, 900).map((one) => ({
  ...one,
  latency: {
    ...one.latency,
    p50: { lower: 0.5, upper: 1 },
    p95: { lower: 0.5, upper: 1 },
    p99: { lower: 0.5, upper: 1 },
  },
}));
const queueing = overloaded.map((one) => ({
  ...one,
  latency: { ...one.latency, p99: { lower: 1, upper: 2.5 } },
}));
test('a fleet that misses its objective grows though its capacity is unknown', example, {
  rule: 'capacityUnknown',
  given: { ...noCapacity, recent: overloaded, target: target(9) },
  before: 4,
  after: 14,
  says: 'ObjectiveMissed: p99 is above 250 ms and what one replica carries is not known yet',
});
test('to the double where a queue has built up', example, {
  rule: 'capacityUnknown',
  given: { ...noCapacity, recent: queueing, target: target(9) },
  before: 4,
  after: 18,
  says: 'ObjectiveMissed: p99 is above 250 ms and what one replica carries is not known yet',
});
test('or to what its first load per replica asks for', example, {
  rule: 'capacityUnknown',
  given: { capacity: { ...noCapacity.capacity, firstRps: 40 }, recent: overloaded, target: target(9) },
  before: 4,
  after: 23,
  says:
    'ObjectiveMissed: p99 is above 250 ms and what one replica carries is not known yet; ' +
    'the load is 900 requests/s now, and 40 per replica met the objective at first',
});
test('not while the queue of a smaller fleet is served', example, {
  rule: 'capacityUnknown',
  given: {
    ...noCapacity,
    recent: [{ ...step(900), podsReporting: 6 }, ...overloaded],
    target: target(9),
  },
  before: 4,
  after: 9,
  says: unknownSays,
});
test('load that rises is followed by what each had at first', example, {
  rule: 'capacityUnknown',
  given: { capacity: { ...noCapacity.capacity, firstRps: 75 }, recent: recent(600, 900), target: target(9) },
  before: 4,
  after: 12,
  says:
    'LoadRose: the load is 900 requests/s now, and 75 per replica met the objective at first; ' +
    'what one replica carries is not known yet',
});
test('but for a little', example, {
  rule: 'capacityUnknown',
  given: { capacity: { ...noCapacity.capacity, firstRps: 75 }, recent: recent(600, 660), target: target(9) },
  before: 4,
  after: 9,
  says: unknownSays,
});
test('and waits until what was asked for is Ready', example, {
  rule: 'capacityUnknown',
  given: { ...noCapacity, recent: overloaded, target: target(9, 2) },
  before: 4,
  after: 9,
  says: unknownSays,
});
test('and not on one bad step', example, {
  rule: 'capacityUnknown',
  given: { ...noCapacity, recent: [...recent(900), ...overloaded.slice(1)], target: target(9) },
  before: 4,
  after: 9,
  says: unknownSays,
});
test('and no further when eight times the replicas did not help', example, {
  rule: 'capacityUnknown',
  given: {
    capacity: { ...noCapacity.capacity, missed: { lowestRps: 10, highestRps: 81 } },
    recent: overloaded,
    target: target(9),
  },
  before: 4,
  after: 9,
  says: 'CapacityUnknown: p99 is above 250 ms also with an eighth of the load per replica: more replicas do not help',
});
test('a NaN in the forecast forbids removing', example, {
  rule: 'forecastBroken',
  given: { forecast: forecast(() => ({ p99: Number.NaN })) },
  before: 6,
  after: 10,
  says: 'ForecastUnavailable: 6 would do, but the forecast holds something that is not a number',
});
test('a forecast of a minute ago forbids removing', example, {
  rule: 'forecastBroken',
  given: { forecast: { ...forecast(600), originMs: 0 } },
  before: 6,
  after: 10,
  says: 'ForecastUnavailable: 6 would do, but the forecast is 60 s behind the telemetry',
});
test('a forecast of three steps ago does not', example, {
  rule: 'forecastBroken',
  given: { forecast: { ...forecast(600), originMs: 15_000 } },
  before: 6,
  after: 6,
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
