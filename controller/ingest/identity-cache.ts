import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Identifier, Identity } from '../ports.ts';
import { BoundedMap } from './bounded-map.ts';
import { tokenExpiryMs } from './token-expiry.ts';

export interface IdentityCacheOptions {
  readonly identifier: Identifier;
  readonly clock: Clock;
  /** How long a pod is believed; also the longest a deleted pod may go on when {@link IdentityCache.forget} is not called. */
  readonly positiveTtlMs?: number;
  /** How long a refusal stands: short, because a pod that has just been made becomes known a moment later. */
  readonly negativeTtlMs?: number;
  /** Entries of each kind. Refusals are kept apart, so that a flood of bad tokens cannot push good ones out. */
  readonly maxEntries?: number;
  /** Look-ups at once: what a flood of tokens may cost the API server. */
  readonly maxLookups?: number;
  readonly lookupTimeoutMs?: number;
}

export interface IdentityStats {
  readonly hits: number;
  readonly lookups: number;
  /** Requests that waited for a look-up another had begun. */
  readonly coalesced: number;
  readonly unavailable: number;
}

interface Entry {
  readonly identity: Identity;
  readonly untilMs: number;
}

/**
 * Remembers who a token belongs to, so that one pod costs the API server one review a minute and not one per export.
 * Keys are SHA-256 of the token: the tokens themselves are not kept. That the API server could not be asked is never
 * remembered.
 */
export class IdentityCache implements Identifier {
  readonly #options: Required<IdentityCacheOptions>;
  readonly #accepted: BoundedMap<Entry>;
  readonly #refused: BoundedMap<Entry>;
  readonly #pending = new Map<string, Promise<Identity>>();
  readonly #counts = { hits: 0, lookups: 0, coalesced: 0, unavailable: 0 };
  /** Moves with each forget: an answer asked for before may be about a pod that is gone, and is not kept. */
  #generation = 0;

  constructor(options: IdentityCacheOptions) {
    this.#options = {
      positiveTtlMs: 60_000,
      negativeTtlMs: 10_000,
      maxEntries: 10_000,
      maxLookups: 32,
      lookupTimeoutMs: 5_000,
      ...options,
    };
    this.#accepted = new BoundedMap(this.#options.maxEntries);
    this.#refused = new BoundedMap(this.#options.maxEntries);
  }

  async identify(token: string): Promise<Identity> {
    const key = createHash('sha256').update(token).digest('base64');
    const known = this.#accepted.get(key) ?? this.#refused.get(key);
    if (known && known.untilMs > this.#options.clock.monotonicMs()) {
      this.#counts.hits += 1;
      return known.identity;
    }
    const pending = this.#pending.get(key);
    if (pending) {
      this.#counts.coalesced += 1;
      return pending;
    }
    if (this.#pending.size >= this.#options.maxLookups) {
      this.#counts.unavailable += 1;
      return { kind: 'unavailable', message: 'too many unknown tokens at once; come again' };
    }
    const lookup = this.#lookUp(key, token).finally(() => this.#pending.delete(key));
    this.#pending.set(key, lookup);
    return lookup;
  }

  /** Call when a pod is deleted or terminating: its tokens are reviewed anew at the next request. */
  forget(podUid: string): void {
    this.#generation += 1;
    this.#accepted.deleteWhere(({ identity }) => identity.kind === 'pod' && identity.podUid === podUid);
  }

  stats(): IdentityStats {
    return { ...this.#counts };
  }

  async #lookUp(key: string, token: string): Promise<Identity> {
    this.#counts.lookups += 1;
    const generation = this.#generation;
    const identity = await this.#ask(token);
    if (identity.kind === 'unavailable') this.#counts.unavailable += 1;
    else if (generation === this.#generation) this.#remember(key, token, identity);
    return identity;
  }

  #remember(key: string, token: string, identity: Identity): void {
    const { clock, positiveTtlMs, negativeTtlMs } = this.#options;
    const nowMs = clock.monotonicMs();
    this.#accepted.delete(key);
    this.#refused.delete(key);
    if (identity.kind !== 'pod') {
      this.#refused.set(key, { identity, untilMs: nowMs + negativeTtlMs });
      return;
    }
    // a reviewed token's own claim to expire may be believed; it only ever shortens
    const leftMs = tokenExpiryMs(token) - clock.wallMs();
    this.#accepted.set(key, { identity, untilMs: nowMs + Math.min(positiveTtlMs, leftMs) });
  }

  /** Asks, but not for ever; a look-up that fails says nothing about the token. */
  async #ask(token: string): Promise<Identity> {
    const { identifier, clock, lookupTimeoutMs } = this.#options;
    const answered = new AbortController();
    const late = clock.sleep(lookupTimeoutMs, answered.signal).then(
      (): Identity => ({ kind: 'unavailable', message: `no answer within ${lookupTimeoutMs / 1000} s` }),
      (): Identity => ({ kind: 'unavailable', message: 'no longer waited for' }),
    );
    try {
      return await Promise.race([identifier.identify(token), late]);
    } catch (error) {
      return { kind: 'unavailable', message: error instanceof Error ? error.message : String(error) };
    } finally {
      answered.abort();
    }
  }
}
