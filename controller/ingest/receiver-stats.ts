import type { IdentityStats } from './identity-cache.ts';
import { type Refusal, refusalReasons } from './refusal.ts';
import { type Rejection, rejectionReasons } from './rejection.ts';

/** Totals since the start, by reason where there are reasons; every reason is present, from zero. */
export interface ReceiverStats {
  /** Exports answered with 200: all of it taken, or some points rejected. */
  readonly exports: { readonly accepted: number; readonly partial: number };
  readonly refused: Readonly<Record<Refusal, number>>;
  readonly acceptedPoints: number;
  readonly rejectedPoints: Readonly<Record<Rejection, number>>;
  readonly ignoredMetrics: number;
  /** Resources that named another pod, namespace or Deployment than the token does. */
  readonly mismatchedClaims: number;
  readonly bodyBytes: number;
  readonly decodedBytes: number;
  readonly droppedConnections: number;
  /** Not totals: now. */
  readonly inFlight: number;
  readonly identity: IdentityStats;
}

/** The same while it is being counted. */
export class Counters {
  readonly exports = { accepted: 0, partial: 0 };
  readonly refused = zeros(refusalReasons);
  readonly rejectedPoints = zeros(rejectionReasons);
  acceptedPoints = 0;
  ignoredMetrics = 0;
  mismatchedClaims = 0;
  bodyBytes = 0;
  decodedBytes = 0;
  droppedConnections = 0;

  snapshot(inFlight: number, identity: IdentityStats): ReceiverStats {
    return {
      ...this,
      exports: { ...this.exports },
      refused: { ...this.refused },
      rejectedPoints: { ...this.rejectedPoints },
      inFlight,
      identity,
    };
  }
}

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
}
