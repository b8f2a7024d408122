import { Writable } from 'node:stream';
import test from 'ava';
import { VirtualClock } from '../controller/clock.ts';
import { createLogger } from '../controller/observe/log.ts';
import { createMetrics } from '../controller/observe/metrics.ts';
import type { Pipeline } from '../controller/pipeline.ts';
import type { Queue } from '../controller/queue.ts';
import { tickUntil } from '../controller/ticker.ts';

const startMs = Date.UTC(2026, 0, 5) + 4_000;

function setUp(observe: () => Promise<void> = async () => {}) {
  const clock = new VirtualClock(startMs);
  const observedAtMs: number[] = [];
  const queued: string[] = [];
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const pipeline = {
    observe: async () => {
      observedAtMs.push(clock.wallMs() - startMs);
      await observe();
    },
    workloads: () => [{ namespace: 'shop', kind: 'Deployment', name: 'web' }],
  } as unknown as Pipeline;
  const queue = { add: (key: string) => void queued.push(key) } as unknown as Queue;
  const stopping = new AbortController();
  const parts = { clock, pipeline, queue, metrics: createMetrics(), log: createLogger('error', sink) };
  const running = tickUntil(stopping.signal, { ...parts, stepSeconds: 15, graceMs: 2_000 });
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await new Promise(setImmediate);
      clock.advance(1000);
    }
    await new Promise(setImmediate);
  };
  return { observedAtMs, queued, lines, stopping, running, pass };
}

test('it ticks once per step, a grace after the step ended, and then has every workload decided', async (t) => {
  const { observedAtMs, queued, stopping, running, pass } = setUp();
  await pass(60);
  // Started 4 s into a step: steps end 11, 26, 41, 56 s later, and the grace is 2 s.
  t.deepEqual(observedAtMs, [13_000, 28_000, 43_000, 58_000]);
  t.deepEqual(queued, Array(4).fill('shop/Deployment/web'));
  stopping.abort();
  await running;
});

test('a tick that fails is logged, and the next one comes', async (t) => {
  const { observedAtMs, queued, lines, stopping, running, pass } = setUp(async () => {
    throw new Error('the history cannot be read');
  });
  await pass(30);
  t.is(observedAtMs.length, 2);
  t.is(queued.length, 2, 'what is known is decided all the same');
  t.regex(lines[0] ?? '', /the history cannot be read/);
  stopping.abort();
  await running;
});

test('it ends at once when it is stopped, also while it waits', async (t) => {
  const { stopping, running } = setUp();
  stopping.abort();
  await running;
  t.pass();
});
