import type { PredictiveScaler } from '../api/predictive-scaler.ts';
import type { Leadership } from '../ports.ts';

interface Offer {
  readonly replicas: number;
  readonly epoch: number;
}

/**
 * Numbers that are not written but asked for (spec.actuation.kind ExternalScaler). One stands until the next, as a floor
 * does: a decision that holds, holds the number offered. It is withdrawn as soon as this process does not lead any more, or
 * the scaler may not act; then what the workload has is all there is to say.
 */
export class Offers {
  readonly #leadership: Leadership;
  readonly #byScaler = new Map<string, Offer>();

  constructor(leadership: Leadership) {
    this.#leadership = leadership;
  }

  put({ uid }: Pick<PredictiveScaler, 'uid'>, replicas: number): void {
    this.#byScaler.set(uid, { replicas, epoch: this.#leadership.current().epoch });
  }

  get(scaler: Pick<PredictiveScaler, 'uid' | 'spec'>): number | undefined {
    const offer = this.#byScaler.get(scaler.uid);
    if (offer === undefined) return undefined;
    const { leading, epoch } = this.#leadership.current();
    const { mode, paused } = scaler.spec;
    const acts = (mode === 'Assisted' || mode === 'Automatic') && !paused;
    if (acts && leading && epoch === offer.epoch) return offer.replicas;
    this.#byScaler.delete(scaler.uid);
    return undefined;
  }

  forget(uid: string): void {
    this.#byScaler.delete(uid);
  }
}
