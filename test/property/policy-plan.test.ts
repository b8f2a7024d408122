import test from 'ava';
import fc from 'fast-check';
import { decide } from '../../controller/policy/decide.ts';
import type { Observation, Target } from '../../controller/policy/observation.ts';
import { issued } from '../../controller/policy/plan.ts';
import { says } from '../../controller/policy/rule.ts';
import { anomaly } from '../../controller/policy/rules/anomaly.ts';
import { assess } from '../../controller/policy/situation.ts';
import { hostile, sane } from './observations.ts';

type Sighted = Observation & { readonly target: Target };

/** A plan is held, or none is; it is approved, or it is not. */
const planned = <Seen extends Observation>(base: fc.Arbitrary<Seen>): fc.Arbitrary<Seen> =>
  fc
    .tuple(base, fc.constantFrom('none', 'held', 'approved'), fc.integer({ min: 1, max: 300 }))
    .map(([seen, state, to]) => {
      if (state === 'none') return seen;
      const plan = issued({ ...seen, nowMs: 9_900_000, wallMs: 9_900_000 }, 1, to);
      const approvals =
        state === 'approved' ? [{ planHash: plan.hash, by: 'ana', expiresMs: seen.wallMs + 1 }] : [];
      return { ...seen, approvals, memory: { ...seen.memory, plan } };
    });

const numbers = fc.integer({ min: 0, max: 2000 });
const ruled = (seen: Sighted, before: number) =>
  anomaly.apply(assess(seen, seen.target), says(before, 'ForecastDemand', 'x')).replicas;

test('monotone: a higher number in never gives a lower number out', (t) => {
  fc.assert(
    fc.property(planned(sane), numbers, numbers, (seen, a, b) => {
      return ruled(seen, Math.min(a, b)) <= ruled(seen, Math.max(a, b));
    }),
    { numRuns: 5000 },
  );
  t.pass();
});

test('it only lowers, and never below what is there, what the load of this moment needs, or minReplicas', (t) => {
  fc.assert(
    fc.property(planned(sane), numbers, (seen, before) => {
      const after = ruled(seen, before);
      const rates = seen.recent.slice(-2).map(({ rps }) => rps);
      const now = Math.ceil(Math.max(...rates) / seen.capacity.rpsPerReplica - 1e-6);
      const least = Math.max(seen.target.replicas, now, seen.spec.minReplicas);
      return after <= before && after >= Math.min(before, least);
    }),
    { numRuns: 5000 },
  );
  t.pass();
});

test('an approval never gives fewer replicas', (t) => {
  fc.assert(
    fc.property(planned(sane), numbers, (seen, before) => {
      return ruled(seen, before) >= ruled({ ...seen, approvals: [] }, before);
    }),
    { numRuns: 5000 },
  );
  t.pass();
});

test('a higher load of the past never gives fewer replicas', (t) => {
  fc.assert(
    fc.property(
      planned(sane),
      numbers,
      fc.double({ min: 0, max: 5000, noNaN: true }),
      (seen, before, more) => {
        const { rps = 0, days = 1 } = seen.highWater ?? {};
        if (!Number.isFinite(rps)) return true;
        return ruled({ ...seen, highWater: { rps: rps + more, days } }, before) >= ruled(seen, before);
      },
    ),
    { numRuns: 5000 },
  );
  t.pass();
});

test('whatever was observed: a plan that is remembered asks for more than is there, and can be told', (t) => {
  fc.assert(
    fc.property(planned(hostile), (seen) => {
      const { memory } = decide(seen);
      if (seen.target === undefined || memory.plan === undefined) return true;
      const { hash, to, expiresAtMs } = memory.plan;
      return (
        to > seen.target.replicas && hash.length === 16 && !Number.isNaN(new Date(expiresAtMs).getTime())
      );
    }),
    { numRuns: 5000 },
  );
  t.pass();
});

test('held, then approved, then done: an approval is used at most once', (t) => {
  fc.assert(
    fc.property(sane, (given) => {
      const spec = { ...given.spec, mode: 'Automatic' as const, paused: false };
      const seen = { ...given, spec };
      const first = decide(seen).memory;
      if (first.plan === undefined) return true;
      const { hash, to } = first.plan;
      const approvals = [{ planHash: hash, by: 'ana', expiresMs: seen.wallMs + 1e6 }];
      const reached = { ...seen.target, replicas: to };
      const used = decide({ ...seen, approvals, memory: first, target: reached }).memory;
      const again = decide({ ...seen, approvals, memory: used, wallMs: seen.wallMs + 15_000 });
      return used.plan === undefined && again.memory.plan?.hash !== hash;
    }),
    { numRuns: 3000 },
  );
  t.pass();
});
