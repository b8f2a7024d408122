import type { GaugePoint } from './report.ts';
import type { Offer } from './track.ts';

const MOST_PENDING = 64;

/** The readings of one gauge that steps still wait for; a step's figure is the mean of the readings inside it. */
export class GaugeTrack {
  #pending: GaugePoint[] = [];

  offer(point: GaugePoint, closedUntilMs: number): Offer {
    if (point.atMs <= closedUntilMs) return 'old';
    if (this.#pending.some((other) => other.atMs === point.atMs)) return 'duplicate';
    this.#pending.push(point);
    if (this.#pending.length > MOST_PENDING) this.#pending.shift();
    return 'taken';
  }

  /** Mean of the readings in (fromMs, toMs]; NaN without one. */
  spend(fromMs: number, toMs: number): number {
    let sum = 0;
    let readings = 0;
    let passed = false;
    for (const { atMs, value } of this.#pending) {
      passed ||= atMs <= toMs;
      if (atMs <= fromMs || atMs > toMs) continue;
      sum += value;
      readings++;
    }
    if (passed) this.#pending = this.#pending.filter((point) => point.atMs > toMs);
    return readings === 0 ? Number.NaN : sum / readings;
  }

  clear(): void {
    this.#pending = [];
  }
}
