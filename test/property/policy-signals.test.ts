import test from 'ava';
import fc from 'fast-check';
import { decide } from '../../controller/policy/decide.ts';
import type { SignalReading } from '../../controller/policy/signal.ts';
import { WorkloadGauges } from '../../controller/series/gauges.ts';
import { cpu, missing } from '../policy/signals.ts';
import { hostile, sane } from './observations.ts';

const runs = { numRuns: 2000 };
const types = fc.constantFrom('CPU', 'Memory', 'InFlight', 'QueueDepth', 'Otlp', 'External');
const broken = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1);
const amount = fc.double({ min: 0, max: 100, noNaN: true });

const readings: fc.Arbitrary<readonly SignalReading[]> = fc.array(
  fc
    .record({
      type: types as fc.Arbitrary<SignalReading['type']>,
      atLeast: fc.oneof({ weight: 5, arbitrary: amount }, broken),
      perReplica: fc.oneof({ weight: 5, arbitrary: fc.double({ min: 0.1, max: 50, noNaN: true }) }, broken),
      ageSeconds: fc.oneof({ weight: 5, arbitrary: fc.double({ min: 0, max: 60, noNaN: true }) }, broken),
      podsReporting: fc.nat(20),
      podsExpected: fc.nat(20),
    })
    .map((given) => cpu({ ...given, name: given.type })),
  { maxLength: 5 },
);

const wordOf = (seen: Parameters<typeof decide>[0]) => decide(seen).recommended;

test('more signals never ask for fewer replicas than each of them alone', (t) => {
  fc.assert(
    fc.property(hostile, readings, (seen, signals) => {
      const together = wordOf({ ...seen, signals });
      const alone = signals.map((signal) => wordOf({ ...seen, signals: [signal] }));
      return together >= Math.max(wordOf(seen), ...alone);
    }),
    runs,
  );
  t.pass();
});

test('a signal that goes missing never removes a replica', (t) => {
  fc.assert(
    fc.property(hostile, readings, fc.nat(4), (seen, signals, at) => {
      const without = signals.map((signal, other) =>
        other === at ? missing({ type: signal.type }) : signal,
      );
      if (at >= signals.length || seen.target === undefined) return true;
      const decision = decide({ ...seen, signals: without });
      const { minReplicas, maxReplicas } = seen.spec;
      const least = Math.min(maxReplicas, Math.max(minReplicas, seen.target.replicas));
      return !decision.act || decision.replicas >= least;
    }),
    runs,
  );
  t.pass();
});

test('missing is not zero: a signal at zero may remove, a missing one may not', (t) => {
  let differs = 0;
  fc.assert(
    fc.property(sane, (seen) => {
      const zero = wordOf({ ...seen, signals: [cpu({ atLeast: 0 })] });
      const gone = wordOf({ ...seen, signals: [missing()] });
      if (gone !== zero) differs++;
      return gone >= zero;
    }),
    runs,
  );
  t.true(differs > 0);
});

test('more of a signal never gives fewer replicas', (t) => {
  fc.assert(
    fc.property(hostile, readings, fc.double({ min: 1, max: 5, noNaN: true }), (seen, signals, factor) => {
      const more = signals.map((one) => ({
        ...one,
        atLeast: one.atLeast * factor,
        atMost: one.atMost * factor,
      }));
      return wordOf({ ...seen, signals: more }) >= wordOf({ ...seen, signals });
    }),
    runs,
  );
  t.pass();
});

test('without spec.signals, and with none in it, decisions are the same to the last word', (t) => {
  fc.assert(
    fc.property(hostile, (seen) => {
      const { signals: _none, ...plain } = seen;
      return JSON.stringify(decide(plain)) === JSON.stringify(decide({ ...plain, signals: [] }));
    }),
    runs,
  );
  t.pass();
});

test('one pod of n moves the total by no more than ten times the middle of the others, whatever it says', (t) => {
  const pods = fc.array(fc.double({ min: 1, max: 100, noNaN: true }), { minLength: 4, maxLength: 30 });
  const liar = fc.double({ min: 0, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(pods, liar, (values, lie) => {
      const total = (all: readonly number[]) => {
        const gauges = new WorkloadGauges();
        gauges.close(
          15_000,
          all.map((value) => new Map([['inflight', value]])),
          all.length,
        );
        return gauges.read('inflight')?.total ?? Number.NaN;
      };
      const ascending = [...values].sort((a, b) => a - b);
      const middle = ascending[Math.floor(values.length / 2)] ?? 0;
      const honest = values.reduce((sum, value) => sum + value, 0);
      return total([...values, lie]) <= honest + 10 * middle + 1e-6;
    }),
    runs,
  );
  t.pass();
});
