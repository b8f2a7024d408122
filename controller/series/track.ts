import { type Span, type Stamped, spanBetween } from './span.ts';

/** What became of an offered point. `taken` and `late` are kept; the others are only counted. */
export type Offer = 'taken' | 'late' | 'duplicate' | 'old' | 'mismatch';

/** How one kind of point is compared with another of the same series. */
export interface PointKind<P extends Stamped> {
  /** Grows with what was counted; of two points with one stamp the larger is kept, whichever came first. */
  size(point: P): number;
  /** Whether `newer` cannot be a continuation of `older` without a reset. */
  decreased(older: P, newer: P): boolean;
}

/** Called for each stretch that reaches into the step; `share` is the part of the stretch inside the step, 0..1. */
export type Visit<P> = (older: P | undefined, newer: P, span: Span, share: number) => void;

/** Points kept when nobody closes steps: memory stays bounded, the oldest becomes the base. */
const MOST_PENDING = 64;

/**
 * The points of one series of one pod that steps still wait for, in the order of their stamps, on the sender's
 * clock. Nothing is computed until a step closes, so the order of arrival cannot matter.
 *
 *     base          pending
 *      |      .  .  .        .          `base` is the newest point at or before the end of the last closed step
 *   ---+------|--------------|--->
 *          closed          closing
 */
export class Track<P extends Stamped> {
  readonly #kind: PointKind<P>;
  #base: P | undefined;
  #pending: P[] = [];

  constructor(kind: PointKind<P>) {
    this.#kind = kind;
  }

  offer(point: P, closedUntilMs: number): Offer {
    const reference = this.#base ?? this.#pending[0];
    if (reference !== undefined && reference.temporality !== point.temporality) {
      const newProcess = point.temporality === 'cumulative' && point.startMs >= reference.atMs;
      if (!newProcess) return 'mismatch';
      this.clear(); // a new process may speak differently; the same one may not
    }
    if (this.#base !== undefined && point.atMs <= this.#base.atMs) {
      return point.atMs === this.#base.atMs ? 'duplicate' : 'old';
    }
    if (!this.#insert(point)) return 'duplicate';
    if (this.#pending.length > MOST_PENDING) this.#base = this.#pending.shift();
    return point.atMs <= closedUntilMs ? 'late' : 'taken';
  }

  #insert(point: P): boolean {
    const pending = this.#pending;
    let index = pending.length;
    while (index > 0) {
      const before = pending[index - 1] as P;
      if (before.atMs < point.atMs) break;
      if (before.atMs === point.atMs) {
        if (this.#kind.size(point) > this.#kind.size(before)) pending[index - 1] = point;
        return false;
      }
      index--;
    }
    if (index === pending.length) pending.push(point);
    else pending.splice(index, 0, point);
    return true;
  }

  /** The oldest point of a series without a base: whether it counts is for the pod to say. */
  first(): P | undefined {
    return this.#base === undefined ? this.#pending[0] : undefined;
  }

  /** Stamp of the newest point before `atMs` of a series that began at `startMs`; undefined when there is none. */
  stampBefore(atMs: number, startMs: number): number | undefined {
    for (let index = this.#pending.length - 1; index >= 0; index--) {
      const point = this.#pending[index] as P;
      if (point.atMs < atMs && point.startMs === startMs) return point.atMs;
    }
    const base = this.#base;
    return base !== undefined && base.atMs < atMs && base.startMs === startMs ? base.atMs : undefined;
  }

  /** Puts a base under a series that has none. */
  startFrom(base: P): void {
    this.#base ??= base;
  }

  /** Visits what the points say of (fromMs, toMs], then forgets what no later step needs. True: a reset is in it. */
  spend(fromMs: number, toMs: number, youngMs: number, visit: Visit<P>): boolean {
    let older = this.#base;
    let reset = false;
    let passed = 0;
    for (const newer of this.#pending) {
      const decreased = older !== undefined && this.#kind.decreased(older, newer);
      const verdict = spanBetween(older, newer, decreased, youngMs);
      reset ||= verdict.reset && newer.atMs > fromMs && (older?.atMs ?? 0) < toMs;
      const span = verdict.span;
      if (span !== undefined) {
        const inside = Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs);
        if (inside > 0) visit(older, newer, span, inside / (span.toMs - span.fromMs));
      }
      older = newer;
      if (newer.atMs > toMs) break;
      passed++;
    }
    if (passed > 0) {
      this.#base = this.#pending[passed - 1];
      this.#pending.splice(0, passed);
    }
    return reset;
  }

  clear(): void {
    this.#base = undefined;
    this.#pending.length = 0;
  }
}
