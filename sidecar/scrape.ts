import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Sample, Wanted } from './exposition.ts';
import { ExpositionReader } from './exposition.ts';

const LARGEST_BODY_BYTES = 8 * 1024 * 1024;

/** Its own agent: whatever the environment says of proxies is not for the proxy beside us. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** What went wrong with a scrape, and where; the readings have a gap there. */
export class ScrapeError extends Error {
  override name = 'ScrapeError';
}

/**
 * Reads a Prometheus text once, whole or not at all: throws a ScrapeError when it is late, too large, cut short or not
 * a 200. Compression is asked for only away from this machine, since on loopback it costs both sides more than it saves.
 */
export async function scrape(url: URL, wanted: Wanted, deadlineMs: number): Promise<readonly Sample[]> {
  const signal = AbortSignal.timeout(Math.ceil(deadlineMs));
  try {
    const response = await request(url, signal);
    if (response.statusCode !== 200) {
      response.resume();
      throw new ScrapeError(`answered ${response.statusCode}, must be 200`);
    }
    return await read(response, wanted);
  } catch (error) {
    if (signal.aborted) throw new ScrapeError(`no whole answer within ${Math.ceil(deadlineMs)} ms`);
    if (error instanceof ScrapeError) throw error;
    throw new ScrapeError(error instanceof Error ? reasonOf(error) : String(error));
  }
}

function request(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const isLoopback = /^(127\.|localhost$|\[::1\]$)/.test(url.hostname);
  const headers = { accept: 'text/plain', 'accept-encoding': isLoopback ? 'identity' : 'gzip' };
  return new Promise((resolve, reject) => {
    get(url, { agent, signal, headers }, resolve).on('error', reject);
  });
}

async function read(response: IncomingMessage, wanted: Wanted): Promise<readonly Sample[]> {
  const reader = new ExpositionReader(wanted);
  let bytes = 0;
  for await (const chunk of decoded(response)) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY_BYTES) {
      response.destroy();
      throw new ScrapeError(`body is larger than ${LARGEST_BODY_BYTES} bytes`);
    }
    reader.push(chunk);
  }
  // A connection that closes early ends a gzip stream or a chunked body with an error, but not a plain one.
  if (!response.complete) throw new ScrapeError('body was cut short');
  return reader.end();
}

function decoded(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return response;
  if (encoding !== 'gzip') throw new ScrapeError(`content-encoding ${encoding} must be gzip or none`);
  const gunzip = createGunzip();
  response.on('error', (error) => gunzip.destroy(error));
  return response.pipe(gunzip);
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ECONNREFUSED') return 'connection refused';
  return error.message || code || error.name;
}
