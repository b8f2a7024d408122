import type { Clock } from '../clock.ts';
import { BoundedMap } from './bounded-map.ts';
import type { Limits } from './limits.ts';

type GateLimits = Pick<
  Limits,
  'burstPerPod' | 'perSecondPerPod' | 'maxInFlight' | 'maxInFlightPerPod' | 'maxPods'
>;

interface PodState {
  tokens: number;
  atMs: number;
  inFlight: number;
}

export type Passage =
  | { readonly kind: 'pass'; readonly leave: () => void }
  | { readonly kind: 'too-often' | 'overloaded'; readonly retryAfterSeconds: number };

/**
 * Lets each pod in at its own rate, a token bucket, and holds the number of requests under way, in all and per pod:
 * one pod that misbehaves is refused, not everybody.
 */
export class PodGate {
  readonly #limits: GateLimits;
  readonly #clock: Clock;
  readonly #pods: BoundedMap<PodState>;
  #inFlight = 0;

  constructor(limits: GateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#pods = new BoundedMap(limits.maxPods);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Call `leave` of a pass exactly once, when the request is over however it ended. */
  enter(podUid: string): Passage {
    const { burstPerPod, perSecondPerPod, maxInFlight, maxInFlightPerPod } = this.#limits;
    const nowMs = this.#clock.monotonicMs();
    const pod = this.#pods.get(podUid) ?? { tokens: burstPerPod, atMs: nowMs, inFlight: 0 };
    this.#pods.set(podUid, pod);
    pod.tokens = Math.min(burstPerPod, pod.tokens + ((nowMs - pod.atMs) / 1000) * perSecondPerPod);
    pod.atMs = nowMs;
    if (pod.tokens < 1) {
      const retryAfterSeconds = Math.max(1, Math.ceil((1 - pod.tokens) / perSecondPerPod));
      return { kind: 'too-often', retryAfterSeconds };
    }
    if (pod.inFlight >= maxInFlightPerPod) return { kind: 'too-often', retryAfterSeconds: 1 };
    if (this.#inFlight >= maxInFlight) return { kind: 'overloaded', retryAfterSeconds: 1 };
    pod.tokens -= 1;
    pod.inFlight += 1;
    this.#inFlight += 1;
    const leave = () => {
      pod.inFlight -= 1;
      this.#inFlight -= 1;
    };
    return { kind: 'pass', leave };
  }
}
