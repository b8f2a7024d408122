import test from 'ava';
import { actuateScale } from '../../controller/actuate/scale.ts';
import type { Decision } from '../../controller/policy/decision.ts';
import type { Pod, RotationFailure, RotationWrite } from '../../controller/ports.ts';
import { fakeCluster, readyPods, scalerOf } from '../fakes/cluster.ts';
import { observation, target } from '../policy/observations.ts';

const workload = { namespace: 'shop', kind: 'Deployment', name: 'web' };
const NOW_MS = 900_000;

function bench(pods: readonly Pod[], failure?: RotationFailure) {
  const cluster = fakeCluster();
  const turned: RotationWrite[] = [];
  cluster.setTarget(workload, target(pods.length));
  cluster.setPods(workload, pods);
  const scaler = scalerOf({ behavior: { scaleDown: { rotationSeconds: 60 } } });
  const rotating = {
    ...cluster,
    rotate: async (write: RotationWrite) => {
      turned.push(write);
      return failure;
    },
  };
  const act = (replicas: number, leading = true) => {
    const seen = observation({ workload, spec: scaler.spec, wallMs: NOW_MS, target: target(pods.length) });
    const decision: Decision = {
      ...{ replicas, recommended: replicas, act: replicas !== pods.length, reason: 'ForecastDemand' },
      ...{ message: 'm', trace: [], memory: seen.memory },
    };
    const leadership = { current: () => ({ leading, epoch: 3, holder: 'a' }) };
    return actuateScale(scaler, seen, decision, rotating, leadership);
  };
  return { cluster, turned, act };
}
const labelled = readyPods(10).map((pod): Pod => ({ ...pod, inRotation: true }));
const withOut = (seconds: number) =>
  readyPods(10).map(
    (pod, n): Pod => ({
      ...pod,
      ...(n < 8 ? { inRotation: true } : { outSinceMs: NOW_MS - seconds * 1000 }),
    }),
  );

test('a scale-down is held while its pods leave the rotation', async (t) => {
  const { cluster, turned, act } = bench(labelled);
  t.deepEqual(await act(8), {
    kind: 'held',
    message: '2 of 10 pods leave the rotation for 60 s before they are removed',
  });
  t.is(turned[0]?.out.length, 2);
  t.is(turned[0]?.epoch, 3);
  t.is(cluster.written.length, 0);
});

test('it is written once they were out for long enough', async (t) => {
  const { cluster, turned, act } = bench(withOut(60));
  t.deepEqual(await act(8), { kind: 'written', replicas: 8 });
  t.is(turned.length, 0);
  t.is(cluster.written.length, 1);
});

test('they come back when they are wanted again, though nothing is written', async (t) => {
  const { cluster, turned, act } = bench(withOut(30));
  t.is(await act(10), undefined);
  t.is(turned[0]?.back.length, 2);
  t.is(cluster.written.length, 0);
});

test('where the pods may not be changed nothing is removed, and more is written all the same', async (t) => {
  const failure = { kind: 'refused', reason: 'ScaleRefused', message: 'may not' } as const;
  t.deepEqual(await bench(labelled, failure).act(8), failure);
  t.deepEqual(await bench(withOut(30), failure).act(12), { kind: 'written', replicas: 12 });
});

test('a follower turns nothing', async (t) => {
  const { turned, act } = bench(labelled);
  t.is(await act(8, false), undefined);
  t.is(turned.length, 0);
});
