import test from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import { createPipeline } from '../../controller/pipeline.ts';
import type { Workload } from '../../controller/workload.ts';
import { fakeCluster, readyPods, scalerOf } from '../fakes/cluster.ts';
import { fakeForecaster } from '../fakes/forecaster.ts';
import { fakeHistory } from '../fakes/history.ts';

/* What was asked for was remembered only with a write, so what a person set was taken for new at every tick, for ever. */

const web: Workload = { namespace: 'shop', kind: 'Deployment', name: 'web' };
const startMs = Date.UTC(2026, 0, 5);
/** A load that was there before, so that what is foreseen is not held as unheard of. */
const past = (atMs: number) => (atMs < startMs - 600_000 ? 200 : Number.NaN);

test('replicas that a person added are removed again once a stabilisation window has passed', async (t) => {
  const clock = new VirtualClock(startMs);
  const cluster = fakeCluster();
  let rpsAhead = 200;
  const pipeline = createPipeline({
    ...{ clock, cluster, history: fakeHistory(past), forecaster: fakeForecaster(() => rpsAhead) },
    leadership: { current: () => ({ leading: true, epoch: 1, holder: 'a' }) },
    recorder: { decided: () => undefined, forgotten: () => undefined },
    ...{ stepSeconds: 15, graceMs: 0, historySeconds: 3600 },
  });
  const spec = { capacity: { requestsPerSecondPerReplica: 50 }, forecast: { leadSeconds: 30 } };
  cluster.setScalers([scalerOf(spec)]);
  const scaleTo = (replicas: number) => {
    cluster.setTarget(web, { replicas, ready: replicas, starting: 0, resourceVersion: `${replicas}` });
    cluster.setPods(web, readyPods(replicas, startMs - 60_000));
  };
  const play = async (steps: number) => {
    for (let step = 0; step < steps; step++) {
      clock.advance(15_000);
      const atMs = clock.wallMs();
      const value = ((atMs - startMs) / 1000) * 10 + (step % 5); // one that never varies would be a stuck counter
      for (const { uid, name } of cluster.pods(web)) {
        const counter = { kind: 'counter', signal: 'requests', outcome: 'ok' } as const;
        pipeline.receive({
          ...{ workload: web, podUid: uid, podName: name, receivedAtMs: atMs },
          points: [{ ...counter, temporality: 'cumulative', startMs, atMs, value }],
        });
      }
      await pipeline.tick();
    }
  };

  scaleTo(2);
  await play(4);
  t.is(cluster.written.at(-1)?.replicas, 4, 'asked for by this controller: 200 requests/s at 50 each');
  scaleTo(4);
  await play(4);
  scaleTo(15);
  rpsAhead = 150;
  const before = cluster.written.length;
  await play(18);
  t.is(cluster.written.length, before, 'a person asked for 15: they stand for 300 s');
  await play(10);
  t.true((cluster.written[before]?.replicas ?? 15) < 15, 'and not for ever');
});
