import type { CounterPoint } from './report.ts';
import { type PointKind, Track } from './track.ts';

const kind: PointKind<CounterPoint> = {
  size: (point) => point.value,
  decreased: (older, newer) => newer.value < older.value,
};

export function counterTrack(): Track<CounterPoint> {
  return new Track(kind);
}

/** What one counter said of one step: `count` requests in `coveredMs` of it. */
export interface Tally {
  count: number;
  coveredMs: number;
  /** The stretches used, in full, also where they reach beyond the step: how many, how long, from when to when. */
  stretches: number;
  heardMs: number;
  sinceMs: number;
  untilMs: number;
  reset: boolean;
}

export function emptyTally(): Tally {
  return {
    count: 0,
    coveredMs: 0,
    stretches: 0,
    heardMs: 0,
    sinceMs: Infinity,
    untilMs: -Infinity,
    reset: false,
  };
}

/** Fills `tally` with what `track` says of (fromMs, toMs], counts spread evenly over the time they were made in. */
export function tallyStep(
  track: Track<CounterPoint>,
  fromMs: number,
  toMs: number,
  youngMs: number,
  tally: Tally,
): void {
  tally.count = 0;
  tally.coveredMs = 0;
  tally.stretches = 0;
  tally.heardMs = 0;
  tally.sinceMs = Infinity;
  tally.untilMs = -Infinity;
  tally.reset = track.spend(fromMs, toMs, youngMs, (older, newer, span, share) => {
    const count = span.fromZero || older === undefined ? newer.value : newer.value - older.value;
    const lengthMs = span.toMs - span.fromMs;
    tally.count += count * share;
    tally.coveredMs += lengthMs * share;
    tally.stretches++;
    tally.heardMs += lengthMs;
    tally.sinceMs = Math.min(tally.sinceMs, span.fromMs);
    tally.untilMs = Math.max(tally.untilMs, span.toMs);
  });
}
