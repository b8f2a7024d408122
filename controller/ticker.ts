import type { Clock } from './clock.ts';
import type { Logger } from './observe/log.ts';
import type { Metrics } from './observe/metrics.ts';
import { inSpan } from './observe/otel.ts';
import type { Pipeline } from './pipeline.ts';
import type { Queue } from './queue.ts';
import { workloadKey } from './workload.ts';

export interface TickParts {
  readonly clock: Clock;
  readonly pipeline: Pipeline;
  readonly queue: Queue;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly stepSeconds: number;
  readonly graceMs: number;
}

/** Once per step, when its last exports should be in: observe all, then decide each. */
export async function tickUntil(signal: AbortSignal, parts: TickParts): Promise<void> {
  const { clock, graceMs } = parts;
  const stepMs = parts.stepSeconds * 1000;
  while (!signal.aborted) {
    const nowMs = clock.wallMs();
    const nextMs = (Math.floor((nowMs - graceMs) / stepMs) + 1) * stepMs + graceMs;
    await clock.sleep(nextMs - nowMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    // A timer may go off a millisecond early: nothing would have ended yet, and what does would wait for the next tick.
    if (clock.wallMs() < nextMs) continue;
    const ended = parts.metrics.tick.startTimer();
    try {
      await inSpan('foresail.tick', () => parts.pipeline.observe());
    } catch (error) {
      parts.log.error({ err: error }, 'a tick failed; the next one starts afresh');
    }
    for (const workload of parts.pipeline.workloads()) parts.queue.add(workloadKey(workload));
    ended();
  }
}
