import { parentPort } from 'node:worker_threads';

// Opens, answers, and dies at the question for the workload "death".
parentPort?.postMessage({ kind: 'open' });
parentPort?.on('message', ({ id, question }) => {
  if (question.workload === 'death') throw new Error('out of memory');
  parentPort?.postMessage({ kind: 'answer', id, value: question.workload });
  if (question.kind === 'close') parentPort?.close();
});
