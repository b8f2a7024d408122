import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../clock.ts';
import { limitExecPlugins } from './exec-plugin.ts';

/** One call to the API server. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Begins with /; every name in it is already percent-encoded (see `resourcePath`). */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Until the whole answer is read; for a stream, until its headers. */
  readonly timeoutMs?: number;
}

export interface Reply {
  readonly status: number;
  /** Parsed JSON; the text when it is none. */
  readonly body: unknown;
  /** What Retry-After says, when it says something. */
  readonly retryAfterMs?: number;
}

/** The API server did not answer: refused, reset, timed out, cut short. It may have done what was asked. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface Connection {
  send(call: Call): Promise<Reply>;
  /** The answer as it comes; the caller reads or destroys it. */
  open(call: Call): Promise<{ readonly status: number; readonly stream: IncomingMessage }>;
  close(): void;
}

const TIMEOUT_MS = 10_000;
/** A list of many pods is large; anything beyond this is not an answer of the API server. */
const MAX_BYTES = 512 * 1024 * 1024;
/** After this long without a byte the kernel asks the peer, ten times, a second apart: a dead peer shows in 20 s. */
const KEEP_ALIVE_MS = 10_000;
/** Certificates and keys on disk are rotated; they are read again at most this often. */
const CREDENTIALS_MS = 30_000;

interface Credentials {
  readonly readMs: number;
  readonly tls: SecureContextOptions;
  readonly agent: HttpAgent;
  readonly fingerprint: string;
}

/**
 * HTTP to the API server with the kubeconfig's identity. Tokens from files, exec plug-ins and OIDC are the kubeconfig
 * library's business; sockets, deadlines and errors are ours.
 */
export function createConnection(config: KubeConfig, clock: Clock): Connection {
  limitExecPlugins(config, clock, TIMEOUT_MS);
  return new HttpConnection(config, clock);
}

class HttpConnection implements Connection {
  readonly #config: KubeConfig;
  readonly #clock: Clock;
  readonly #server: URL;
  #credentials: Credentials | undefined;

  constructor(config: KubeConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.#server = new URL(config.getCurrentCluster()?.server ?? 'https://localhost:6443');
  }

  async send(call: Call): Promise<Reply> {
    const { status, stream } = await this.open(call);
    const text = await readAll(stream, call, this.#clock);
    const retryAfterMs = retryAfter(stream.headers['retry-after']);
    return { status, body: parse(text), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }

  async open(call: Call): Promise<{ readonly status: number; readonly stream: IncomingMessage }> {
    const own: Record<string, unknown> & { headers?: Record<string, string> } = {};
    await authenticate(this.#config, own);
    const { agent, tls } = this.#refresh(own);
    const secure = this.#server.protocol === 'https:';
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const request = (secure ? httpsRequest : httpRequest)(urlOf(this.#server, call), {
      ...(secure ? tls : {}),
      agent: proxyAgentOf(this.#config, own) ?? agent,
      method: call.method,
      headers: headersOf(call, own.headers, body),
      ...(call.signal ? { signal: call.signal } : {}),
    });
    return answerTo(request, call, body, this.#clock);
  }

  close(): void {
    this.#credentials?.agent.destroy();
  }

  /** The sockets' agent; a new one when certificates or keys on disk have changed. */
  #refresh(own: Record<string, unknown>): Credentials {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#credentials;
    if (known && nowMs - known.readMs < CREDENTIALS_MS) return known;
    const { ca, cert, key, rejectUnauthorized, servername } = own;
    const tls = { ca, cert, key, rejectUnauthorized, servername } as SecureContextOptions;
    const fingerprint = JSON.stringify([ca, cert, key].map((part) => String(part ?? '')));
    if (known?.fingerprint === fingerprint) {
      this.#credentials = { ...known, readMs: nowMs };
      return this.#credentials;
    }
    known?.agent.destroy();
    const agent =
      this.#server.protocol === 'https:'
        ? new HttpsAgent({ keepAlive: true, ...tls })
        : new HttpAgent({ keepAlive: true });
    this.#credentials = { readMs: nowMs, tls, agent, fingerprint };
    return this.#credentials;
  }
}

/** Sends the body and waits for the answer's headers, no longer than the call's deadline. */
function answerTo(
  request: ClientRequest,
  call: Call,
  body: string | undefined,
  clock: Clock,
): Promise<{ readonly status: number; readonly stream: IncomingMessage }> {
  const timeoutMs = call.timeoutMs ?? TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    const settled = new AbortController();
    clock.sleep(timeoutMs, settled.signal).then(
      () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)),
      () => undefined,
    );
    request.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
    request.on('response', (stream) => {
      settled.abort();
      resolve({ status: stream.statusCode ?? 0, stream });
    });
    request.on('error', (error) => {
      settled.abort();
      reject(new Unreachable(`${call.method} ${call.path}: ${error.message}`, { cause: error }));
    });
    request.end(body);
  });
}

async function authenticate(config: KubeConfig, options: Record<string, unknown>): Promise<void> {
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    // A token file that is not there yet, an exec plug-in that failed: as if nobody answered, and tried again.
    const reason = (error as Error).message || 'the exec command failed without a word';
    throw new Unreachable(`no credentials: ${reason}`, { cause: error });
  }
}

/** The library's agent is used only where it alone can do it: through a proxy. */
function proxyAgentOf(config: KubeConfig, options: Record<string, unknown>): HttpAgent | undefined {
  return config.getCurrentCluster()?.proxyUrl ? (options.agent as HttpAgent) : undefined;
}

function urlOf(server: URL, call: Call): URL {
  const url = new URL(server);
  url.pathname = `${server.pathname.replace(/\/$/, '')}${call.path}`;
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

function headersOf(call: Call, own: Record<string, string> | undefined, body: string | undefined) {
  const content = { 'content-type': call.contentType ?? 'application/json' };
  return {
    ...own,
    accept: call.accept ?? 'application/json',
    'user-agent': 'foresail',
    ...(body === undefined ? {} : { ...content, 'content-length': String(Buffer.byteLength(body)) }),
  };
}

async function readAll(stream: IncomingMessage, call: Call, clock: Clock): Promise<string> {
  const timeoutMs = call.timeoutMs ?? TIMEOUT_MS;
  const settled = new AbortController();
  clock.sleep(timeoutMs, settled.signal).then(
    () => stream.destroy(new Error(`the answer was not complete within ${timeoutMs / 1000} s`)),
    () => undefined,
  );
  try {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of stream) {
      bytes += (piece as Buffer).length;
      if (bytes > MAX_BYTES) throw new Error(`the answer is longer than ${MAX_BYTES} bytes`);
      pieces.push(piece as Buffer);
    }
    return Buffer.concat(pieces).toString('utf8');
  } catch (error) {
    throw new Unreachable(`${call.method} ${call.path}: ${(error as Error).message}`, { cause: error });
  } finally {
    settled.abort();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Seconds as a number; the API server never sends the date form. */
function retryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
