import test from 'ava';
import { createPodQueue, DEFAULT_BEHAVIOUR, slowness } from './pod-queue.ts';
import { seededRandom } from './random.ts';

test('a cold pod is slower, evenly less so until it is warm', (t) => {
  const behaviour = { ...DEFAULT_BEHAVIOUR, coldStartSeconds: 10, coldFactor: 3 };
  t.is(slowness(behaviour, 0), 3);
  t.is(slowness(behaviour, 5_000), 2);
  t.is(slowness(behaviour, 10_000), 1);
  t.is(slowness(DEFAULT_BEHAVIOUR, 0), 1);
});

test('so many are served at a time, so many wait, and the rest are turned away', async (t) => {
  const behaviour = { ...DEFAULT_BEHAVIOUR, serviceTimeMs: 5, concurrency: 2, maxQueue: 3 };
  const queue = createPodQueue(behaviour, seededRandom(1), () => performance.now());
  const outcomes = Array.from({ length: 7 }, () => new Promise<boolean>((resolve) => queue.enter(resolve)));
  t.deepEqual(queue.counts(), { served: 0, rejected: 2, inService: 2, waiting: 3 });
  t.deepEqual(await Promise.all(outcomes), [true, true, true, true, true, false, false]);
  t.deepEqual(queue.counts(), { served: 5, rejected: 2, inService: 0, waiting: 0 });
});
