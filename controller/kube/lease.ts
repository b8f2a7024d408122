import { ApiFailure } from './api-failure.ts';
import type { Connection, Reply } from './connection.ts';
import { messageOf, resourcePath } from './kube-object.ts';

/** A coordination.k8s.io/v1 Lease as election reads and writes it. */
export interface Lease {
  readonly resourceVersion: string;
  /** Empty: nobody holds it. */
  readonly holder: string;
  readonly durationSeconds: number;
  readonly renewTime: string;
  /** leaseTransitions: grows by one with every acquisition, and is the epoch of the one who acquired. */
  readonly epoch: number;
}

export type LeaseSpec = Omit<Lease, 'resourceVersion' | 'renewTime'> & { readonly acquired: boolean };

const API = '/apis/coordination.k8s.io/v1';

/** One Lease object; every write is a compare-and-set on its resourceVersion. */
export class LeaseObject {
  readonly #connection: Connection;
  readonly #namespace: string;
  readonly #name: string;
  readonly #timeoutMs: number;

  constructor(connection: Connection, namespace: string, name: string, timeoutMs: number) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.#name = name;
    this.#timeoutMs = timeoutMs;
  }

  /** undefined: there is none. Throws ApiFailure or Unreachable. */
  async read(): Promise<Lease | undefined> {
    const reply = await this.#connection.send({
      method: 'GET',
      path: resourcePath(API, 'leases', this.#namespace, this.#name),
      timeoutMs: this.#timeoutMs,
    });
    if (reply.status === 404) return undefined;
    return readLease(reply);
  }

  /** undefined: somebody else wrote in between (or it is gone): read again. Throws ApiFailure or Unreachable. */
  async write(spec: LeaseSpec, before: Lease | undefined, wallMs: number): Promise<Lease | undefined> {
    const path = before
      ? resourcePath(API, 'leases', this.#namespace, this.#name)
      : resourcePath(API, 'leases', this.#namespace);
    const reply = await this.#connection.send({
      method: before ? 'PUT' : 'POST',
      path,
      query: { fieldManager: 'foresail' },
      body: this.#body(spec, before, microTime(wallMs)),
      timeoutMs: this.#timeoutMs,
    });
    // A new one is answered 404 when its namespace does not exist, and that does not pass by itself.
    if (reply.status === 409 || (before && reply.status === 404)) return undefined;
    return readLease(reply);
  }

  #body(spec: LeaseSpec, before: Lease | undefined, now: string) {
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: this.#name,
        namespace: this.#namespace,
        ...(before ? { resourceVersion: before.resourceVersion } : {}),
      },
      spec: {
        ...(spec.holder === '' ? {} : { holderIdentity: spec.holder }),
        leaseDurationSeconds: spec.durationSeconds,
        leaseTransitions: spec.epoch,
        renewTime: now,
        ...(spec.acquired ? { acquireTime: now } : {}),
      },
    };
  }
}

function readLease(reply: Reply): Lease {
  if (reply.status !== 200 && reply.status !== 201) throw new ApiFailure(reply.status, messageOf(reply));
  const { metadata, spec } = reply.body as {
    metadata: { resourceVersion: string };
    spec?: {
      holderIdentity?: string;
      leaseDurationSeconds?: number;
      leaseTransitions?: number;
      renewTime?: string;
    };
  };
  return {
    resourceVersion: metadata.resourceVersion,
    holder: spec?.holderIdentity ?? '',
    durationSeconds: spec?.leaseDurationSeconds ?? 0,
    renewTime: spec?.renewTime ?? '',
    epoch: spec?.leaseTransitions ?? 0,
  };
}

/** MicroTime wants six digits: 2026-01-02T03:04:05.678000Z. */
export function microTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('Z', '000Z');
}
