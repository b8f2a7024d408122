import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';

export interface FakeObject {
  metadata: {
    namespace?: string;
    name: string;
    resourceVersion?: string;
    uid?: string;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** Answers a request itself and returns true, or returns false to let the server go on. */
export type Fault = (request: SeenRequest, response: ServerResponse) => boolean;

interface OpenWatch {
  readonly path: string;
  readonly response: ServerResponse;
}

/**
 * A small API server over real HTTP whose every misbehaviour a test chooses: lists (paged), watches with history,
 * compaction, bookmarks, and whatever `faults` do before that.
 */
export class FakeApi {
  readonly seen: SeenRequest[] = [];
  readonly faults: Fault[] = [];
  version = 100;
  /** Watches from before this version get 410. */
  compacted = 0;
  pageLimit = Number.POSITIVE_INFINITY;
  #collections = new Map<string, Map<string, FakeObject>>();
  #history: { path: string; version: number; line: string }[] = [];
  #watches = new Set<OpenWatch>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  config(token?: string): KubeConfig {
    const { port } = this.#server.address() as AddressInfo;
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'fake', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: 'tester', ...(token === undefined ? {} : { token }) },
    );
    return config;
  }

  /** Does what the fault says for the next n requests that match. */
  failNext(times: number, matches: (request: SeenRequest) => boolean, fault: Fault): void {
    let left = times;
    this.faults.push((request, response) => {
      if (left <= 0 || !matches(request)) return false;
      left--;
      return fault(request, response);
    });
  }

  put(path: string, object: FakeObject): FakeObject {
    const collection = this.#collection(path);
    const key = keyOf(object);
    const kind = collection.has(key) ? 'MODIFIED' : 'ADDED';
    const stored = {
      ...object,
      metadata: { uid: `uid-${key}`, ...object.metadata, resourceVersion: this.#next() },
    };
    collection.set(key, stored);
    this.#tell(path, kind, stored);
    return stored;
  }

  remove(path: string, key: string): void {
    const stored = this.#collection(path).get(key);
    if (stored === undefined) return;
    this.#collection(path).delete(key);
    this.#tell(path, 'DELETED', {
      ...stored,
      metadata: { ...stored.metadata, resourceVersion: this.#next() },
    });
  }

  /** Changes the store and tells no watch: an event that got lost. */
  putSilently(path: string, object: FakeObject): void {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: this.#next() } };
    this.#collection(path).set(keyOf(object), stored);
  }

  /** As after `etcdctl snapshot restore`: an earlier version, and no history of what came later. */
  restore(version: number): void {
    this.version = version;
    this.#history = [];
  }

  get(path: string, key: string): FakeObject | undefined {
    return this.#collection(path).get(key);
  }

  bookmark(path: string): void {
    this.raw(
      path,
      JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: `${this.version}` } } }),
    );
  }

  /** Writes any line to the open watches of a collection. */
  raw(path: string, line: string): void {
    for (const watch of this.#watches) if (watch.path === path) watch.response.write(`${line}\n`);
  }

  /** Ends the open watches: politely, or by a reset. */
  endWatches(path: string, how: 'end' | 'reset' = 'end'): void {
    for (const watch of this.#watches) {
      if (watch.path !== path) continue;
      if (how === 'end') watch.response.end();
      else watch.response.socket?.resetAndDestroy();
    }
  }

  watchers(path: string): number {
    return [...this.#watches].filter((watch) => watch.path === path).length;
  }

  count(matches: (request: SeenRequest) => boolean): number {
    return this.seen.filter(matches).length;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://fake');
    let text = '';
    for await (const piece of incoming) text += piece;
    const request: SeenRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    this.seen.push(request);
    response.on('error', () => undefined);
    if (this.faults.some((fault) => fault(request, response))) return;
    if (request.method !== 'GET') answer(response, 404, status(404, 'the fake has no such verb'));
    else if (request.query.get('watch') === 'true') this.#serveWatch(request, response);
    else this.#serveList(request, response);
  }

  #serveList(request: SeenRequest, response: ServerResponse): void {
    const all = [...this.#collection(request.path).values()];
    const limit = Math.min(this.pageLimit, Number(request.query.get('limit') ?? Number.POSITIVE_INFINITY));
    const from = Number(request.query.get('continue') ?? 0);
    const to = from + limit;
    const more = to < all.length ? { continue: String(to) } : {};
    const metadata = { resourceVersion: String(this.version), ...more };
    answer(response, 200, { kind: 'List', metadata, items: all.slice(from, to) });
  }

  #serveWatch(request: SeenRequest, response: ServerResponse): void {
    const from = Number(request.query.get('resourceVersion'));
    if (from < this.compacted) {
      answer(response, 410, status(410, 'too old resource version'));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const event of this.#history) {
      if (event.path === request.path && event.version > from) response.write(`${event.line}\n`);
    }
    const watch = { path: request.path, response };
    this.#watches.add(watch);
    response.on('close', () => this.#watches.delete(watch));
  }

  #tell(path: string, type: string, object: FakeObject): void {
    const line = JSON.stringify({ type, object });
    this.#history.push({ path, version: this.version, line });
    this.raw(path, line);
  }

  #collection(path: string): Map<string, FakeObject> {
    const collection = this.#collections.get(path) ?? new Map<string, FakeObject>();
    this.#collections.set(path, collection);
    return collection;
  }

  #next(): string {
    this.version++;
    return String(this.version);
  }
}

export async function startFakeApi(): Promise<FakeApi> {
  const api = new FakeApi();
  await api.listen();
  return api;
}

export function answer(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export const status = (code: number, message: string) => ({
  kind: 'Status',
  status: 'Failure',
  code,
  message,
});

export const keyOf = (object: FakeObject) =>
  object.metadata.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : object.metadata.name;

/** Waits for something that real sockets will bring about; throws after two seconds. */
export async function eventually(what: string, condition: () => boolean): Promise<void> {
  const untilMs = performance.now() + 2000;
  while (!condition()) {
    if (performance.now() > untilMs) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
