import { attributes, signals } from '../../sidecar/signals.ts';
import { bucketCounts, type Served, serve } from './latency.ts';
import {
  type Chunk,
  joined,
  nested,
  OtlpTemplate,
  packedDoubles,
  packedSlots,
  slot64,
  text,
  varintField,
} from './otlp-template.ts';

/** Upper bounds in seconds, Envoy's defaults. */
export const BOUNDS_SECONDS = [
  0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

const CUMULATIVE = 2;
const BUCKETS = Array.from({ length: BOUNDS_SECONDS.length + 1 }, (_, index) => `bucket${index}`);

/** One pod with its sidecar: serves what it gets and tells of it as a sidecar does, cumulatively since it started. */
export class SimulatedPod {
  readonly #template = new OtlpTemplate(layout());
  readonly #buckets = new Array<number>(BUCKETS.length).fill(0);
  #ok = 0;
  #errors = 0;
  #seconds = 0;
  #backlog = 0;

  constructor(startedMs: number) {
    for (const slot of ['okStart', 'errorStart', 'durationStart']) this.#template.setTime(slot, startedMs);
  }

  /** Serves one tick's arrivals. */
  serve(requests: number, tickSeconds: number): Served {
    const served = serve(requests, this.#backlog, tickSeconds);
    this.#backlog = served.backlog;
    this.#ok += requests - served.errors;
    this.#errors += served.errors;
    this.#seconds += requests * (served.waitSeconds + served.sojournSeconds);
    for (const [index, count] of bucketCounts(served, BOUNDS_SECONDS).entries()) {
      this.#buckets[index] = (this.#buckets[index] ?? 0) + count;
    }
    // Little's law: what is inside is arrivals per second times the time they stay.
    const inflight = (requests / tickSeconds) * (served.waitSeconds + served.sojournSeconds);
    this.#template.setCount('inflight', Math.round(inflight));
    return served;
  }

  /** The export's body; the buffer is reused by the next export. */
  body(atMs: number): Buffer {
    const template = this.#template;
    for (const slot of ['okTime', 'errorTime', 'durationTime', 'inflightTime']) template.setTime(slot, atMs);
    template.setCount('ok', this.#ok);
    template.setCount('error', this.#errors);
    template.setCount('count', this.#ok + this.#errors);
    template.setDouble('sum', this.#seconds);
    for (const [index, slot] of BUCKETS.entries()) template.setCount(slot, this.#buckets[index] ?? 0);
    return template.body;
  }
}

/** opentelemetry/proto/metrics/v1/metrics.proto; the numbers are its field numbers. */
function layout(): Chunk {
  const scope = nested(1, text(1, 'foresail-sidecar'));
  const resource = nested(1, attribute(1, 'service.name', 'shop'));
  const metrics = joined([requests(), duration(), inflight()]);
  return nested(1, resource, nested(2, scope, metrics));
}

function requests(): Chunk {
  const point = (outcome: 'ok' | 'error') =>
    nested(
      1,
      attribute(7, attributes.outcome, outcome),
      slot64(2, `${outcome}Start`),
      slot64(3, `${outcome}Time`),
      slot64(6, outcome),
    );
  const sum = nested(7, point('ok'), point('error'), varintField(2, CUMULATIVE), varintField(3, 1));
  return nested(2, text(1, signals.requests), text(3, '{request}'), sum);
}

function duration(): Chunk {
  const point = nested(
    1,
    slot64(2, 'durationStart'),
    slot64(3, 'durationTime'),
    slot64(4, 'count'),
    slot64(5, 'sum'),
    packedSlots(6, BUCKETS),
    packedDoubles(7, BOUNDS_SECONDS),
  );
  return nested(2, text(1, signals.duration), text(3, 's'), nested(9, point, varintField(2, CUMULATIVE)));
}

function inflight(): Chunk {
  const point = nested(1, slot64(3, 'inflightTime'), slot64(6, 'inflight'));
  return nested(2, text(1, signals.inflight), text(3, '{request}'), nested(5, point));
}

function attribute(field: number, key: string, value: string): Chunk {
  return nested(field, text(1, key), nested(2, text(1, value)));
}
