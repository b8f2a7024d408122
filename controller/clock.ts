import { setTimeout as delay } from 'node:timers/promises';

/**
 * The only source of time. Everything that waits or stamps takes one, so that whole days replay in seconds and
 * a test decides what "now" is.
 */
export interface Clock {
  /** Unix time in milliseconds. For stamps only: it may jump, so no duration is ever measured with it. */
  wallMs(): number;
  /** Milliseconds from an arbitrary origin; never goes back. For cooldowns, deadlines and ages. */
  monotonicMs(): number;
  /** Resolves after `durationMs`; rejects with the signal's reason when it aborts first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** A source of numbers in [0, 1); injected so that jitter and noise replay from a seed. */
export type Random = () => number;

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, signal) => {
    await delay(durationMs, undefined, signal ? { signal } : {});
  },
};

export const systemRandom: Random = () => Math.random();

/** Mulberry32 (public domain, T. Ettinger 2017): 32 bits of state, enough for jitter, noise and tests. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A clock that moves only when told to. `sleep` resolves when `advance` passes its end. */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #originMs: number;
  #sleepers: { untilMs: number; wake: () => void }[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
    this.#originMs = startMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs - this.#originMs;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const sleeper = { untilMs: this.#nowMs + durationMs, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason);
      });
    });
  }

  /** Moves time forward and wakes, in order of their end, all whose sleep is over. */
  advance(durationMs: number): void {
    this.#nowMs += durationMs;
    const due = this.#sleepers.filter((sleeper) => sleeper.untilMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.untilMs > this.#nowMs);
    for (const sleeper of due.sort((a, b) => a.untilMs - b.untilMs)) sleeper.wake();
  }
}
