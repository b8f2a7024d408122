import type { Clock, Random } from '../clock.ts';
import type { Leadership } from '../ports.ts';
import type { Connection } from './connection.ts';
import { type Lease, LeaseObject } from './lease.ts';

export interface ElectionTiming {
  /** A holder that has not renewed for this long may be replaced. */
  readonly leaseSeconds: number;
  /** A leader that has not renewed for this long no longer acts; well below leaseSeconds. */
  readonly renewDeadlineSeconds: number;
  readonly retrySeconds: number;
}

/**
 * After a kill -9 another replica leads within leaseSeconds + retrySeconds (it may see the last renewal that late):
 * 14 s at most, so that it acts within 15.
 */
export const electionTiming: ElectionTiming = { leaseSeconds: 12, renewDeadlineSeconds: 8, retrySeconds: 2 };

export interface ElectionOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  readonly namespace: string;
  readonly name: string;
  /** Unlike any other process's, also of a later process in the same pod. */
  readonly identity: string;
  readonly timing?: Partial<ElectionTiming>;
  readonly onChange?: (leading: boolean, epoch: number) => void;
  readonly onFailure?: (error: Error) => void;
}

/**
 * Leadership by a Lease. Expiry is judged by this process's monotonic clock from when it saw the record change, never
 * by the stamps in it: clocks of machines differ. A Lease is no lock: a process may be stopped between asking
 * `current()` and writing; the epoch in its write is what the API server refuses it by (ADR 0004).
 */
export class Election implements Leadership {
  readonly #options: ElectionOptions;
  readonly #timing: ElectionTiming;
  readonly #lease: LeaseObject;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #held: Lease | undefined;
  #renewedMs = Number.NEGATIVE_INFINITY;
  #observed: { readonly lease: Lease; readonly atMs: number } | undefined;
  #highestEpoch = 0;
  #told = false;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#timing = { ...electionTiming, ...options.timing };
    const timeoutMs = (this.#timing.renewDeadlineSeconds * 1000) / 2;
    this.#lease = new LeaseObject(options.connection, options.namespace, options.name, timeoutMs);
  }

  current(): { readonly leading: boolean; readonly epoch: number; readonly holder: string } {
    const leading = this.#held !== undefined && this.#withinDeadline() && !this.#stopping.signal.aborted;
    const lease = leading ? this.#held : this.#observed?.lease;
    return { leading, epoch: lease?.epoch ?? 0, holder: lease?.holder ?? '' };
  }

  start(): void {
    this.#running ??= this.#run(this.#stopping.signal);
  }

  /** Leads no more from this moment, and gives the lease back so that another need not wait for its end. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('election was stopped'));
    await this.#running;
    this.#tell();
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    const spec = { holder: '', durationSeconds: 1, epoch: held.epoch, acquired: false };
    // If it cannot be given back, it runs out.
    await this.#lease.write(spec, held, this.#options.clock.wallMs()).catch(() => undefined);
  }

  #withinDeadline(): boolean {
    return this.#options.clock.monotonicMs() - this.#renewedMs < this.#timing.renewDeadlineSeconds * 1000;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#attempt();
      } catch (error) {
        this.#options.onFailure?.(error as Error);
      }
      this.#tell();
      await this.#options.clock.sleep(this.#pauseMs(), signal).catch(() => undefined);
    }
  }

  async #attempt(): Promise<void> {
    const held = this.#held;
    // The record is still as we wrote it, unless somebody took it: no need to read it first.
    if (held && this.#withinDeadline() && (await this.#write(held, held.epoch, false))) return;
    const found = await this.#lease.read();
    if (found) this.#observe(found);
    const ours = found?.holder === this.#options.identity;
    if (found && ours && held?.epoch === found.epoch && this.#withinDeadline()) {
      await this.#write(found, found.epoch, false);
      return;
    }
    this.#held = undefined;
    if (found && !ours && !this.#isFree(found)) return;
    // A lapsed or unknown hold of our own begins a new epoch too: what was decided under the old one must not be written.
    await this.#write(found, Math.max(this.#highestEpoch, found?.epoch ?? 0) + 1, true);
  }

  /** Writes ourselves as holder; true when that stands. */
  async #write(before: Lease | undefined, epoch: number, acquired: boolean): Promise<boolean> {
    const { clock, identity } = this.#options;
    const askedMs = clock.monotonicMs();
    const spec = { holder: identity, durationSeconds: this.#timing.leaseSeconds, epoch, acquired };
    const written = await this.#lease.write(spec, before, clock.wallMs());
    if (written === undefined) return false;
    this.#held = written;
    // Counted from before the request: the others count from when they see it, which is later.
    this.#renewedMs = askedMs;
    this.#observe(written);
    return true;
  }

  #observe(lease: Lease): void {
    this.#highestEpoch = Math.max(this.#highestEpoch, lease.epoch);
    if (this.#observed?.lease.resourceVersion === lease.resourceVersion) return;
    this.#observed = { lease, atMs: this.#options.clock.monotonicMs() };
  }

  #isFree(lease: Lease): boolean {
    return lease.holder === '' || this.#leftMs() <= 0;
  }

  /** Until the observed holder has had its time; its own duration counts, not ours. */
  #leftMs(): number {
    if (this.#observed === undefined) return 0;
    const { lease, atMs } = this.#observed;
    return lease.durationSeconds * 1000 - (this.#options.clock.monotonicMs() - atMs);
  }

  #pauseMs(): number {
    const retryMs = this.#timing.retrySeconds * 1000 * (0.8 + 0.2 * this.#options.random());
    const leftMs = this.#leftMs();
    const waitsForOther = !this.current().leading && this.#observed?.lease.holder !== '' && leftMs > 0;
    // Awake at the very end of the other's time, and not a retry later.
    return waitsForOther ? Math.min(retryMs, leftMs + 10) : retryMs;
  }

  #tell(): void {
    const { leading, epoch } = this.current();
    if (leading === this.#told) return;
    this.#told = leading;
    this.#options.onChange?.(leading, epoch);
  }
}
