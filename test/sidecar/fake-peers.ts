import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Peer {
  readonly url: string;
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on a free port of loopback, or on the port given. */
export async function serveOn(handler: Handler, port = 0): Promise<Peer> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Export {
  readonly authorization: string | undefined;
  readonly encoding: string | undefined;
  readonly path: string | undefined;
  readonly body: OtlpBody;
}

interface OtlpPoint {
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly doubleValue?: number };
  }[];
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano: string;
  readonly asInt?: number | string;
  readonly asDouble?: number;
  readonly count?: number | string;
  readonly bucketCounts?: readonly (number | string)[];
  readonly explicitBounds?: readonly number[];
}

interface OtlpData {
  readonly dataPoints: readonly OtlpPoint[];
  readonly isMonotonic?: boolean;
  readonly aggregationTemporality?: number;
}

interface OtlpBody {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: OtlpPoint['attributes'] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly unit: string;
        readonly sum?: OtlpData;
        readonly gauge?: OtlpData;
        readonly histogram?: OtlpData;
      }[];
    }[];
  }[];
}

/** An OTLP/HTTP receiver that notes what it gets, and answers as told: a status, or nothing at all. */
export async function receiver(
  answer: (nth: number) => { status: number; retryAfter?: string; body?: string } | 'hang',
  port = 0,
) {
  const exports: Export[] = [];
  const waiting: (() => void)[] = [];
  let requests = 0;
  const peer = await serveOn((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const said = answer(++requests);
      if (said === 'hang') return;
      if (said.status === 200) exports.push(exportOf(request, Buffer.concat(chunks)));
      response
        .writeHead(said.status, said.retryAfter ? { 'retry-after': said.retryAfter } : {})
        .end(said.body ?? '{}');
      for (const wake of waiting.splice(0)) wake();
    });
  }, port);
  /** Resolves when there are as many exports. */
  const received = async (count: number): Promise<readonly Export[]> => {
    while (exports.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return exports;
  };
  return { ...peer, exports, received, requests: () => requests };
}

function exportOf(request: IncomingMessage, bytes: Buffer): Export {
  const encoding = request.headers['content-encoding'];
  return {
    authorization: request.headers.authorization,
    encoding,
    path: request.url,
    body: JSON.parse((encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8')),
  };
}

/** The points of one metric in an export; none where there is no such export. */
export function pointsOf(sent: Export | undefined, name: string): readonly OtlpPoint[] {
  const metrics = (sent?.body.resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap((scope) => scope.metrics),
  );
  const metric = metrics.find((one) => one.name === name);
  return (metric?.sum ?? metric?.gauge ?? metric?.histogram)?.dataPoints ?? [];
}

export function attributesOf(
  attributes: OtlpPoint['attributes'],
): Record<string, string | number | undefined> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.doubleValue]),
  );
}
