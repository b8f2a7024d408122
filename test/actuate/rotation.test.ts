import test from 'ava';
import fc from 'fast-check';
import { planRotation, type RotationNeed } from '../../controller/actuate/rotation.ts';
import type { Pod } from '../../controller/ports.ts';

const NOW_MS = 1_000_000;
const pod = (name: string, more: Partial<Pod> = {}): Pod => ({
  ...{ uid: name, name, ready: true, terminating: false, createdMs: Number(name), inRotation: true },
  ...more,
});
const { inRotation: _in, ...unlabelled } = pod('0');
const out = (name: string, seconds: number): Pod => ({
  ...unlabelled,
  ...{ uid: name, name, createdMs: Number(name), outSinceMs: NOW_MS - seconds * 1000 },
});
const pods = (count: number, from = 1) => Array.from({ length: count }, (_, n) => pod(String(from + n)));
const plan = (need: Partial<RotationNeed> & Pick<RotationNeed, 'pods' | 'current' | 'wanted'>) => {
  const { out: leave, back, replicas } = planRotation({ nowMs: NOW_MS, holdSeconds: 60, ...need });
  const names = (list: readonly Pod[]) => list.map(({ name }) => name).join(' ');
  return { out: names(leave), back: names(back), replicas };
};

test('what is to go leaves the rotation first, the youngest', (t) => {
  t.deepEqual(plan({ pods: pods(10), current: 10, wanted: 8 }), { out: '10 9', back: '', replicas: 10 });
});

test('it waits, and then it goes', (t) => {
  const waiting = [...pods(8), out('9', 30), out('10', 30)];
  t.deepEqual(plan({ pods: waiting, current: 10, wanted: 8 }), { out: '', back: '', replicas: 10 });
  const due = [...pods(8), out('9', 60), out('10', 60)];
  t.deepEqual(plan({ pods: due, current: 10, wanted: 8 }), { out: '', back: '', replicas: 8 });
});

test('load that falls on and on does not hold up those that left before', (t) => {
  const mixed = [...pods(8), out('9', 70), out('10', 20)];
  t.deepEqual(plan({ pods: mixed, current: 10, wanted: 7 }), { out: '8', back: '', replicas: 9 });
});

test('what is wanted again comes back, the last that left first', (t) => {
  const waiting = [...pods(7), out('8', 40), out('9', 30), out('10', 20)];
  t.deepEqual(plan({ pods: waiting, current: 10, wanted: 9 }), { out: '', back: '9 10', replicas: 10 });
  t.deepEqual(plan({ pods: waiting, current: 10, wanted: 10 }), { out: '', back: '8 9 10', replicas: 10 });
  t.deepEqual(plan({ pods: waiting, current: 10, wanted: 12 }), { out: '', back: '8 9 10', replicas: 12 });
});

test('what the ReplicaSet has yet to remove stays out', (t) => {
  const going = [...pods(8), out('9', 70), out('10', 70)];
  t.deepEqual(plan({ pods: going, current: 8, wanted: 8 }), { out: '', back: '', replicas: 8 });
  t.deepEqual(plan({ pods: going, current: 8, wanted: 7 }), { out: '8', back: '', replicas: 8 });
});

test('one that is not Ready is in no rotation and goes at once; and what is lacking comes back', (t) => {
  const starting = [...pods(8), pod('9', { ready: false }), pod('10', { ready: false })];
  t.deepEqual(plan({ pods: starting, current: 10, wanted: 8 }), { out: '', back: '', replicas: 8 });
  const lacking = [...pods(7), pod('8', { ready: false }), out('9', 30), out('10', 30)];
  t.deepEqual(plan({ pods: lacking, current: 10, wanted: 8 }), { out: '', back: '10', replicas: 9 });
});

test('pods without the label are removed as ever', (t) => {
  const bare = pods(10).map(({ inRotation: _label, ...rest }) => rest);
  t.deepEqual(plan({ pods: bare, current: 10, wanted: 8 }), { out: '', back: '', replicas: 8 });
});

test('during a rollout that wants nothing removed nobody leaves', (t) => {
  t.deepEqual(plan({ pods: pods(13), current: 10, wanted: 10 }), { out: '', back: '', replicas: 10 });
});

const anyPod = fc.record({
  ready: fc.boolean(),
  terminating: fc.boolean(),
  createdMs: fc.integer({ min: 0, max: NOW_MS }),
  place: fc.oneof(
    fc.constant({ inRotation: true as const }),
    fc.constant({}),
    fc.integer({ min: 0, max: NOW_MS }).map((outSinceMs) => ({ outSinceMs })),
  ),
});

test('whatever the pods are: no plan leaves fewer Ready ones in rotation than are wanted, nor asks beyond what is', (t) => {
  const count = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(fc.array(anyPod, { maxLength: 15 }), count, count, (given, current, wanted) => {
      const all: Pod[] = given.map(({ place, ...rest }, n) => ({
        uid: `${n}`,
        name: `${n}`,
        ...rest,
        ...place,
      }));
      const made = planRotation({ pods: all, current, wanted, nowMs: NOW_MS, holdSeconds: 60 });
      const serving = all.filter(
        (one) => one.ready && !one.terminating && one.outSinceMs === undefined,
      ).length;
      const kept = serving - made.out.length;
      t.true(made.out.length === 0 || kept >= wanted);
      t.true(made.out.length === 0 || made.back.length === 0);
      t.true(made.replicas >= Math.min(current, wanted) && made.replicas <= Math.max(current, wanted));
      t.true(wanted <= current || made.replicas === wanted);
    }),
  );
});
