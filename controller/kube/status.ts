import { GROUP, VERSION } from '../api/crd.ts';
import type { PublishedCondition, PublishedStatus } from '../api/predictive-scaler-status.ts';
import type { Clock, Random } from '../clock.ts';
import type { ScalerStatus } from '../ports.ts';
import { createQueue, type Queue } from '../queue.ts';
import { ApiFailure } from './api-failure.ts';
import type { Connection } from './connection.ts';
import { messageOf, resourcePath } from './kube-object.ts';
import type { ScalerRef } from './scaler-record.ts';

export const SCALER_API = `/apis/${GROUP}/${VERSION}`;

export interface StatusWriterOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  /** The status as the cache has it: what need not be written again, and since when conditions stand. */
  readonly published: (ref: ScalerRef) => PublishedStatus | undefined;
  readonly mayWrite: () => boolean;
  readonly onFailure: (error: Error) => void;
}

type Wanted = { readonly ref: ScalerRef; readonly status: Partial<ScalerStatus> };

const MESSAGE_CHARACTERS = 1024;
/** The cache shows a write of ours within this time. */
const CACHE_LAG_MS = 10_000;

/** Brings statuses to what is wanted, the newest only, one write at a time per scaler, retried with back-off. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #wanted = new Map<string, Wanted>();
  readonly #written = new Map<string, { readonly digest: string; readonly atMs: number }>();
  readonly #queue: Queue;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    this.#queue = createQueue({
      clock: options.clock,
      random: options.random,
      concurrency: 4,
      handle: (uid) => this.#write(uid),
      onFailure: (_uid, error) => options.onFailure(error as Error),
    });
  }

  want(ref: ScalerRef, status: Partial<ScalerStatus>): void {
    this.#wanted.set(ref.uid, { ref, status });
    this.#queue.add(ref.uid);
  }

  forget(uid: string): void {
    this.#wanted.delete(uid);
    this.#written.delete(uid);
    this.#queue.forget(uid);
  }

  stop(): Promise<void> {
    return this.#queue.stop();
  }

  async #write(uid: string): Promise<undefined> {
    const wanted = this.#wanted.get(uid);
    // A status is news from the leader; one that no longer leads may be wrong by now.
    if (wanted === undefined || !this.#options.mayWrite()) return;
    const { ref, status } = wanted;
    const { connection, clock, published } = this.#options;
    const body = statusBody(ref, status, published(ref)?.conditions ?? [], clock.wallMs());
    const digest = digestOf(body);
    if (digest === digestOf(published(ref) ?? {}) || this.#justWritten(uid, digest)) return;
    const reply = await connection.send({
      method: 'PATCH',
      path: resourcePath(SCALER_API, 'predictivescalers', ref.namespace, ref.name, 'status'),
      query: { fieldManager: 'foresail', force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: {
        apiVersion: `${GROUP}/${VERSION}`,
        kind: 'PredictiveScaler',
        // With the UID a scaler deleted and made anew is not given the old one's status.
        metadata: { name: ref.name, namespace: ref.namespace, uid },
        status: body,
      },
    });
    // Gone, or another object by now: its own status will be wanted when it is seen.
    if (reply.status === 404 || reply.status === 409) return;
    if (reply.status !== 200) throw new ApiFailure(reply.status, messageOf(reply), reply.retryAfterMs);
    this.#written.set(uid, { digest, atMs: clock.monotonicMs() });
    return;
  }

  #justWritten(uid: string, digest: string): boolean {
    const written = this.#written.get(uid);
    return written?.digest === digest && this.#options.clock.monotonicMs() - written.atMs < CACHE_LAG_MS;
  }
}

/** The status to apply: figures that are not known are left out, a condition keeps its time while its status stands. */
export function statusBody(
  ref: ScalerRef,
  status: Partial<ScalerStatus>,
  before: readonly PublishedCondition[],
  wallMs: number,
): PublishedStatus {
  const { conditions = [], ...figures } = status;
  const now = `${new Date(wallMs).toISOString().slice(0, 19)}Z`;
  return {
    observedGeneration: ref.generation,
    ...Object.fromEntries(
      Object.entries(figures).filter(([, figure]) => figure !== undefined && !isNotNumber(figure)),
    ),
    conditions: conditions.map((condition) => {
      const known = before.find(
        ({ type, status: value }) => type === condition.type && value === condition.status,
      );
      return {
        ...condition,
        message: condition.message.slice(0, MESSAGE_CHARACTERS),
        observedGeneration: ref.generation,
        lastTransitionTime: known?.lastTransitionTime ?? now,
      };
    }),
  };
}

const isNotNumber = (figure: unknown) => typeof figure === 'number' && !Number.isFinite(figure);

/** Equal for statuses that say the same, whatever the order of their fields; times follow from the rest. */
function digestOf(status: PublishedStatus): string {
  const conditions = (status.conditions ?? []).map(({ lastTransitionTime: _time, ...rest }) => sorted(rest));
  return JSON.stringify([sorted({ ...status, conditions: undefined }), conditions.sort()]);
}

const sorted = (object: object) =>
  JSON.stringify(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
