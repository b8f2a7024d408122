import { workerData } from 'node:worker_threads';
import type { Batch, WorkerSeed } from '../../controller/forecast/batch.ts';

/** The real worker, but it ends its thread when a batch holds the value 1313. */
const { port } = workerData as WorkerSeed;
port.on('message', (batch: Batch) => {
  if (batch.rates.includes(1313)) process.exit(7);
});

await import('../../controller/forecast/worker.ts');
