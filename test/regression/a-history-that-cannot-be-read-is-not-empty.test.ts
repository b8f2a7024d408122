import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import { createPipeline } from '../../controller/pipeline.ts';
import { openHistory } from '../../controller/store/history.ts';
import type { Workload } from '../../controller/workload.ts';
import { fakeCluster, readyPods, scalerOf } from '../fakes/cluster.ts';
import { fakeForecaster } from '../fakes/forecaster.ts';
import { fakeHistory } from '../fakes/history.ts';
import { folder } from '../store/folder.ts';

/*
 * A recall that failed was taken for nothing learned: what was learned from then on was stored over what was there, and
 * nobody was told. One that hung held the tick of all workloads, and every decision with it.
 */

const web: Workload = { namespace: 'shop', kind: 'Deployment', name: 'web' };
const key = 'shop/Deployment/web';
const startMs = Date.UTC(2026, 0, 5);
const stored = { starts: [40, 41, 42], orders: [1], counted: [] };

/** A workload whose store says what `answer` does, beside one of which nothing is stored. */
function setUp(answer: () => Promise<void>) {
  const clock = new VirtualClock(startMs);
  const cluster = fakeCluster();
  const history = fakeHistory((atMs) => (atMs < startMs ? 33 : Number.NaN));
  history.remember(key, 'lead-time', stored);
  const { recall } = history;
  history.recall = async (workload, name) => {
    if (workload === key) await answer();
    return recall(workload, name);
  };
  cluster.setScalers([scalerOf(), scalerOf({}, 'other')]);
  for (const name of ['web', 'other']) {
    cluster.setTarget({ ...web, name }, { replicas: 2, ready: 2, starting: 0, resourceVersion: '1' });
  }
  cluster.setPods(web, readyPods(2, startMs - 60_000));
  const said: string[] = [];
  const forecaster = fakeForecaster(() => 100);
  const pipeline = createPipeline({
    ...{ clock, cluster, history, forecaster, stepSeconds: 15, graceMs: 0, historySeconds: 3600 },
    leadership: { current: () => ({ leading: true, epoch: 1, holder: 'a' }) },
    recorder: { decided: () => {}, forgotten: () => {} },
    onUnread: (workload, message) => void said.push(`${workload.name}: ${message}`),
  });
  const decided = async () => {
    clock.advance(15_000);
    return (await pipeline.tick()).map(({ observation }) => observation.workload.name);
  };
  return { clock, history, forecaster, pipeline, said, decided };
}

test('a failed recall is said and tried again; until then nothing is forecast, or stored over what is there', async (t) => {
  let works = false;
  const { history, forecaster, pipeline, said, decided } = setUp(async () => {
    if (!works) throw new Error('disk I/O error');
  });
  t.deepEqual(await decided(), ['web', 'other'], 'the load of the moment decides');
  t.is(pipeline.dossier(web)?.leadTime.starts.length, 2, 'it learns from the pods it sees');
  t.deepEqual(history.remembered.get(`${key} lead-time`), stored);
  t.deepEqual(said, [
    'web: what is stored of the workload cannot be read: disk I/O error; until it can, the load of the moment alone decides',
  ]);
  t.deepEqual(
    forecaster.asked.map(({ workload }) => workload),
    ['shop/Deployment/other'],
  );

  works = true;
  await decided();
  t.deepEqual(pipeline.dossier(web)?.leadTime.starts.slice(0, 3), stored.starts);
  t.is(forecaster.asked.findLast(({ workload }) => workload === key)?.ratesSince(startMs - 60_000)[0], 33);
  t.is(said.length, 1);
});

test('a store that hangs is waited for 2 s once, not at every tick, and holds up no other workload', async (t) => {
  const hanging = Promise.withResolvers<void>();
  const { clock, pipeline, said, decided } = setUp(() => hanging.promise);
  const first = decided();
  await new Promise(setImmediate);
  t.is(pipeline.dossier(web), undefined);
  clock.advance(2_000);
  t.deepEqual(await first, ['web', 'other']);
  t.deepEqual(await decided(), ['web', 'other'], 'without any further wait');
  t.is(said.length, 2);
  t.regex(said[1] ?? '', /the store has not answered within 2 s; until it can/);

  hanging.resolve();
  await new Promise(setImmediate);
  t.deepEqual(pipeline.dossier(web)?.leadTime.starts, stored.starts, 'it is taken in when it comes');
});

test('what could not be read for ten minutes is given up, and the workload begins anew', async (t) => {
  const { history, pipeline, said, decided } = setUp(async () => {
    throw new Error('database disk image is malformed');
  });
  for (let tick = 0; tick < 40; tick++) await decided();
  t.is(pipeline.dossier(web)?.recalled, false);
  await decided();
  t.is(pipeline.dossier(web)?.recalled, true);
  t.regex(said.at(-1) ?? '', /malformed; it begins anew/);
  const count = said.length;
  await decided();
  t.is(said.length, count);
  t.deepEqual(history.remembered.get(`${key} lead-time`), stored, 'unless something new is learned');
});

test('a file that cannot be read rejects, and says why', async (t) => {
  const path = join(await folder(t), 'history.sqlite');
  const history = await openHistory({ path });
  t.teardown(() => history.close());
  const other = new DatabaseSync(path);
  other.exec('DROP TABLE knowledge');
  other.close();
  await t.throwsAsync(history.recall(key, 'capacity'), { message: /no such table: knowledge/ });
  t.is(history.stats().failedReads, 1);
});
