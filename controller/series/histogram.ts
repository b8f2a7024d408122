import { sameBounds } from './latency.ts';
import type { HistogramPoint } from './report.ts';
import { type PointKind, Track } from './track.ts';

/** A histogram whose buckets changed cannot be subtracted: it begins anew, like a counter that went backwards. */
const kind: PointKind<HistogramPoint> = {
  size: (point) => point.counts.reduce((sum, count) => sum + count, 0),
  decreased: (older, newer) =>
    !sameBounds(older.boundsSeconds, newer.boundsSeconds) ||
    newer.counts.some((count, index) => count < (older.counts[index] ?? 0)),
};

export function histogramTrack(): Track<HistogramPoint> {
  return new Track(kind);
}

/** Requests by bucket that one pod finished in one step. */
export interface BucketTally {
  boundsSeconds: readonly number[];
  counts: Float64Array;
  total: number;
}

/** undefined when the pod said nothing of (fromMs, toMs]. When its buckets change within a step the newer ones stand. */
export function tallyBuckets(
  track: Track<HistogramPoint>,
  fromMs: number,
  toMs: number,
  youngMs: number,
): BucketTally | undefined {
  let tally: BucketTally | undefined;
  track.spend(fromMs, toMs, youngMs, (older, newer, span, share) => {
    if (tally === undefined || !sameBounds(tally.boundsSeconds, newer.boundsSeconds)) {
      const counts = new Float64Array(newer.counts.length);
      tally = { boundsSeconds: newer.boundsSeconds, counts, total: 0 };
    }
    for (let index = 0; index < tally.counts.length; index++) {
      const before = span.fromZero ? 0 : (older?.counts[index] ?? 0);
      const count = ((newer.counts[index] ?? 0) - before) * share;
      tally.counts[index] = (tally.counts[index] ?? 0) + count;
      tally.total += count;
    }
  });
  return tally;
}
