import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Clock, Random } from './clock.ts';
import type { StateLog } from './log.ts';

/**
 * What became of one attempt. `refused`: the receiver will never take it (400, 413). `later`: it may, but nothing is
 * known about when. `asked-to-wait`: the receiver answered, and was to be left alone for longer than an attempt lasts.
 */
export type Attempt =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused' | 'later' | 'asked-to-wait'; readonly message: string };

export type Send = (metrics: ResourceMetrics) => Promise<Attempt>;

/** Three minutes at one export per 5 s: long enough for a controller to be replaced, small enough to hold. */
export const OUTBOX_CAPACITY = 36;

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * The exports that one endpoint has yet to take, in order, one at a time. Nobody waits for it: a slow endpoint fills
 * its own box and no other. When it is full the oldest goes; the totals are cumulative, so only resolution is lost.
 */
export class Outbox {
  dropped = 0;
  readonly #name: string;
  readonly #send: Send;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #states: StateLog;
  readonly #waiting: ResourceMetrics[] = [];
  readonly #hurry = new AbortController();
  readonly #closed = new AbortController();
  #pumping: Promise<void> | undefined;

  constructor(name: string, send: Send, clock: Clock, random: Random, states: StateLog) {
    this.#name = name;
    this.#send = send;
    this.#clock = clock;
    this.#random = random;
    this.#states = states;
  }

  get size(): number {
    return this.#waiting.length;
  }

  offer(metrics: ResourceMetrics): void {
    if (this.#closed.signal.aborted) return;
    this.#waiting.push(metrics);
    if (this.#waiting.length > OUTBOX_CAPACITY) {
      this.#waiting.shift();
      this.dropped++;
    }
    this.#pumping ??= this.#pump();
  }

  /** Sends what is left without further waiting between attempts; resolves when all is gone or the deadline passed. */
  async drain(deadlineMs: number): Promise<void> {
    this.#hurry.abort();
    await Promise.race([this.#pumping, this.#clock.sleep(deadlineMs, this.#closed.signal)]);
    this.close();
  }

  close(): void {
    this.#hurry.abort();
    this.#closed.abort();
    this.#waiting.length = 0;
  }

  async #pump(): Promise<void> {
    let waitMs = FIRST_WAIT_MS;
    try {
      for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
        const attempt = await this.#send(next);
        if (this.#settle(next, attempt)) {
          waitMs = FIRST_WAIT_MS;
          continue;
        }
        // Once hurried, one more failure is the end: the process is about to go.
        if (this.#hurry.signal.aborted) return;
        if (attempt.kind === 'asked-to-wait') waitMs = LONGEST_WAIT_MS;
        await this.#clock.sleep(waitMs * (0.75 + 0.5 * this.#random()), this.#hurry.signal);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      }
    } finally {
      // In the same breath in which nothing was left, or an offer that falls between would wait for the next one.
      this.#pumping = undefined;
    }
  }

  /** Whether this export is done with, one way or the other. */
  #settle(metrics: ResourceMetrics, attempt: Attempt): boolean {
    if (attempt.kind === 'taken') {
      this.#states.good(this.#name, 'takes exports again');
      this.#remove(metrics);
      return true;
    }
    this.#states.bad(this.#name, attempt.message);
    if (attempt.kind !== 'refused') return false;
    if (this.#remove(metrics)) this.dropped++;
    return true;
  }

  /** False when it has been pushed out in the meantime. */
  #remove(metrics: ResourceMetrics): boolean {
    if (this.#waiting[0] !== metrics) return false;
    this.#waiting.shift();
    return true;
  }
}
