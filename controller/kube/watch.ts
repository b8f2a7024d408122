import type { Clock } from '../clock.ts';
import { ApiFailure } from './api-failure.ts';
import { type Connection, Unreachable } from './connection.ts';
import { asKubeObject, type KubeObject } from './kube-object.ts';
import { lines } from './lines.ts';

export type WatchEvent =
  /** The server has what we have seen, and will tell what comes. */
  | { readonly kind: 'open' }
  | { readonly kind: 'set' | 'delete'; readonly object: KubeObject }
  | { readonly kind: 'bookmark'; readonly version: string };

/** A line that is no event: the peer or something between is broken, and an event may have been lost with it. */
export class Garbage extends Error {
  override readonly name = 'Garbage';
}

export interface WatchRequest {
  readonly path: string;
  readonly accept: string;
  readonly version: string;
  readonly signal: AbortSignal;
  /** Asked of the server; when it ends the watch in time, a quiet one is known to have been alive. */
  readonly timeoutSeconds: number;
  /** Silence after which the watch is given up: longer than timeoutSeconds. */
  readonly idleMs: number;
}

const OPEN_TIMEOUT_MS = 10_000;

/**
 * The events after `version`, until the server ends the watch. Throws ApiFailure for an error answer or an ERROR
 * event (410: the version is too old, list again), Garbage, or Unreachable (reset, or silent for idleMs).
 */
export async function* watch(
  connection: Connection,
  clock: Clock,
  request: WatchRequest,
): AsyncGenerator<WatchEvent> {
  const { status, stream } = await connection.open({
    method: 'GET',
    path: request.path,
    query: {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: request.version,
      timeoutSeconds: String(request.timeoutSeconds),
    },
    accept: request.accept,
    signal: request.signal,
    timeoutMs: OPEN_TIMEOUT_MS,
  });
  const guard = idleGuard(clock, request.idleMs, (error) => stream.destroy(error));
  try {
    if (status !== 200) {
      const seconds = Number(stream.headers['retry-after']);
      const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
      throw new ApiFailure(status, `the API server answered ${status} to a watch`, retryAfterMs);
    }
    yield { kind: 'open' };
    for await (const line of lines(stream)) {
      guard.alive();
      if (line !== '') yield readEvent(line);
    }
  } catch (error) {
    if (error instanceof ApiFailure || error instanceof Garbage) throw error;
    throw new Unreachable(`watch ${request.path}: ${(error as Error).message}`, { cause: error });
  } finally {
    guard.stop();
    stream.destroy();
  }
}

/** Calls back when nothing has shown life for idleMs. */
function idleGuard(clock: Clock, idleMs: number, onIdle: (error: Error) => void) {
  const stopped = new AbortController();
  let aliveMs = clock.monotonicMs();
  const run = async () => {
    for (;;) {
      const leftMs = idleMs - (clock.monotonicMs() - aliveMs);
      if (leftMs <= 0) return onIdle(new Error(`silent for ${idleMs / 1000} s`));
      await clock.sleep(leftMs, stopped.signal);
    }
  };
  run().catch(() => undefined);
  return {
    alive() {
      aliveMs = clock.monotonicMs();
    },
    stop: () => stopped.abort(),
  };
}

function readEvent(line: string): WatchEvent {
  const event = parse(line);
  if (event?.type === 'ERROR') {
    const { code, message } = (event.object ?? {}) as { code?: unknown; message?: unknown };
    throw new ApiFailure(typeof code === 'number' ? code : 500, String(message ?? 'an ERROR event'));
  }
  const object = asKubeObject(event?.type === 'BOOKMARK' ? withName(event.object) : event?.object);
  if (object !== undefined) {
    if (event?.type === 'ADDED' || event?.type === 'MODIFIED') return { kind: 'set', object };
    if (event?.type === 'DELETED') return { kind: 'delete', object };
    if (event?.type === 'BOOKMARK') return { kind: 'bookmark', version: object.metadata.resourceVersion };
  }
  throw new Garbage(`not an event: ${line.slice(0, 80)}`);
}

function parse(line: string): { type?: unknown; object?: unknown } | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A bookmark's object has a resourceVersion and no name. */
function withName(object: unknown): unknown {
  const metadata = (object as { metadata?: object } | undefined)?.metadata;
  return { metadata: { name: '', ...metadata } };
}
