import type { Forecast } from './forecast.ts';

export type FallbackReason = NonNullable<Forecast['fallbackReason']>;

interface Record {
  readonly failures: number;
  readonly untilMs: number;
  readonly reason: FallbackReason;
}

const FAILURES = 3;
const FIRST_MS = 60_000;
const LONGEST_MS = 15 * 60_000;

/**
 * Keeps a series that fails three times in a row away from the core, so that one bad workload does not take every tick's
 * time: 1 minute, then 2, 4, 8, then 15 for each further failure. One success forgets it all.
 */
export class Quarantine {
  readonly #records = new Map<string, Record>();

  failed(key: string, reason: FallbackReason, nowMs: number): void {
    const failures = (this.#records.get(key)?.failures ?? 0) + 1;
    const pauseMs = failures < FAILURES ? 0 : Math.min(FIRST_MS * 2 ** (failures - FAILURES), LONGEST_MS);
    this.#records.set(key, { failures, untilMs: nowMs + pauseMs, reason });
  }

  succeeded(key: string): void {
    this.#records.delete(key);
  }

  /** Why the key may not be tried now; undefined when it may. */
  holds(key: string, nowMs: number): FallbackReason | undefined {
    const record = this.#records.get(key);
    return record && record.failures >= FAILURES && nowMs < record.untilMs ? record.reason : undefined;
  }

  count(nowMs: number): number {
    return [...this.#records.keys()].filter((key) => this.holds(key, nowMs)).length;
  }
}
