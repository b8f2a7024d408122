import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CellOutcome } from './cell.ts';
import type { Run } from './play.ts';

/** Plays all runs in their order, as many at a time as there are processors. */
export async function playAll(
  runs: readonly Run[],
  played: (run: Run, outcomes: readonly CellOutcome[]) => void,
): Promise<void> {
  const left = [...runs];
  const lane = async () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    try {
      for (let run = left.shift(); run; run = left.shift()) {
        worker.postMessage(run);
        const [outcomes] = (await once(worker, 'message')) as [CellOutcome[]];
        played(run, outcomes);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), runs.length) }, lane));
}
