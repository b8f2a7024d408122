import test from 'ava';
import fc from 'fast-check';
import { REMOVALS, withLearnedRemoval } from '../../bench/learn/learned-removal.ts';
import { REMOVAL_STATES, removalState } from '../../bench/learn/removal-state.ts';
import { removalTable } from '../../bench/replay/scalers/q-learning.ts';
import { decide } from '../../controller/policy/decide.ts';
import { assess } from '../../controller/policy/situation.ts';
import { forecast, observation, recent, spec, target } from '../policy/observations.ts';

/** 20 replicas of 75 requests/s; the loads are in replicas. */
function seen(now: number, ahead: { readonly p50: number; readonly p90: number; readonly p95: number }) {
  const rps = (replicas: number) => replicas * 75;
  const quantiles = { p50: rps(ahead.p50), p90: rps(ahead.p90), p95: rps(ahead.p95), p99: rps(ahead.p95) };
  return observation({
    spec: spec({ forecast: { mayScaleDown: true }, maxReplicas: 100 }),
    target: target(20),
    recent: recent(rps(now), rps(now), rps(now), rps(now)),
    forecast: forecast(() => quantiles),
    boldness: { probability: 0.5, source: 'learned', hotShare: 0, steps: 5000 },
  });
}

test('a state is what is known of the need, of soon, of the worst, and of the trend', (t) => {
  // p75 is 0.431 of the way from p50 to p90 in -ln(1 - p): 14.7 + 0.431 x 4.177 = 16.5
  const input = seen(15, { p50: 14.7, p90: 18.88, p95: 19 });
  const situation = assess(input, target(20));
  t.is(removalState(situation, 15), ((3 * 6 + 2) * 6 + 2) * 3 + 1);
});

test('without a forecast there is no state, and payback decides as always', (t) => {
  const { forecast: _, ...without } = seen(5, { p50: 5, p90: 5, p95: 5 });
  const input = { ...without, forecast: undefined };
  t.is(removalState(assess(input, target(20)), 5), undefined);
  t.is(
    decide(
      input,
      withLearnedRemoval(() => 'none'),
    ).replicas,
    decide(input).replicas,
  );
});

test('what was learned removes none, half or all of what is too many', (t) => {
  const input = seen(5, { p50: 5, p90: 5, p95: 5 });
  const asked = REMOVALS.map(
    (removal) =>
      decide(
        input,
        withLearnedRemoval(() => removal),
      ).replicas,
  );
  t.deepEqual(asked, [20, 13, 5]);
});

test('whatever it has learned, every guardrail stands: never fewer than the load of this moment needs, nor than the minimum', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 60, noNaN: true }),
      fc.double({ min: 0, max: 60, noNaN: true }),
      fc.constantFrom(...REMOVALS),
      (now, p50, removal) => {
        const input = seen(now, { p50, p90: p50 * 1.1, p95: p50 * 1.2 });
        const { replicas } = decide(
          input,
          withLearnedRemoval(() => removal),
        );
        t.true(replicas >= Math.max(2, Math.ceil(now - 1e-6)));
      },
    ),
  );
});

test('states are numbers below their count, whatever the load is', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 60, noNaN: true }),
      fc.double({ min: 0, max: 60, noNaN: true }),
      fc.double({ min: 0, max: 60, noNaN: true }),
      (now, p50, need) => {
        const state = removalState(assess(seen(now, { p50, p90: p50, p95: p50 }), target(20)), need);
        t.true(state !== undefined && Number.isInteger(state) && state >= 0 && state < REMOVAL_STATES);
      },
    ),
  );
});

test('a table of another size is refused, and the text says how one is made', (t) => {
  t.is(removalTable('1'.repeat(REMOVAL_STATES)).length, REMOVAL_STATES);
  t.throws(() => removalTable('12'), {
    message: /must have 648 digits of 0, 1 and 2; npm run bench:learn makes it/,
  });
});
