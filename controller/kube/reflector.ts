import { backOffMs } from '../back-off.ts';
import type { Clock, Random } from '../clock.ts';
import { ApiFailure } from './api-failure.ts';
import type { Connection } from './connection.ts';
import type { KubeObject } from './kube-object.ts';
import { listAll } from './list.ts';
import { type Change, ObjectCache } from './object-cache.ts';
import { compareVersions } from './resource-version.ts';
import { Garbage, type WatchEvent, watch } from './watch.ts';

export interface ReflectorTiming {
  /** How long one watch lives; a quiet one shows life this often. */
  readonly watchSeconds: number;
  /** Silence after which a watch is taken for dead. */
  readonly idleMs: number;
  /** Everything is listed anew this often, in case an event was lost. */
  readonly relistMs: number;
  readonly firstBackOffMs: number;
  readonly maxBackOffMs: number;
  /** A list older than what was already seen is believed only after this long: then etcd was restored. */
  readonly restoreAfterMs: number;
  /** What is optional and refused is asked for again this often. */
  readonly refusedMs: number;
}

export const reflectorTiming: ReflectorTiming = {
  watchSeconds: 40,
  idleMs: 70_000,
  relistMs: 600_000,
  firstBackOffMs: 200,
  maxBackOffMs: 5_000,
  restoreAfterMs: 300_000,
  refusedMs: 60_000,
};

export interface ReflectorCounts {
  lists: number;
  watches: number;
  events: number;
  bookmarks: number;
  duplicates: number;
  garbage: number;
  /** Versions that had expired: HTTP 410 or a 410 in the stream. */
  expired: number;
  /** Lists that were older than what had been seen. */
  regressions: number;
  failures: number;
}

export interface ReflectorOptions<T> {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  /** The collection, for example /apis/apps/v1/deployments. */
  readonly path: string;
  /** Only names, owners and stamps are wanted: the server sends nothing else. */
  readonly metadataOnly?: boolean;
  /** Goes on without it where the API server does not have it, or forbids it; asks again now and then. */
  readonly optional?: boolean;
  /** What is kept of an object. Must not throw: a stored object may be anything. */
  readonly shape: (object: KubeObject) => T;
  readonly onChange: (change: Change<T>) => void;
  readonly onFailure?: (error: Error) => void;
  readonly timing?: Partial<ReflectorTiming>;
}

/** A watch that ended this soon without a word is a failure: reopening it at once would be a storm. */
const SHORT_WATCH_MS = 1000;

/**
 * Keeps a cache of one resource level with the API server: list, watch from there, list again when a version expired,
 * when events may have been lost, and now and then. Whatever the server or the network does, it goes on until stopped.
 */
