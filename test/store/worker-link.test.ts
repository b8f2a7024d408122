import test from 'ava';
import { WorkerLink } from '../../controller/store/worker-link.ts';

const settings = { file: 'history.sqlite', retentionMs: 1, mostBytes: undefined };
const script = new URL('./mortal-worker.ts', import.meta.url);
const recall = (workload: string) => ({ kind: 'recall', workload, name: 'capacity' }) as const;

test('a worker that dies fails what waits for it, and the next question starts another', async (t) => {
  const link = new WorkerLink(settings, () => {}, script);
  await link.open();
  t.is(await link.ask(recall('a')), 'a');
  const results = await Promise.allSettled([link.ask(recall('death')), link.ask(recall('b'))]);
  t.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  t.is(await link.ask(recall('c')), 'c');
  t.is(link.restarts, 1);
  await link.ask({ kind: 'close' });
});

test('nothing is asked of a link that is closed', async (t) => {
  const link = new WorkerLink(settings, () => {}, script);
  await link.ask({ kind: 'close' });
  await t.throwsAsync(link.ask(recall('a')), { message: /history.sqlite: is closed/ });
});
