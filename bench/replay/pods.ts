import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What arrived in one tick: requests per Ready pod. */
export interface PodsTick {
  /** Unix ms, start and end of the tick. */
  readonly startMs: number;
  readonly endMs: number;
  readonly pods: readonly PodArrivals[];
}

export interface PodArrivals {
  readonly uid: string;
  readonly readyMs: number;
  readonly requests: number;
}

/** What came of a tick: all exports were accepted, or the first answer that was not 200. */
export interface PodsAnswer {
  readonly exports: number;
  readonly refusal?: string;
}

export interface PodsConfig {
  /** The receiver's origin, `http://127.0.0.1:4318`. */
  readonly origin: string;
  /** Signs the pods' tokens; see pod-token.ts. */
  readonly secret: string;
}

/**
 * The simulated pods, all in one worker thread so that the receiver keeps a core to itself. Each Ready pod sends one real
 * OTLP/HTTP export per tick, with its own token, over connections that are kept alive.
 */
export interface Pods {
  /** Serves and exports one tick; resolves when every export was answered. Rejects when one was not accepted. */
  play(tick: PodsTick): Promise<number>;
  close(): Promise<void>;
}

export function startPods(config: PodsConfig): Pods {
  const worker = new Worker(new URL('./pods-worker.ts', import.meta.url), { workerData: config });
  const failed = new Promise<never>((_, reject) => worker.once('error', reject));
  // Nobody may be waiting when it dies; the next play() rejects with the same error.
  failed.catch(() => {});
  return {
    async play(tick) {
      const answered = once(worker, 'message') as Promise<[PodsAnswer]>;
      worker.postMessage(tick);
      const [answer] = await Promise.race([answered, failed]);
      if (answer.refusal !== undefined) throw new Error(`an export was not accepted: ${answer.refusal}`);
      return answer.exports;
    },
    async close() {
      await worker.terminate();
    },
  };
}
