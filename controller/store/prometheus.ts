import { BadInput } from '../cli/bad-input.ts';
import type { Clock } from '../clock.ts';
import type { Trace } from '../series/trace.ts';
import { matrixOf, type Sample, type SeriesAnswer } from './prometheus-answer.ts';

export interface RangeRequest {
  /** Where the server is, without `/api/v1`; a path in front of it is kept (`https://host/prometheus`). */
  readonly url: string;
  readonly query: string;
  /** The steps [fromMs, toMs), on the step grid. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepSeconds: number;
  readonly bearerToken?: string;
}

export interface RangeParts {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** Told what the server warns of. */
  readonly warn: (message: string) => void;
}

/** Prometheus refuses a query_range of more than 11,000 points per series. */
const MOST_POINTS = 11_000;
const TIMEOUT_MS = 30_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Reads one series from any Prometheus-compatible server, in as many requests as its limit of points needs. A sample at
 * t is what a `rate(...[step])` saw of (t - step, t], so it becomes the step that ends at t. Stale, NaN and absent
 * samples are missing. Throws BadInput with the server's own words when it refuses, with the labels when there is more
 * than one series.
 */
export async function readRange(request: RangeRequest, parts: RangeParts): Promise<Trace> {
  const { fromMs, toMs, stepSeconds } = request;
  const stepMs = stepSeconds * 1000;
  const values = new Float64Array(Math.round((toMs - fromMs) / stepMs)).fill(Number.NaN);
  const labels = new Map<string, SeriesAnswer['labels']>();
  for (let first = 0; first < values.length; first += MOST_POINTS) {
    const last = Math.min(values.length, first + MOST_POINTS) - 1;
    const answer = await ask(request, fromMs + (first + 1) * stepMs, fromMs + (last + 1) * stepMs, parts);
    for (const series of answer) {
      labels.set(JSON.stringify(series.labels), series.labels);
      if (labels.size === 1) place(series.samples, request, values);
    }
  }
  if (labels.size > 1) throw new BadInput(tooMany([...labels.values()]));
  if (!values.some((value) => !Number.isNaN(value))) {
    throw new BadInput(
      `${request.url} knows nothing of the query between ${iso(fromMs)} and ${iso(toMs)}; --query must give a series with values in --range: ${request.query}`,
    );
  }
  return { startMs: fromMs, stepSeconds, values, source: request.url };
}

function place(
  samples: readonly Sample[],
  { url, fromMs, stepSeconds }: RangeRequest,
  into: Float64Array,
): void {
  for (const { unixSeconds, value } of samples) {
    const index = Math.round((unixSeconds * 1000 - fromMs) / (stepSeconds * 1000)) - 1;
    if (value < 0) {
      throw new BadInput(
        `${url}: the value at ${iso(unixSeconds * 1000)} is ${value}; --query must give requests per second, never negative`,
      );
    }
    if (index >= 0 && index < into.length && Number.isFinite(value)) into[index] = value;
  }
}

function tooMany(all: readonly SeriesAnswer['labels'][]): string {
  const shown = all.slice(0, 5).map((labels) => `\n  ${labelText(labels)}`);
  const more = all.length > 5 ? `\n  and ${all.length - 5} more` : '';
  return `--query must give one series; it gives ${all.length} (sum(...) makes them one):${shown.join('')}${more}`;
}

function labelText(labels: SeriesAnswer['labels']): string {
  const { __name__: name = '', ...rest } = labels;
  const pairs = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `${name}{${pairs.join(', ')}}`;
}

async function ask(
  request: RangeRequest,
  startMs: number,
  endMs: number,
  { clock, fetch, warn }: RangeParts,
): Promise<readonly SeriesAnswer[]> {
  const { url, query, stepSeconds, bearerToken } = request;
  const deadline = new AbortController();
  const done = new AbortController();
  clock.sleep(TIMEOUT_MS, done.signal).then(
    () => deadline.abort(),
    () => {},
  );
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/api/v1/query_range`, {
      method: 'POST',
      headers: bearerToken === undefined ? {} : { authorization: `Bearer ${bearerToken}` },
      body: new URLSearchParams({
        query,
        start: String(startMs / 1000),
        end: String(endMs / 1000),
        step: String(stepSeconds),
      }),
      signal: deadline.signal,
    });
    const text = await readText(response, url);
    return matrixOf({ url, status: response.status, text }, warn);
  } catch (error) {
    if (error instanceof BadInput) throw error;
    if (deadline.signal.aborted) {
      throw new BadInput(`${url} did not answer within ${TIMEOUT_MS / 1000} s; a shorter --range may help`);
    }
    throw new BadInput(`${url} cannot be reached: ${causeOf(error)}`);
  } finally {
    done.abort();
  }
}

async function readText(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MOST_BYTES) {
      throw new BadInput(`${url} answered more than ${MOST_BYTES} bytes; --query must give one series`);
    }
  }
  return text + decoder.decode();
}

/** fetch says "fetch failed" and hides why in its cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as NodeJS.ErrnoException;
  return message || code || String(cause);
}

function iso(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
