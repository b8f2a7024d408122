/**
 * Rates by absolute step number (startMs / step), the newest `capacity` of them. 32-bit on purpose: history keeps the
 * same figure, so a restart feeds the forecaster the same bytes. What was never set is NaN.
 */
export class RateRing {
  readonly #values: Float32Array;
  /** One past the newest step number; -1 while empty. */
  #end = -1;
  #lastKnown = -1;
  #firstSet = Number.POSITIVE_INFINITY;

  constructor(capacity: number) {
    this.#values = new Float32Array(capacity).fill(Number.NaN);
  }

  /** The newest step number whose rate is known; -1 when none is. */
  get lastKnown(): number {
    return this.#lastKnown;
  }

  /** The oldest step number that is kept, none before the first known one; undefined while none is known. */
  get oldest(): number | undefined {
    return this.#lastKnown < 0 ? undefined : Math.max(this.#firstSet, this.#end - this.#values.length);
  }

  /**
   * Sets one step. Steps skipped on the way become NaN; one that is older than the ring is ignored. What is missing
   * never replaces what is known: the first step after a restart is heard in part only, history has it whole.
   */
  set(step: number, rate: number): void {
    const capacity = this.#values.length;
    if (step < this.#end - capacity) return;
    if (step < this.#end && !Number.isFinite(rate)) return;
    if (step >= this.#end) {
      const gap = this.#end < 0 ? 0 : Math.min(step - this.#end, capacity);
      for (let skipped = step - gap; skipped < step; skipped++) this.#values[skipped % capacity] = Number.NaN;
      this.#end = step + 1;
    }
    this.#values[step % capacity] = rate;
    if (Number.isFinite(rate)) this.#firstSet = Math.min(this.#firstSet, step);
    if (Number.isFinite(rate) && step > this.#lastKnown) this.#lastKnown = step;
  }

  /** Forgets the steps from `end` on. */
  truncate(end: number): void {
    if (end >= this.#end) return;
    const oldest = Math.max(end, this.#end - this.#values.length);
    for (let step = oldest; step < this.#end; step++) this.#values[step % this.#values.length] = Number.NaN;
    this.#end = end;
    this.#lastKnown = -1;
    for (let step = end - 1; step >= end - this.#values.length && this.#lastKnown < 0; step--) {
      if (Number.isFinite(this.#values[step % this.#values.length])) this.#lastKnown = step;
    }
  }

  get(step: number): number {
    const inside = step < this.#end && step >= this.#end - this.#values.length;
    return inside ? (this.#values[step % this.#values.length] ?? Number.NaN) : Number.NaN;
  }

  /** Steps [from, to); NaN outside what the ring holds. */
  range(from: number, to: number): Float64Array {
    const rates = new Float64Array(Math.max(0, to - from));
    for (let index = 0; index < rates.length; index++) rates[index] = this.get(from + index);
    return rates;
  }
}
