import { parentPort } from 'node:worker_threads';
import { playRun, type Run } from './play.ts';

/** Plays runs in a thread of its own, one at a time. */
parentPort?.on('message', async (run: Run) => parentPort?.postMessage(await playRun(run)));