export class Reflector<T> {
  readonly counts: ReflectorCounts = {
    lists: 0,
    watches: 0,
    events: 0,
    bookmarks: 0,
    duplicates: 0,
    garbage: 0,
    expired: 0,
    regressions: 0,
    failures: 0,
  };
  readonly cache: ObjectCache<T>;
  readonly #options: ReflectorOptions<T>;
  readonly #timing: ReflectorTiming;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #currentMs = Number.NEGATIVE_INFINITY;
  #listedMs = Number.NEGATIVE_INFINITY;
  #mustList = true;
  #failuresInARow = 0;
  #lastFailure: FailureKind | undefined;
  #regressedSinceMs: number | undefined;
  #refusal: string | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#timing = { ...reflectorTiming, ...options.timing };
    this.cache = new ObjectCache(options.shape, options.onChange);
  }

  start(): void {
    this.#running ??= this.#run(this.#stopping.signal);
  }

  /** Resolves when no callback will come any more. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the reflector was stopped'));
    await this.#running;
  }

  synced(): boolean {
    return this.cache.version !== '';
  }

  /** What the API server said when it refused what is optional; undefined while it does not. */
  refusal(): string | undefined {
    return this.#refusal;
  }

  /**
   * Seconds since the server last showed that the cache is level with it: by a list, an event, a bookmark, or by
   * beginning or ending a watch from our version in order. Infinity before the first list. A quiet watch shows life at
   * least every watchSeconds; bookmarks alone would not do, as an API server sends none of a resource in which nothing
   * has happened since its own start (measured on 1.37).
   */
  staleSeconds(): number {
    return Math.max(0, (this.#options.clock.monotonicMs() - this.#currentMs) / 1000);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#mustList || this.#relistDue()) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#options.clock.sleep(this.#judge(error as Error), signal).catch(() => undefined);
      }
    }
  }

  #relistDue(): boolean {
    return this.#options.clock.monotonicMs() - this.#listedMs >= this.#timing.relistMs;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { connection, clock, path } = this.#options;
    const askedMs = clock.monotonicMs();
    const accept = this.#accept('PartialObjectMetadataList');
    const request = { path, accept, signal };
    const keep = (object: KubeObject) => this.cache.keep(object);
    const { objects, resourceVersion } = await listAll(connection, request, keep);
    this.#refuseRegression(resourceVersion);
    this.cache.replace(objects, resourceVersion);
    this.counts.lists++;
    this.#mustList = false;
    this.#refusal = undefined;
    this.#failuresInARow = 0;
    // The answer holds what was true when it was asked for; it may have taken a while.
    this.#listedMs = askedMs;
    this.#currentMs = Math.max(this.#currentMs, askedMs);
  }

  /**
   * An API server that is behind gives an older list than another gave before; acting on it would undo what happened
   * since. Only when this goes on for long is it a restored etcd, and then its world is the real one.
   */
  #refuseRegression(version: string): void {
    if (!this.synced() || (compareVersions(version, this.cache.version) ?? 0) >= 0) {
      this.#regressedSinceMs = undefined;
      return;
    }
    this.counts.regressions++;
    const nowMs = this.#options.clock.monotonicMs();
    this.#regressedSinceMs ??= nowMs;
    if (nowMs - this.#regressedSinceMs >= this.#timing.restoreAfterMs) return;
    throw new Error(
      `a list at version ${version} is older than ${this.cache.version}, which was already seen`,
    );
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { connection, clock, path } = this.#options;
    const startedMs = clock.monotonicMs();
    this.counts.watches++;
    let heard = false;
    const { watchSeconds: timeoutSeconds, idleMs } = this.#timing;
    const accept = this.#accept('PartialObjectMetadata');
    const request = { path, accept, signal, version: this.cache.version, timeoutSeconds, idleMs };
    for await (const event of watch(connection, clock, request)) {
      if (signal.aborted) return;
      this.#currentMs = clock.monotonicMs();
      if (event.kind === 'open') continue;
      heard = true;
      this.#apply(event);
      if (this.#mustList || this.#relistDue()) return;
    }
    if (!heard && clock.monotonicMs() - startedMs < SHORT_WATCH_MS) {
      throw new Error('the watch ended at once');
    }
    this.#currentMs = clock.monotonicMs();
  }

  #apply(event: Exclude<WatchEvent, { kind: 'open' }>): void {
    this.#failuresInARow = 0;
    if (event.kind === 'bookmark') {
      this.counts.bookmarks++;
      this.cache.advance(event.version);
      return;
    }
    this.counts.events++;
    const applied = this.cache.apply(event.kind, event.object);
    if (applied === 'duplicate') this.counts.duplicates++;
    if (applied === 'disorder') this.#mustList = true;
  }

  /** Counts what went wrong and says how long to wait before the next try. */
  #judge(error: Error): number {
    if (error instanceof Garbage) this.counts.garbage++;
    if (this.#options.optional && isRefusal(error)) return this.#refused(error);
    const kind = kindOf(error);
    if (kind === 'expired') {
      this.counts.expired++;
      this.#mustList = true;
    } else {
      this.counts.failures++;
      this.#options.onFailure?.(error);
    }
    // Another kind of trouble is progress: a server that comes back answers 403, then 429, then 410, before it serves.
    if (kind !== this.#lastFailure) this.#failuresInARow = 0;
    this.#lastFailure = kind;
    const failures = this.#failuresInARow++;
    if (kind === 'expired' && failures === 0) return 0;
    const { firstBackOffMs: firstMs, maxBackOffMs: maxMs } = this.#timing;
    const ownMs = backOffMs(failures, { firstMs, maxMs }, this.#options.random);
    const toldMs = error instanceof ApiFailure ? error.retryAfterMs : undefined;
    // Later than told, by up to a quarter: everybody was told the same.
    return toldMs === undefined ? ownMs : toldMs * (1 + this.#options.random() / 4) + firstMs;
  }

  #refused(error: Error): number {
    this.counts.failures++;
    if (this.#refusal === undefined) this.#options.onFailure?.(error);
    this.#refusal = error.message;
    this.#mustList = true;
    return this.#timing.refusedMs;
  }

  #accept(kind: string): string {
    const metadata = `application/json;as=${kind};g=meta.k8s.io;v=v1`;
    return this.#options.metadataOnly ? metadata : 'application/json';
  }
}

/** Forbidden, or a resource that is not there. */
export function isRefusal(error: Error): boolean {
  return error instanceof ApiFailure && (error.status === 403 || error.status === 404);
}

type FailureKind = 'expired' | 'answered' | 'unreachable';

function kindOf(error: Error): FailureKind {
  if (!(error instanceof ApiFailure)) return 'unreachable';
  return error.status === 410 ? 'expired' : 'answered';
}
