import { ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Clock, Random } from './clock.ts';
import type { StateLog } from './log.ts';
import type { Attempt, Send } from './outbox.ts';
import { Outbox } from './outbox.ts';

/** One attempt, with the retries and the Retry-After that OpenTelemetry's exporter heeds within it. */
const ATTEMPT_MS = 30_000;
const RESOLVE_EVERY_MS = 30_000;

/** Answers after which the same bytes will be refused again. Others (401, 404) may be put right on the other side. */
const FINAL_STATUS = new Set([400, 405, 406, 411, 413, 414, 415, 422, 431]);

export type Headers = () => Promise<Record<string, string>>;

/** `fanout`: every address the host name resolves to gets everything, as a headless Service of replicas wants it. */
export interface Endpoint {
  readonly url: URL;
  readonly fanout: boolean;
}

export interface ExportTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly states: StateLog;
  readonly headers: Headers;
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
}

/** Sends one export through OpenTelemetry's OTLP/HTTP exporter. */
export function otlpSend(url: URL, headers: Headers): Send {
  const exporter = new OTLPMetricExporter({
    url: url.href,
    headers,
    compression: CompressionAlgorithm.GZIP,
    timeoutMillis: ATTEMPT_MS,
    // One at a time is what the outbox does; the exporter still counts an export for a moment after it said it is done.
    concurrencyLimit: 2,
    // Idle sockets must outlast the interval, or each export opens a connection.
    httpAgentOptions: { keepAlive: true, maxSockets: 1, keepAliveMsecs: 15_000 },
  });
  return (metrics) =>
    new Promise((resolve) => {
      exporter.export(metrics, ({ code, error }) => {
        resolve(code === ExportResultCode.SUCCESS ? { kind: 'taken' } : attemptOf(error));
      });
    });
}

function attemptOf(error: Error | undefined): Attempt {
  const status = error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
  const message = error?.message || 'export failed';
  if (status !== undefined) {
    const said = `answered ${status} ${message}`;
    return { kind: FINAL_STATUS.has(status) ? 'refused' : 'later', message: said };
  }
  if (message === 'Export failed with retryable status') {
    return {
      kind: 'asked-to-wait',
      message: 'answers that it cannot take exports now (429, 502, 503 or 504)',
    };
  }
  return { kind: 'later', message };
}

/** All endpoints; each address has an outbox of its own. */
export class Exports {
  readonly #endpoints: readonly Endpoint[];
  readonly #tools: ExportTools;
  readonly #send: (url: URL) => Send;
  /** By address; `owner` is the endpoint that it came from. */
  readonly #boxes = new Map<string, { readonly owner: Endpoint; readonly box: Outbox }>();
  #droppedBefore = 0;
  #resolvedAtMs = Number.NEGATIVE_INFINITY;
  #resolving: Promise<void> | undefined;

  constructor(endpoints: readonly Endpoint[], tools: ExportTools, send?: (url: URL) => Send) {
    this.#endpoints = endpoints;
    this.#tools = tools;
    this.#send = send ?? ((url) => otlpSend(url, tools.headers));
    for (const endpoint of endpoints) if (!endpoint.fanout) this.#open(endpoint.url, endpoint);
  }

  get dropped(): number {
    return [...this.#boxes.values()].reduce((sum, { box }) => sum + box.dropped, this.#droppedBefore);
  }

  /** Queues for every address known now; never waits for one. */
  offer(metrics: ResourceMetrics): void {
    void this.refresh();
    for (const { box } of this.#boxes.values()) box.offer(metrics);
  }

  async drain(deadlineMs: number): Promise<void> {
    await Promise.all([...this.#boxes.values()].map(({ box }) => box.drain(deadlineMs)));
  }

  /** Looks up fan-out endpoints again when it is time; a failed look-up leaves the addresses as they are. */
  refresh(): Promise<void> {
    const due = this.#tools.clock.monotonicMs() - this.#resolvedAtMs >= RESOLVE_EVERY_MS;
    if (!due || !this.#endpoints.some(({ fanout }) => fanout)) return this.#resolving ?? Promise.resolve();
    this.#resolvedAtMs = this.#tools.clock.monotonicMs();
    this.#resolving ??= this.#resolveAll().finally(() => {
      this.#resolving = undefined;
    });
    return this.#resolving;
  }

  async #resolveAll(): Promise<void> {
    for (const endpoint of this.#endpoints.filter(({ fanout }) => fanout)) {
      const { url } = endpoint;
      try {
        const resolve = this.#tools.resolve ?? addressesOf;
        this.#follow(endpoint, await resolve(url.hostname));
        this.#tools.states.good(`dns ${url.hostname}`, 'resolves again');
      } catch (error) {
        this.#resolvedAtMs = Number.NEGATIVE_INFINITY;
        const reason = error instanceof Error ? error.message : String(error);
        this.#tools.states.bad(`dns ${url.hostname}`, `${reason}; the name must be a headless Service`);
      }
    }
  }

  #follow(owner: Endpoint, addresses: readonly string[]): void {
    if (addresses.length === 0) return;
    const current = new Map(addresses.map((address) => [atAddress(owner.url, address).href, address]));
    for (const [href, { owner: other, box }] of this.#boxes) {
      if (other !== owner || current.has(href)) continue;
      this.#droppedBefore += box.dropped;
      box.close();
      this.#boxes.delete(href);
    }
    for (const href of current.keys()) if (!this.#boxes.has(href)) this.#open(new URL(href), owner);
  }

  #open(url: URL, owner: Endpoint): void {
    const { clock, random, states } = this.#tools;
    const box = new Outbox(`export to ${url.origin}`, this.#send(url), clock, random, states);
    this.#boxes.set(url.href, { owner, box });
  }
}

async function addressesOf(hostname: string): Promise<readonly string[]> {
  // Loaded only where it is needed: most sidecars never look up more than one name.
  const { lookup } = await import('node:dns/promises');
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

function atAddress(url: URL, address: string): URL {
  const at = new URL(url);
  at.hostname = address.includes(':') ? `[${address}]` : address;
  return at;
}
