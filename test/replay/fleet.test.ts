import test from 'ava';
import { Fleet } from '../../bench/replay/fleet.ts';

test('the first pods are Ready, later ones after their start-up', (t) => {
  const fleet = new Fleet(2, 90, 1_000_000);
  t.is(fleet.ready(1_000_000), 2);
  fleet.resize(5, 1_000_000);
  t.is(fleet.replicas, 5);
  t.is(fleet.ready(1_089_999), 2);
  t.is(fleet.ready(1_090_000), 5);
});

test('scaling down takes starting pods first, then the youngest', (t) => {
  const fleet = new Fleet(2, 90, 0);
  fleet.resize(3, 0);
  fleet.resize(5, 60_000);
  fleet.resize(4, 70_000);
  t.deepEqual(
    fleet.pods().map((pod) => pod.ordinal),
    [0, 1, 2, 3],
  );
  fleet.resize(2, 70_000);
  t.is(fleet.ready(70_000), 2, 'both starting ones went before any that is Ready');
  fleet.resize(1, 70_000);
  t.deepEqual(
    fleet.pods().map((pod) => pod.ordinal),
    [0],
  );
});

test('a pod asked for again starts anew and is not one that was removed', (t) => {
  const fleet = new Fleet(1, 90, 0);
  fleet.resize(2, 0);
  fleet.resize(1, 60_000);
  fleet.resize(2, 75_000);
  t.is(fleet.ready(90_000), 1);
  t.is(fleet.ready(165_000), 2);
  t.is(fleet.pods()[1]?.ordinal, 2);
});

test('replicas must be a whole number', (t) => {
  const fleet = new Fleet(1, 90, 0);
  for (const replicas of [-1, 1.5, Number.NaN]) {
    t.throws(() => fleet.resize(replicas, 0), { message: /must be a whole number/ });
  }
});
