import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Trace } from '../series/trace.ts';
import { readRange } from '../store/prometheus.ts';
import { BadInput } from './bad-input.ts';
import type { Io } from './io.ts';
import type { ServerSource } from './source-options.ts';

/** The newest whole steps of the source's range, from a Prometheus-compatible server; its warnings go to stderr. */
export async function askServer(
  source: ServerSource,
  { stepSeconds, nowMs }: { readonly stepSeconds: number; readonly nowMs: number },
  io: Io,
  { clock, fetch }: { readonly clock: Clock; readonly fetch: typeof globalThis.fetch },
): Promise<Trace> {
  const stepMs = stepSeconds * 1000;
  const toMs = Math.floor(nowMs / stepMs) * stepMs;
  const fromMs = toMs - Math.ceil(source.rangeSeconds / stepSeconds) * stepMs;
  const token = await tokenOf(source);
  const request = { url: source.url, query: source.query, fromMs, toMs, stepSeconds };
  const warn = (message: string) => io.stderr.write(`${message}\n`);
  return readRange(token === undefined ? request : { ...request, bearerToken: token }, {
    clock,
    fetch,
    warn,
  });
}

async function tokenOf({ bearerTokenFile }: ServerSource): Promise<string | undefined> {
  if (bearerTokenFile === undefined) return undefined;
  const text = await readFile(bearerTokenFile, 'utf8').catch((error: Error) => {
    throw new BadInput(`--bearer-token-file ${bearerTokenFile} must be a readable file: ${error.message}`);
  });
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new BadInput(`--bearer-token-file ${bearerTokenFile} must hold one token, and nothing else`);
  }
  return token;
}
