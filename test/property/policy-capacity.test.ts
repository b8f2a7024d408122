import test from 'ava';
import fc from 'fast-check';
import {
  type CapacityState,
  capacityOf,
  initialCapacity,
  learnCapacity,
} from '../../controller/policy/capacity.ts';
import type { Evidence } from '../../controller/policy/evidence.ts';
import { spec, step } from '../policy/observations.ts';

const { objective } = spec();

function evidence(rps: number, ready: number, missed: boolean, starting = 0): Evidence {
  const p99 = missed ? { lower: 0.25, upper: 0.5 } : { lower: 0.1, upper: 0.25 };
  return { step: { ...step(rps), latency: { p50: p99, p95: p99, p99 } }, ready, starting, objective };
}

const served = fc.record({
  rps: fc.double({ min: 0, max: 5000, noNaN: true }),
  ready: fc.integer({ min: 0, max: 50 }),
  starting: fc.constantFrom(0, 0, 0, 2),
});

const bound = (state: CapacityState) => capacityOf(state, spec()).rpsPerReplica;

function learnAll(steps: readonly Evidence[], from = initialCapacity()): CapacityState {
  return steps.reduce(learnCapacity, from);
}

test('never above the highest rate that was seen good, where the replicas were not seen idle', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(served, fc.boolean()), { maxLength: 150 }), (steps) => {
      const all = steps.map(([{ rps, ready, starting }, missed]) => evidence(rps, ready, missed, starting));
      const good = steps
        .filter(([, missed]) => !missed)
        .map(([{ rps, ready }]) => (ready > 0 ? rps / ready : 0));
      const rpsPerReplica = bound(learnAll(all));
      return Number.isNaN(rpsPerReplica) || rpsPerReplica <= Math.max(...good) + 1e-9;
    }),
  );
  t.pass();
});

test('never more than a quarter above it, or where what is inside, 100 ms each, keeps a replica 70 % busy', (t) => {
  fc.assert(
    fc.property(fc.array(served, { minLength: 30, maxLength: 150 }), (steps) => {
      const roomy = steps.map(({ rps, ready }) => {
        const told = evidence(rps, ready, false);
        const p99 = { lower: 0, upper: 0.1 };
        return { ...told, step: { ...told.step, latency: { p50: p99, p95: p99, p99 } } };
      });
      const rates = steps.map(({ rps, ready }) => (ready > 0 ? rps / ready : 0));
      const rpsPerReplica = bound(learnAll(roomy));
      return Number.isNaN(rpsPerReplica) || rpsPerReplica <= Math.max(1.25 * Math.max(...rates), 7);
    }),
  );
  t.pass();
});

test('no spiral: good steps never lower the bound, however few requests each replica gets', (t) => {
  const history = fc.array(fc.tuple(served, fc.boolean()), { minLength: 40, maxLength: 150 });
  const after = fc.array(served, { maxLength: 100 });
  fc.assert(
    fc.property(history, after, (steps, good) => {
      let state = learnAll(steps.map(([{ rps, ready }, missed]) => evidence(rps, ready, missed)));
      return good.every(({ rps, ready, starting }) => {
        const before = state.boundRps ?? 0;
        state = learnCapacity(state, evidence(rps, ready, false, starting));
        return (state.boundRps ?? 0) >= before;
      });
    }),
  );
  t.pass();
});

test('no spiral: a fleet that follows its own bound settles, it does not run away to nothing', (t) => {
  const world = fc.record({
    truth: fc.double({ min: 10, max: 200, noNaN: true }),
    demand: fc.double({ min: 500, max: 20_000, noNaN: true }),
  });
  fc.assert(
    fc.property(world, ({ truth, demand }) => {
      let ready = Math.max(1, Math.ceil(demand / truth));
      let state = learnAll(Array.from({ length: 40 }, () => evidence(demand, ready, false)));
      const first = bound(state);
      for (let at = 0; at < 500; at += 1) {
        const rps = demand * (1 + 0.1 * Math.sin(at / 7));
        state = learnCapacity(state, evidence(rps, ready, rps / ready > truth));
        ready = Math.max(1, Math.ceil(demand / bound(state)));
      }
      return bound(state) >= 0.8 * first && bound(state) <= truth;
    }),
  );
  t.pass();
});

test('no spiral: an hour of a broken dependency, missed at any load, leaves a third of what was carried', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 10, max: 200, noNaN: true }),
      fc.integer({ min: 1, max: 240 }),
      (rate, missed) => {
        let state = learnAll(Array.from({ length: 60 }, () => evidence(rate * 10, 10, false)));
        const before = bound(state);
        let ready = 10;
        for (let at = 0; at < missed; at += 1) {
          state = learnCapacity(state, evidence(rate * 10, ready, true));
          ready = Math.ceil((rate * 10) / bound(state));
        }
        return bound(state) >= before / 3;
      },
    ),
  );
  t.pass();
});

test('pure: the state and the evidence are not changed, and remembering it as JSON changes nothing', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(served, fc.boolean()), { maxLength: 60 }), (steps) => {
      const all = steps.map(([{ rps, ready, starting }, missed]) => evidence(rps, ready, missed, starting));
      let remembered = initialCapacity();
      for (const one of all) {
        remembered = initialCapacity(
          JSON.parse(JSON.stringify(learnCapacity(Object.freeze(remembered), one))),
        );
      }
      t.deepEqual(remembered, learnAll(all));
    }),
  );
});
