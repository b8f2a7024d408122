import test from 'ava';
import { decide } from '../../controller/policy/decide.ts';
import { growthOf, leadingSignal, needOf } from '../../controller/policy/signal.ts';
import { forecast, observation, target } from './observations.ts';
import { cpu, missing } from './signals.ts';

const replicas = (reading: Parameters<typeof needOf>[0], growth = 1) =>
  needOf(reading, 10, growth, 15).replicas;

test('the example: 7.65 cores of 9 pods are within 10 % of 10 replicas, unless the rate is about to grow', (t) => {
  const reading = cpu({ atLeast: 7.65, podsReporting: 9 });
  t.is(replicas(reading), 10);
  t.is(replicas(reading, 1.4), 16);
});

test('silent pods count nothing when it adds, and the whole target when it removes', (t) => {
  t.is(replicas(cpu({ atLeast: 8.4, podsReporting: 6 })), 12);
  t.is(replicas(cpu({ atLeast: 3.5, podsReporting: 10 })), 5);
  t.is(replicas(cpu({ atLeast: 3.5, podsReporting: 8 })), 7);
});

test('a signal of fewer than half of the pods adds and does not agree to a removal', (t) => {
  const few = needOf(cpu({ atLeast: 0.7, podsReporting: 4 }), 10, 1, 15);
  t.deepEqual([few.fresh, few.replicas], [false, 10]);
  t.is(replicas(cpu({ atLeast: 14, podsReporting: 4 })), 20);
});

test('what is not known asks for nothing and is not fresh', (t) => {
  for (const reading of [
    missing(),
    cpu({ ageSeconds: 46 }),
    cpu({ ageSeconds: Number.NaN }),
    cpu({ perReplica: Number.NaN }),
    cpu({ perReplica: 0 }),
    cpu({ atLeast: -1 }),
    cpu({ atLeast: Number.POSITIVE_INFINITY }),
  ]) {
    const { fresh, replicas: asked } = needOf(reading, 10, 1, 15);
    t.deepEqual([fresh, asked], [false, 0]);
  }
});

test('only what requests carry grows with their forecast', (t) => {
  t.is(replicas(cpu(), 2), 20);
  t.is(replicas(cpu({ type: 'InFlight' }), 2), 20);
  t.is(replicas(cpu({ type: 'Memory' }), 2), 10);
  t.is(replicas(cpu({ type: 'QueueDepth' }), 2), 10);
  t.is(growthOf(100, 150), 1.5);
  t.is(growthOf(100, 50), 1);
  t.is(growthOf(100, 5000), 3);
  t.is(growthOf(0, 50), 3);
  t.is(growthOf(Number.NaN, 50), 1);
  t.is(growthOf(100, Number.NaN), 1);
});

test('the largest need wins and is named in message, decision and trace', (t) => {
  const queue = cpu({
    type: 'QueueDepth',
    name: 'QueueDepth',
    unit: 'requests waiting',
    atLeast: 60,
    perReplica: 4,
  });
  const decision = decide(observation({ signals: [cpu({ atLeast: 8.4 }), queue] }));
  t.is(decision.replicas, 15);
  t.is(decision.signal, 'QueueDepth');
  t.is(decision.reason, 'SignalDemand');
  t.is(decision.message, '15 replicas: QueueDepth is 60 requests waiting in all, one replica may have 4');
  t.true(decision.trace.some(({ rule, speaks }) => rule === 'signalDemand' && speaks));
});

test('where the request rate asks for most, it is named', (t) => {
  const { signal, replicas: asked } = decide(
    observation({ signals: [cpu({ atLeast: 3 })], forecast: forecast(1200) }),
  );
  t.is(signal, 'RequestRate');
  t.is(asked, 16);
  t.is(leadingSignal([], []), 'RequestRate');
});

test('CPU grows with the forecast of requests before it is used', (t) => {
  const { replicas: asked, message } = decide(
    observation({
      signals: [cpu({ atLeast: 7 })],
      forecast: forecast((steps) => (steps > 1 ? { p50: 1200 } : { p50: 600 })),
      capacity: { rpsPerReplica: 1000, source: 'pinned', evidence: 0 },
    }),
  );
  t.is(asked, 20);
  t.regex(message, /growing with the forecast/);
});

test('a signal adds also while the rate is missing or a replica’s capacity unknown', (t) => {
  const busy = [cpu({ atLeast: 14 })];
  t.is(decide(observation({ signals: busy, telemetryAgeSeconds: 100 })).replicas, 20);
  const capacity = { rpsPerReplica: Number.NaN, source: 'unknown', evidence: 0 } as const;
  t.is(decide(observation({ signals: busy, capacity })).replicas, 20);
});

test('removing needs the word of every signal', (t) => {
  const idle = { target: target(20), spec: observation().spec };
  const down = { ...idle, spec: { ...idle.spec, forecast: { mayScaleDown: true } } };
  t.is(decide(observation(down)).replicas, 8);
  t.is(decide(observation({ ...down, signals: [cpu({ atLeast: 2 })] })).replicas, 8);
  t.is(decide(observation({ ...down, signals: [cpu({ atLeast: 7 })] })).replicas, 10);
  const held = decide(observation({ ...down, signals: [cpu({ atLeast: 2 }), missing({ fault: 'no API' })] }));
  t.is(held.replicas, 20);
  t.is(held.reason, 'SignalMissing');
  t.is(held.message, '20 replicas: 8 would do, but CPU is missing: no API');
});
