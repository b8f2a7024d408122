import { Writable } from 'node:stream';
import test from 'ava';
import type { Clock } from '../../controller/clock.ts';
import { createLogger } from '../../controller/observe/log.ts';
import { createMetrics } from '../../controller/observe/metrics.ts';
import type { Pipeline } from '../../controller/pipeline.ts';
import type { Queue } from '../../controller/queue.ts';
import { tickUntil } from '../../controller/ticker.ts';

/* One in 30 of Node's timers goes off a millisecond before its time: the step then was closed 15 s late, with the next. */

test('a tick whose timer goes off early waits for its time, and no step is closed late', async (t) => {
  const startMs = Date.UTC(2026, 0, 5);
  let nowMs = startMs + 4_000;
  const clock: Clock = {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs - startMs,
    sleep: async (durationMs) => {
      nowMs += durationMs > 1 ? durationMs - 1 : 1;
    },
  };
  const stopping = new AbortController();
  const observedAtMs: number[] = [];
  const pipeline = {
    observe: async () => {
      observedAtMs.push(nowMs - startMs);
      nowMs += 20; // a forecast takes its time
      if (observedAtMs.length === 3) stopping.abort();
    },
    workloads: () => [],
  } as unknown as Pipeline;
  const queue = { add: () => undefined } as unknown as Queue;
  const log = createLogger('error', new Writable({ write: (_chunk, _encoding, done) => done() }));
  const parts = { clock, pipeline, queue, metrics: createMetrics(), log };
  await tickUntil(stopping.signal, { ...parts, stepSeconds: 15, graceMs: 2_000 });
  t.deepEqual(observedAtMs, [17_000, 32_000, 47_000]);
});
