import test from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import { createPipeline } from '../../controller/pipeline.ts';
import { coldPods } from '../../controller/policy/evidence.ts';
import type { Workload } from '../../controller/workload.ts';
import { fakeCluster, readyPods, scalerOf } from '../fakes/cluster.ts';
import { fakeForecaster } from '../fakes/forecaster.ts';
import { fakeHistory } from '../fakes/history.ts';

/* A rollout swaps pods one by one: as many are Ready as before, and the slow first requests of each were misses. */

const web: Workload = { namespace: 'shop', kind: 'Deployment', name: 'web' };
const startMs = Date.UTC(2026, 0, 5);
const stepMs = 15_000;
const boundsSeconds = [0.05, 0.25, 1];

function setUp() {
  const clock = new VirtualClock(startMs);
  const cluster = fakeCluster();
  cluster.setScalers([scalerOf()]);
  cluster.setTarget(web, { replicas: 4, ready: 4, starting: 0, resourceVersion: '1' });
  cluster.setPods(web, readyPods(4, startMs - 3_600_000));
  const pipeline = createPipeline({
    ...{ clock, cluster, history: fakeHistory(), forecaster: fakeForecaster(() => 160) },
    leadership: { current: () => ({ leading: false, epoch: 1, holder: 'b' }) },
    recorder: { decided: () => undefined, forgotten: () => undefined },
    ...{ stepSeconds: 15, graceMs: 0, historySeconds: 3600 },
  });
  const counts = [0, 0, 0, 0];
  /** 40 requests/s on each pod, all of them in one bucket of latency. */
  const play = async (
    steps: number,
    bucket: number,
    beforeStep: (step: number) => void = () => undefined,
  ) => {
    for (let step = 0; step < steps; step++) {
      clock.advance(stepMs);
      beforeStep(step);
      counts[bucket] = (counts[bucket] ?? 0) + 600 + (step % 5);
      const atMs = clock.wallMs();
      const value = counts.reduce((sum, count) => sum + count, 0);
      for (const { uid, name } of cluster.pods(web)) {
        const stamps = { temporality: 'cumulative', startMs, atMs } as const;
        pipeline.receive({
          ...{ workload: web, podUid: uid, podName: name, receivedAtMs: atMs },
          points: [
            { ...stamps, kind: 'counter', signal: 'requests', outcome: 'ok', value },
            { ...stamps, kind: 'histogram', signal: 'duration', boundsSeconds, counts: [...counts] },
          ],
        });
      }
      await pipeline.tick();
    }
  };
  const capacity = () => pipeline.dossier(web)?.capacity.boundRps ?? Number.NaN;
  return { clock, cluster, play, capacity };
}

test('the cold starts of a rollout do not lower what a replica is known to carry', async (t) => {
  const { clock, cluster, play, capacity } = setUp();
  await play(60, 1);
  const before = capacity();
  t.true(before > 38, `${before} is learned`);
  await play(12, 2, (step) => {
    if (step % 3 !== 0) return;
    const swapped = step / 3;
    const pods = cluster
      .pods(web)
      .map((pod, at) => (at === swapped ? { ...pod, readyMs: clock.wallMs() } : pod));
    cluster.setPods(web, pods);
  });
  t.is(capacity(), before);
});

test('misses of a settled fleet lower it', async (t) => {
  const { play, capacity } = setUp();
  await play(60, 1);
  const before = capacity();
  await play(12, 2);
  t.true(capacity() < before);
});

test('nothing is learned from a fleet that is known from an old view of the cluster only', async (t) => {
  const { cluster, play, capacity } = setUp();
  await play(60, 1);
  const before = capacity();
  cluster.staleFor = 61;
  await play(12, 2);
  t.is(capacity(), before);
});

test('a pod is cold for three steps after it became Ready', (t) => {
  const [pod] = readyPods(1, 0, 10_000);
  if (pod === undefined) throw new Error('a pod is there');
  const { readyMs: _ready, ...unknown } = pod;
  t.is(coldPods([pod, unknown, { ...pod, ready: false }], 50_000, 15), 1);
  t.is(coldPods([pod], 55_000, 15), 0);
});
