import { type ExplicitBuckets, toExplicit } from './exponential.ts';
import type { RawExponential, RawHistogram } from './raw-export.ts';
import type { Rejection } from './rejection.ts';
import { MAX_BUCKETS } from './sink.ts';

/** The buckets of a histogram of either kind, or why they contradict themselves. */
export function admitHistogram(point: RawHistogram | RawExponential): ExplicitBuckets | Rejection {
  const flaw = point.kind === 'histogram' ? flawOfExplicit(point) : flawOfExponential(point);
  if (flaw) return flaw;
  const buckets = point.kind === 'histogram' ? explicitOf(point) : toExplicit(point);
  if (typeof buckets === 'string') return buckets;
  if (!ascending(buckets.bounds)) return 'BoundsUnordered';
  return total(buckets.counts) === point.count ? buckets : 'BucketMismatch';
}

function flawOfExplicit({ counts, bounds }: RawHistogram): Rejection | undefined {
  if (counts.length > MAX_BUCKETS || bounds.length > MAX_BUCKETS) return 'TooManyBuckets';
  // a histogram may come without buckets: then it is one bucket, and only its count is known
  const bare = counts.length === 0 && bounds.length === 0;
  if (!bare && counts.length !== bounds.length + 1) return 'BucketMismatch';
  return flawOfCounts(counts) ?? (bounds.some((bound) => bound < 0) ? 'Negative' : undefined);
}

function flawOfExponential(point: RawExponential): Rejection | undefined {
  const { positive, negative, zeroCount, zeroThreshold } = point;
  if (positive.counts.length > MAX_BUCKETS || negative.counts.length > MAX_BUCKETS) return 'TooManyBuckets';
  if (!Number.isFinite(zeroThreshold)) return 'NotFinite';
  if (zeroThreshold < 0) return 'Negative';
  return flawOfCounts([...positive.counts, ...negative.counts, zeroCount]);
}

function flawOfCounts(counts: readonly number[]): Rejection | undefined {
  for (const count of counts) {
    if (count < 0) return 'Negative';
    if (count > Number.MAX_SAFE_INTEGER) return 'Overflow';
  }
  return undefined;
}

function explicitOf({ bounds, counts, count }: RawHistogram): ExplicitBuckets {
  return counts.length === 0 ? { bounds, counts: [count] } : { bounds, counts };
}

function ascending(bounds: readonly number[]): boolean {
  return bounds.every(
    (bound, index) => Number.isFinite(bound) && (index === 0 || bound > (bounds[index - 1] ?? Number.NaN)),
  );
}

function total(counts: readonly number[]): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
