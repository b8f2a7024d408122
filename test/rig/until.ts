import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until the condition holds; for what other processes bring about in their own time. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
  everyMs = 100,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`still not so after ${timeoutMs} ms: ${holds}`);
    await sleep(everyMs);
  }
}
