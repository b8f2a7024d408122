import { ApiFailure } from './api-failure.ts';
import { type Connection, Unreachable } from './connection.ts';
import { asKubeObject, type KubeObject, messageOf } from './kube-object.ts';

export interface Listing<T> {
  readonly objects: readonly T[];
  readonly resourceVersion: string;
}

export interface ListRequest {
  readonly path: string;
  readonly accept: string;
  readonly signal: AbortSignal;
}

const PAGE = '500';
const TIMEOUT_MS = 60_000;

/**
 * All objects of a resource, page by page. `keep` makes of each what is held on to, before the next page is asked for:
 * 10,000 pods as they are sent would be more than the container's memory. No resourceVersion is asked for, so the answer is at least as new as
 * anything written before: a cache that lags cannot answer it. Throws ApiFailure (410 when the pages expired on the
 * way) or Unreachable.
 */
export async function listAll<T>(
  connection: Connection,
  request: ListRequest,
  keep: (object: KubeObject) => T,
): Promise<Listing<T>> {
  const objects: T[] = [];
  let token: string | undefined;
  for (;;) {
    const reply = await connection.send({
      method: 'GET',
      path: request.path,
      query: { limit: PAGE, continue: token },
      accept: request.accept,
      signal: request.signal,
      timeoutMs: TIMEOUT_MS,
    });
    if (reply.status !== 200) throw new ApiFailure(reply.status, messageOf(reply), reply.retryAfterMs);
    const page = readPage(reply.body);
    if (page === undefined) throw new Unreachable(`GET ${request.path}: the answer is not a list`);
    for (const object of page.objects) objects.push(keep(object));
    token = page.token;
    if (!token) return { objects, resourceVersion: page.resourceVersion };
  }
}

function readPage(body: unknown): (Listing<KubeObject> & { token: string | undefined }) | undefined {
  const page = body as {
    metadata?: { resourceVersion?: unknown; continue?: unknown };
    items?: unknown;
  } | null;
  const resourceVersion = page?.metadata?.resourceVersion;
  if (typeof resourceVersion !== 'string') return undefined;
  const items = page?.items ?? [];
  if (!Array.isArray(items)) return undefined;
  const objects = items.map(asKubeObject);
  if (!objects.every((object) => object !== undefined)) return undefined;
  const token = page?.metadata?.continue;
  return { objects, resourceVersion, token: typeof token === 'string' && token !== '' ? token : undefined };
}
