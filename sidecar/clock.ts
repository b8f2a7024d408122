import { setTimeout as delay } from 'node:timers/promises';

/** The sidecar's only source of time; its own, because it imports nothing of the controller. */
export interface Clock {
  /** Unix ms, for stamps only: it may jump. */
  wallMs(): number;
  /** Milliseconds that never go back, for durations. */
  monotonicMs(): number;
  /** Resolves after `durationMs`, or as soon as the signal aborts: waiting is never an error here. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** A number in [0, 1), for jitter. */
export type Random = () => number;

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, signal) => {
    try {
      await delay(durationMs, undefined, signal ? { signal } : {});
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};

export const systemRandom: Random = () => Math.random();
