import test from 'ava';
import fc from 'fast-check';
import {
  DEFAULT_BEHAVIOR,
  type HpaSpec,
  type HpaState,
  type HpaView,
  newHpa,
  syncHpa,
} from '../../bench/replay/hpa.ts';
import { metricReplicas, valueReplicas } from '../../bench/replay/hpa-metric.ts';

const spec = { minReplicas: 1, maxReplicas: 100, targetUtilisation: 70 };

function view(pods: number, utilisation: number, more: Partial<HpaView> = {}): HpaView {
  const usage = new Array<number>(pods).fill(utilisation);
  return { nowMs: 0, replicas: pods, usage, unready: 0, missing: 0, ...more };
}

const wants = test.macro({
  exec: (t, given: HpaView, expected: number | undefined) =>
    t.is(metricReplicas(spec.targetUtilisation, given), expected),
  title: (name) => `metric: ${name}`,
});

test('above the target in proportion, rounded up', wants, view(10, 0.9), 13);
test('below the target in proportion, rounded up', wants, view(10, 0.35), 5);
test('10 % above the target is tolerated', wants, view(10, 0.77), 10);
test('just more than 10 % above is not', wants, view(10, 0.78), 12);
test('10 % below the target is tolerated', wants, view(10, 0.63), 10);
test('utilisation is cut to whole percent before it is compared', wants, view(10, 0.779), 10);
test('a target met to the last bit is met', wants, view(10, 0.7), 10);
test(
  'starting pods count as idle while it would go up',
  wants,
  view(10, 0.9, { replicas: 13, unready: 3 }),
  13,
);
test(
  'more than starting pods can take goes up by what is left',
  wants,
  // 10 x 150 % over 13 pods = 115 %; 115 / 70 x 13 = 21.4
  view(10, 1.5, { replicas: 13, unready: 3 }),
  22,
);
test(
  'starting pods are left out while it would go down',
  wants,
  view(10, 0.35, { replicas: 13, unready: 3 }),
  5,
);
test(
  'a missing pod counts as fully used while it would go down',
  wants,
  view(9, 0.4, { replicas: 10, missing: 1 }),
  7,
);
test(
  'a missing pod counts as idle while it would go up',
  wants,
  view(9, 0.9, { replicas: 10, missing: 1 }),
  12,
);
test(
  'missing pods that would turn the direction hold the replicas',
  wants,
  view(5, 0.6, { replicas: 10, missing: 5 }),
  10,
);
test('no metric at all says nothing', wants, view(0, 0, { replicas: 4, unready: 4 }), undefined);

/** Syncs every 15 s with the utilisation that `demand` pods of load give; all pods are Ready at once. */
function run(demands: readonly number[], replicas: number, more: Partial<HpaSpec> = {}): number[] {
  const asked: number[] = [];
  let now: HpaState = newHpa;
  let current = replicas;
  for (const [index, demand] of demands.entries()) {
    const synced = syncHpa({ ...spec, ...more }, now, {
      ...view(current, demand / current),
      nowMs: index * 15_000,
    });
    now = synced.state;
    current = synced.replicas;
    asked.push(current);
  }
  return asked;
}

test('sync: it goes up at once, to at most the larger of 4 pods and twice what is there', (t) => {
  t.deepEqual(run([40, 40, 40, 40, 40], 1), [4, 8, 16, 32, 58]);
});

test('sync: with a behavior it goes up by at most the larger of 4 pods and 100 % per 15 s', (t) => {
  t.deepEqual(run([40, 40, 40, 40], 2, { behavior: DEFAULT_BEHAVIOR }), [6, 12, 24, 48]);
});

test('sync: without a behavior it grows on after a spike to what the spike wanted; with one it stops', (t) => {
  const spike = [7, 35, 7, 7, 7];
  t.deepEqual(run(spike, 10), [10, 20, 40, 50, 50]);
  t.deepEqual(run(spike, 10, { behavior: DEFAULT_BEHAVIOR }), [10, 20, 20, 20, 20]);
});

test('sync: whoever scales to 0 switches it off', (t) => {
  t.is(syncHpa(spec, newHpa, view(0, 0)).replicas, 0);
});

test('an external value counts Ready pods only, and not in whole percent', (t) => {
  t.is(valueReplicas(1.5, 10, 8), 12);
  t.is(valueReplicas(1.1, 10, 8), 10);
  t.is(valueReplicas(1.1001, 10, 10), 12);
});

test('sync: it goes down only when nothing higher was wanted for 300 s', (t) => {
  const asked = run(new Array<number>(25).fill(7), 20);
  t.is(asked[19], 20, 'at 285 s the replicas it found still stand');
  t.is(asked[20], 10, 'at 300 s they no longer do');
});

test('sync: a short peak is held for 300 s after it', (t) => {
  const calm = new Array<number>(24).fill(7);
  const asked = run([...calm, 14, ...calm], 10);
  t.is(asked[24], 20);
  t.is(asked[24 + 19], 20);
  t.is(asked[24 + 20], 10);
});

test('sync: replicas outside its bounds are brought inside whatever the metric says', (t) => {
  const bounded = { ...spec, minReplicas: 3, maxReplicas: 8 };
  t.is(syncHpa(bounded, newHpa, view(12, 0.7)).replicas, 8);
  t.is(syncHpa(bounded, newHpa, view(2, 0.7)).replicas, 3);
  t.is(syncHpa(bounded, newHpa, view(8, 2)).replicas, 8);
});

test('sync: without a metric nothing changes and nothing is remembered as wanted', (t) => {
  const synced = syncHpa(spec, newHpa, view(0, 0, { replicas: 4, unready: 4 }));
  t.is(synced.replicas, 4);
  t.is(synced.state.recommendations.length, 1);
});

test('property: what it asks for is inside its bounds and inside the rate of its policy', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 100 }),
      (demands, replicas) => {
        let before = replicas;
        for (const asked of run(demands, replicas)) {
          if (asked < 1 || asked > 100 || asked > Math.max(before * 2, before + 4)) return false;
          before = asked;
        }
        return true;
      },
    ),
  );
  t.pass();
});
