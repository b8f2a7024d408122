import { createHash } from 'node:crypto';
import { GROUP, VERSION } from '../api/crd.ts';
import type { Clock } from '../clock.ts';
import { type Reason, reasons } from '../reasons.ts';
import type { Connection, Reply } from './connection.ts';
import { resourcePath } from './kube-object.ts';
import { microTime } from './lease.ts';
import type { ScalerRef } from './scaler-record.ts';

export interface EventWriterOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  /** The pod that reports. */
  readonly instance: string;
  readonly onFailure: (error: Error) => void;
}

export interface EventCounts {
  created: number;
  /** The same again within the time of a series: told by a count on the first. */
  repeated: number;
  /** Beyond a scaler's allowance. */
  dropped: number;
  failed: number;
}

/** The same reason and message within this time is one event with a count, as in the API server's own recorder. */
const SERIES_MS = 360_000;
/** A series' count is brought up to date this seldom. */
const SERIES_EVERY_MS = 60_000;
/** Per scaler: this many at once, and one more each refill. */
const BURST = 10;
const REFILL_MS = 30_000;
/** Scalers and messages remembered; beyond it the oldest is forgotten, which costs a duplicate at worst. */
const REMEMBERED = 4096;
const NOTE_CHARACTERS = 1024;

interface Series {
  readonly name: string;
  count: number;
  lastMs: number;
  toldMs: number;
}

/**
 * Events on scalers (events.k8s.io/v1), deduplicated here and bounded per scaler: a controller in a hot loop must not
 * fill etcd. Nothing waits for an event and a lost one is not sent again: status says the same, and stays.
 */
export class EventWriter {
  readonly counts: EventCounts = { created: 0, repeated: 0, dropped: 0, failed: 0 };
  readonly #options: EventWriterOptions;
  readonly #series = new Map<string, Series>();
  readonly #allowances = new Map<string, { left: number; atMs: number }>();
  readonly #inFlight = new Set<Promise<void>>();

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  emit(ref: ScalerRef, reason: Reason, message: string): void {
    const nowMs = this.#options.clock.monotonicMs();
    const key = `${ref.uid} ${reason} ${message}`;
    const series = this.#series.get(key);
    if (series && nowMs - series.lastMs < SERIES_MS) {
      this.#repeat(ref, series, nowMs);
      return;
    }
    if (!this.#allowed(ref.uid, nowMs)) {
      this.counts.dropped++;
      return;
    }
    const wallMs = this.#options.clock.wallMs();
    const name = `${ref.name.slice(0, 230)}.${hash(`${key} ${wallMs}`)}`;
    remember(this.#series, key, { name, count: 1, lastMs: nowMs, toldMs: nowMs });
    this.counts.created++;
    this.#send('POST', ref, undefined, this.#body(name, ref, reason, message, wallMs));
  }

  /** Resolves when what was sent has been answered. */
  async stop(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  #repeat(ref: ScalerRef, series: Series, nowMs: number): void {
    this.counts.repeated++;
    series.count++;
    series.lastMs = nowMs;
    if (nowMs - series.toldMs < SERIES_EVERY_MS) return;
    series.toldMs = nowMs;
    const lastObservedTime = microTime(this.#options.clock.wallMs());
    this.#send('PATCH', ref, series.name, { series: { count: series.count, lastObservedTime } });
  }

  #allowed(uid: string, nowMs: number): boolean {
    const before = this.#allowances.get(uid) ?? { left: BURST, atMs: nowMs };
    const refilled = Math.min(BURST, before.left + (nowMs - before.atMs) / REFILL_MS);
    remember(this.#allowances, uid, { left: Math.max(0, refilled - 1), atMs: nowMs });
    return refilled >= 1;
  }

  #body(name: string, ref: ScalerRef, reason: Reason, message: string, wallMs: number) {
    const { instance } = this.#options;
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace: ref.namespace },
      eventTime: microTime(wallMs),
      reportingController: `${GROUP}/controller`,
      reportingInstance: instance.slice(0, 128),
      action: 'Scale',
      reason,
      regarding: {
        apiVersion: `${GROUP}/${VERSION}`,
        kind: 'PredictiveScaler',
        namespace: ref.namespace,
        name: ref.name,
        uid: ref.uid,
      },
      note: message.slice(0, NOTE_CHARACTERS),
      type: reasons[reason][0] === 'info' ? 'Normal' : 'Warning',
    };
  }

  #send(method: 'POST' | 'PATCH', ref: ScalerRef, name: string | undefined, body: object): void {
    const path = resourcePath('/apis/events.k8s.io/v1', 'events', ref.namespace, name);
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const sent = this.#options.connection
      .send({ method, path, contentType, body })
      .then(
        (reply) => this.#judge(reply),
        (error: Error) => this.#failed(error),
      )
      .finally(() => this.#inFlight.delete(sent));
    this.#inFlight.add(sent);
  }

  #judge(reply: Reply): void {
    if (reply.status >= 300) this.#failed(new Error(`an event was answered ${reply.status}`));
  }

  #failed(error: Error): void {
    this.counts.failed++;
    this.#options.onFailure(error);
  }
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= REMEMBERED) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
