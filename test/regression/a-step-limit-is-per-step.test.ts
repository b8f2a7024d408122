import test from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import { createPipeline } from '../../controller/pipeline.ts';
import type { Workload } from '../../controller/workload.ts';
import { fakeCluster, readyPods, scalerOf } from '../fakes/cluster.ts';
import { fakeForecaster } from '../fakes/forecaster.ts';
import { fakeHistory } from '../fakes/history.ts';

/* A write is seen by the watch and decided upon at once, so behavior's steps followed one another within milliseconds. */

const web: Workload = { namespace: 'shop', kind: 'Deployment', name: 'web' };
const startMs = Date.UTC(2026, 0, 5);
/** A load that was there before, so that what is foreseen is not held as unheard of. */
const past = (atMs: number) => (atMs < startMs - 600_000 ? 400 : Number.NaN);

test('what one step may add is not added again because the write itself was seen', async (t) => {
  const clock = new VirtualClock(startMs);
  const cluster = fakeCluster();
  const pipeline = createPipeline({
    ...{ clock, cluster, history: fakeHistory(past), forecaster: fakeForecaster(() => 400) },
    leadership: { current: () => ({ leading: true, epoch: 1, holder: 'a' }) },
    recorder: { decided: () => undefined, forgotten: () => undefined },
    ...{ stepSeconds: 15, graceMs: 0, historySeconds: 3600 },
  });
  cluster.setScalers([
    scalerOf({
      capacity: { requestsPerSecondPerReplica: 50 },
      behavior: { scaleUp: { maxReplicas: 1 } },
    }),
  ]);
  cluster.setTarget(web, { replicas: 2, ready: 2, starting: 0, resourceVersion: '1' });
  cluster.setPods(web, readyPods(2, startMs - 60_000));
  const play = async () => {
    clock.advance(15_000);
    const atMs = clock.wallMs();
    for (const { uid, name } of cluster.pods(web)) {
      const counter = { kind: 'counter', signal: 'requests', outcome: 'ok' } as const;
      pipeline.receive({
        ...{ workload: web, podUid: uid, podName: name, receivedAtMs: atMs },
        points: [{ ...counter, temporality: 'cumulative', startMs, atMs, value: (atMs - startMs) / 50 }],
      });
    }
    await pipeline.tick();
    for (let seen = 0; seen < 5; seen++) await pipeline.reconcile(web);
  };
  await play();
  t.deepEqual(
    cluster.written.map(({ replicas }) => replicas),
    [3],
    '8 are needed, one is added',
  );
  await play();
  await play();
  t.deepEqual(
    cluster.written.map(({ replicas }) => replicas),
    [3, 4, 5],
    'and one more at each step',
  );
});
