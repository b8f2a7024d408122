import type { Clock } from '../clock.ts';
import { BoundedMap } from './bounded-map.ts';

/** What the receiver needs of a logger; pino is one. */
export interface ReceiverLogger {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const EVERY_MS = 60_000;

/**
 * Says each complaint once a minute, so that a thousand sidecars with one fault are read as one fault. How often it
 * happened is in the counters.
 */
export class Complaints {
  readonly #logger: ReceiverLogger | undefined;
  readonly #clock: Clock;
  readonly #saidMs = new BoundedMap<number>(1000);

  constructor(logger: ReceiverLogger | undefined, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** `topic` tells complaints apart; it is not logged. */
  warn(topic: string, fields: object, message: string): void {
    const nowMs = this.#clock.monotonicMs();
    const lastMs = this.#saidMs.get(topic);
    if (lastMs !== undefined && nowMs - lastMs < EVERY_MS) return;
    this.#saidMs.set(topic, nowMs);
    this.#logger?.warn(fields, message);
  }

  error(fields: object, message: string): void {
    this.#logger?.error(fields, message);
  }
}
