import type { Point } from './report.ts';

/** Whether a point says something that can be. One that cannot is refused whole: it never becomes zero. */
export function isPossible(point: Point): boolean {
  if (!isStamp(point.atMs)) return false;
  if (point.kind === 'gauge') return isAmount(point.value);
  if (!Number.isFinite(point.startMs) || point.startMs < 0 || point.startMs > point.atMs) return false;
  if (point.kind === 'counter') return isAmount(point.value);
  return (
    point.counts.length === point.boundsSeconds.length + 1 &&
    point.counts.every(isAmount) &&
    isAscending(point.boundsSeconds)
  );
}

function isStamp(atMs: number): boolean {
  return Number.isFinite(atMs) && atMs > 0 && atMs <= Number.MAX_SAFE_INTEGER;
}

/** 2^63 is the most a proxy can count; beyond it something overflowed on the way. */
function isAmount(value: number): boolean {
  return value >= 0 && value <= 2 ** 63;
}

function isAscending(bounds: readonly number[]): boolean {
  for (let index = 0; index < bounds.length; index++) {
    const bound = bounds[index] ?? Number.NaN;
    if (!Number.isFinite(bound) || bound < 0) return false;
    if (index > 0 && bound <= (bounds[index - 1] ?? Number.NaN)) return false;
  }
  return true;
}
