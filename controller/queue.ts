import { type BackOffLimits, backOffMs } from './back-off.ts';
import type { Clock, Random } from './clock.ts';

export interface QueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Brings one key to its wanted state. `againMs` asks to be called again after that time. */
  readonly handle: (key: string) => Promise<{ readonly againMs?: number } | undefined>;
  /** How many keys are handled at once. */
  readonly concurrency: number;
  readonly onFailure?: (key: string, error: unknown, failuresInARow: number) => void;
  readonly firstBackOffMs?: number;
  readonly maxBackOffMs?: number;
}

export interface Queue {
  /** Wants the key handled soon. While it waits, more adds change nothing; while it is handled, one more run follows. */
  add(key: string): void;
  /** Forgets a key: nothing more is run for it until it is added again. */
  forget(key: string): void;
  /** Keys that wait for a free place now, without those that wait for a time. */
  waiting(): number;
  /** Keys whose last run failed. */
  failing(): readonly string[];
  /** Starts nothing more and resolves when what runs has ended. */
  stop(): Promise<void>;
}

interface Entry {
  state: 'waiting' | 'delayed' | 'running';
  /** Added again while running. */
  dirty: boolean;
  /** Forgotten while running. */
  forgotten: boolean;
  failures: number;
  wakeUp: AbortController | undefined;
}

/**
 * A keyed, level-triggered work queue: a key carries no content, is never handled twice at the same time, and a key
 * that fails waits longer and longer by itself without holding up the others. An `add` does not cut a back-off short:
 * an object that makes its handler fail and changes all the time would otherwise take every place.
 */
export function createQueue(options: QueueOptions): Queue {
  return new WorkQueue(options);
}

class WorkQueue implements Queue {
  readonly #options: QueueOptions;
  readonly #limits: BackOffLimits;
  readonly #entries = new Map<string, Entry>();
  readonly #waiting: string[] = [];
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#limits = { firstMs: options.firstBackOffMs ?? 200, maxMs: options.maxBackOffMs ?? 30_000 };
  }

  add(key: string): void {
    if (this.#stopped) return;
    const known = this.#entries.get(key);
    if (known === undefined) {
      const entry: Entry = {
        state: 'waiting',
        dirty: false,
        forgotten: false,
        failures: 0,
        wakeUp: undefined,
      };
      this.#entries.set(key, entry);
      this.#enqueue(key, entry);
    } else if (known.state === 'running') {
      known.dirty = true;
    } else if (known.state === 'delayed' && known.failures === 0) {
      known.wakeUp?.abort();
      this.#enqueue(key, known);
    }
  }

  forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    if (entry.state === 'running') {
      // Its entry stays until the run ends, so that an add in between cannot start a second run beside it.
      entry.forgotten = true;
      entry.dirty = false;
      return;
    }
    entry.wakeUp?.abort();
    this.#entries.delete(key);
    const at = this.#waiting.indexOf(key);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  waiting(): number {
    return this.#waiting.length;
  }

  failing(): readonly string[] {
    return [...this.#entries].filter(([, entry]) => entry.failures > 0).map(([key]) => key);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const entry of this.#entries.values()) entry.wakeUp?.abort();
    await Promise.all(this.#running);
  }

  #enqueue(key: string, entry: Entry): void {
    entry.state = 'waiting';
    entry.wakeUp = undefined;
    this.#waiting.push(key);
    this.#fill();
  }

  #fill(): void {
    while (!this.#stopped && this.#running.size < this.#options.concurrency) {
      const key = this.#waiting.shift();
      const entry = key === undefined ? undefined : this.#entries.get(key);
      if (key === undefined || entry === undefined) return;
      entry.state = 'running';
      const run = this.#run(key, entry).finally(() => {
        this.#running.delete(run);
        this.#fill();
      });
      this.#running.add(run);
    }
  }

  async #run(key: string, entry: Entry): Promise<void> {
    let againMs: number | undefined;
    try {
      againMs = (await this.#options.handle(key))?.againMs;
      entry.failures = 0;
    } catch (error) {
      againMs = backOffMs(entry.failures, this.#limits, this.#options.random);
      entry.failures++;
      this.#options.onFailure?.(key, error, entry.failures);
    }
    this.#settle(key, entry, againMs);
  }

  #settle(key: string, entry: Entry, againMs: number | undefined): void {
    const { dirty, forgotten } = entry;
    entry.dirty = false;
    entry.forgotten = false;
    if (forgotten) entry.failures = 0;
    if (this.#stopped || (forgotten && !dirty)) this.#entries.delete(key);
    else if (dirty && entry.failures === 0) this.#enqueue(key, entry);
    else if (againMs !== undefined) this.#delay(key, entry, againMs);
    else this.#entries.delete(key);
  }

  #delay(key: string, entry: Entry, delayMs: number): void {
    const wakeUp = new AbortController();
    entry.state = 'delayed';
    entry.wakeUp = wakeUp;
    this.#options.clock.sleep(delayMs, wakeUp.signal).then(
      () => {
        if (!this.#stopped && !wakeUp.signal.aborted) this.#enqueue(key, entry);
      },
      () => undefined,
    );
  }
}
