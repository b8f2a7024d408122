import test from 'ava';
import fc from 'fast-check';
import { VirtualClock } from '../../controller/clock.ts';
import { defaultLimits } from '../../controller/ingest/limits.ts';
import { PodGate } from '../../controller/ingest/pod-gate.ts';

const createGate = (limits: object = {}) => {
  const clock = new VirtualClock(0);
  return { clock, gate: new PodGate({ ...defaultLimits, ...limits }, clock) };
};

test('a pod that exports every 5 s is always let in', (t) => {
  const { gate, clock } = createGate();
  for (let sent = 0; sent < 1000; sent += 1) {
    const passage = gate.enter('uid-1');
    t.is(passage.kind, 'pass');
    if (passage.kind === 'pass') passage.leave();
    clock.advance(5000);
  }
});

test('a pod that comes again when it is told to is let in', (t) => {
  const rates = fc.record({
    burstPerPod: fc.integer({ min: 1, max: 5 }),
    perSecondPerPod: fc.double({ min: 0.1, max: 20, noNaN: true }),
  });
  const property = fc.property(rates, fc.nat(3000), (limits, pauseMs) => {
    const { gate, clock } = createGate({ ...limits, maxInFlightPerPod: 100 });
    for (let sent = 0; sent < limits.burstPerPod; sent += 1) gate.enter('uid-1');
    clock.advance(pauseMs);
    let passage = gate.enter('uid-1');
    while (passage.kind === 'pass') passage = gate.enter('uid-1');
    clock.advance(passage.retryAfterSeconds * 1000);
    t.is(gate.enter('uid-1').kind, 'pass');
  });
  fc.assert(property);
});

test('over any time a pod gets no more than its burst and its rate', (t) => {
  const property = fc.property(fc.array(fc.nat(2000), { maxLength: 60 }), (pausesMs) => {
    const { gate, clock } = createGate({ burstPerPod: 3, perSecondPerPod: 2 });
    let passed = 0;
    for (const pauseMs of pausesMs) {
      const passage = gate.enter('uid-1');
      if (passage.kind === 'pass') {
        passed += 1;
        passage.leave();
      }
      clock.advance(pauseMs);
    }
    t.true(passed <= 3 + (clock.monotonicMs() / 1000) * 2);
  });
  fc.assert(property);
});

test('one pod alone cannot fill the house', (t) => {
  const { gate } = createGate({ maxInFlight: 5, maxInFlightPerPod: 3 });
  const kinds = [1, 2, 3, 4].map(() => gate.enter('uid-1').kind);
  t.deepEqual(kinds, ['pass', 'pass', 'pass', 'too-often']);
  t.deepEqual([gate.enter('uid-2').kind, gate.enter('uid-3').kind], ['pass', 'pass']);
  t.deepEqual(gate.enter('uid-4'), { kind: 'overloaded', retryAfterSeconds: 1 });
  t.is(gate.inFlight, 5);
});

test('a refusal for others costs a pod nothing of its rate', (t) => {
  const { gate } = createGate({ maxInFlight: 1, burstPerPod: 1 });
  const first = gate.enter('uid-1');
  t.is(gate.enter('uid-2').kind, 'overloaded');
  if (first.kind === 'pass') first.leave();
  t.is(gate.enter('uid-2').kind, 'pass');
});
