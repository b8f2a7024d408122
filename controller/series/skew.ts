/** Within this a pod's clock is taken as right, and a report's age as the network's. */
const TOLERANCE_MS = 2_000;
/** A pod that was slow for one report but prompt for another in the last one or two windows is not skewed but late. */
const WINDOW_MS = 30_000;

/**
 * How far a sender's clock is from ours. A report is never received before it was made, so the smallest
 * (received - made) of the last 30 to 60 s is the skew plus the quickest delivery:
 *   made 10:00:00, received 10:00:00.2 and made 10:00:05, received 10:00:45  -> not skewed, the second is 40 s late
 *   made 09:00:00, received 10:00:00.2 and made 09:00:05, received 10:00:05.3 -> an hour behind
 * The smallest does not depend on the order of arrival. It moves only by more than the tolerance, so that jitter never
 * changes a duration.
 */
export class Skew {
  /** To be added to the sender's stamps. */
  offsetMs = 0;
  #windowStartMs = -Infinity;
  #smallestMs = Infinity;
  #smallestBeforeMs = Infinity;

  /** Takes note of a report; true when the sender's clock turned out to be elsewhere than thought. */
  observe(receivedAtMs: number, newestAtMs: number): boolean {
    const ageMs = receivedAtMs - newestAtMs;
    if (receivedAtMs - this.#windowStartMs >= WINDOW_MS) {
      this.#windowStartMs = receivedAtMs;
      this.#smallestBeforeMs = this.#smallestMs;
      this.#smallestMs = Infinity;
    }
    this.#smallestMs = Math.min(this.#smallestMs, ageMs);
    const skewMs = Math.min(this.#smallestMs, this.#smallestBeforeMs);
    if (Math.abs(skewMs - this.offsetMs) <= TOLERANCE_MS) return false;
    this.offsetMs = Math.abs(skewMs) <= TOLERANCE_MS ? 0 : skewMs;
    return true;
  }
}
