import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Cell, CellOutcome } from './cell.ts';

/** Plays all cells, as many at a time as there are processors; the outcomes are in the order of the cells. */
export async function playAll(
  cells: readonly Cell[],
  said: (outcome: CellOutcome) => void,
): Promise<readonly CellOutcome[]> {
  const outcomes = new Array<CellOutcome>(cells.length);
  let next = 0;
  const lane = async () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    try {
      while (next < cells.length) {
        const index = next++;
        worker.postMessage(cells[index]);
        const [outcome] = (await once(worker, 'message')) as [CellOutcome];
        outcomes[index] = outcome;
        said(outcome);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), cells.length) }, lane));
  return outcomes;
}
