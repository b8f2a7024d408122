import type { DecodeLimits } from './sink.ts';

/** What the receiver allows. All are per process unless they say otherwise. */
export interface Limits extends DecodeLimits {
  /** The body as sent. */
  readonly maxBodyBytes: number;
  /** The body after decompression. */
  readonly maxDecodedBytes: number;
  readonly maxHeaderBytes: number;
  readonly maxTokenBytes: number;
  readonly maxConnections: number;
  /** Requests between the door and their answer; times maxBodyBytes it bounds the memory of bodies. */
  readonly maxInFlight: number;
  readonly maxInFlightPerPod: number;
  /** Token bucket per pod: so many exports at once, and so many per second in the long run. */
  readonly burstPerPod: number;
  readonly perSecondPerPod: number;
  /** Pods whose bucket is kept; a pod that falls out begins with a full one. */
  readonly maxPods: number;
  /** From the first byte of a connection or request to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** From there to the end of the body. */
  readonly requestTimeoutMs: number;
  /** A sidecar exports every 5 s over one connection: longer than that, with room for missed ones. */
  readonly keepAliveTimeoutMs: number;
  /** How long requests under way may take when the receiver closes. */
  readonly closeGraceMs: number;
}

export const defaultLimits: Limits = {
  maxBodyBytes: 1 << 20,
  maxDecodedBytes: 4 << 20,
  maxHeaderBytes: 16 << 10,
  maxTokenBytes: 8 << 10,
  maxConnections: 8192,
  maxInFlight: 128,
  maxInFlightPerPod: 4,
  burstPerPod: 20,
  perSecondPerPod: 2,
  maxPods: 20_000,
  maxPoints: 1000,
  maxJsonElements: 200_000,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  keepAliveTimeoutMs: 65_000,
  closeGraceMs: 3_000,
};
