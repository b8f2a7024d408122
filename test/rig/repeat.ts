import { setTimeout as sleep } from 'node:timers/promises';

/** Calls the task over and over, whether it succeeds or not; the answer stops it. */
export function repeat(task: () => Promise<void>, everyMs: number): () => Promise<void> {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await task().catch(() => undefined);
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stopping.abort();
    await running;
  };
}
