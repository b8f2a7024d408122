import type { RawExponential } from './raw-export.ts';
import type { Rejection } from './rejection.ts';

export interface ExplicitBuckets {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/**
 * An exponential histogram as explicit buckets, without loss: the same counts between the same edges.
 *
 * Bucket i of scale s holds (b^i, b^(i+1)] with b = 2^(2^-s) (OpenTelemetry metrics data model, "Exponential Buckets"),
 * so its edges are 2^(i / 2^s). Values up to the zero threshold come first, then an empty bucket up to the first
 * edge. Worked example: scale 0, offset 0, counts [2, 3], zero count 1 -> bounds [0, 1, 2, 4], counts [1, 0, 2, 3, 0].
 */
export function toExplicit(point: RawExponential): ExplicitBuckets | Rejection {
  if (point.negative.counts.some((count) => count !== 0)) return 'Negative';
  const perOctave = 2 ** point.scale;
  const { offset, counts: positive } = point.positive;
  const bounds = [point.zeroThreshold];
  const counts = [point.zeroCount];
  for (const [index, count] of positive.entries()) {
    const lower = 2 ** ((offset + index) / perOctave);
    const upper = 2 ** ((offset + index + 1) / perOctave);
    const misplaced = placeBucket(bounds, counts, lower, upper, count);
    if (misplaced) return 'BoundsUnordered';
  }
  counts.push(0);
  return { bounds, counts };
}

/** Appends (lower, upper]; true when that cannot be, because it reaches below what is there and is not empty. */
function placeBucket(
  bounds: number[],
  counts: number[],
  lower: number,
  upper: number,
  count: number,
): boolean {
  const last = bounds[bounds.length - 1] ?? 0;
  if (lower < last) return count !== 0;
  if (lower > last) {
    bounds.push(lower);
    counts.push(0);
  }
  bounds.push(upper);
  counts.push(count);
  return false;
}
