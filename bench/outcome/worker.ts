import { parentPort } from 'node:worker_threads';
import { type Cell, play } from './cell.ts';

/** Plays cells in a thread of its own, one at a time. */
parentPort?.on('message', async (cell: Cell) => parentPort?.postMessage(await play(cell)));
