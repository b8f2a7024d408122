/**
 * Sums over the judged points of one candidate, one row per lead; everything that is reported follows from them. A typed
 * array, because it is added to some ten million times a second.
 */
export type Tally = Float64Array;

/** What a row holds, by place. */
export const field = {
  points: 0,
  /** sum of |y - p50| */
  error: 1,
  squared: 2,
  /** sum of y */
  actual: 3,
  /** sum of |y - p50| / y, over the points with y > 0 */
  relative: 4,
  relativePoints: 5,
  /** over the points whose actual is a peak */
  peakPoints: 6,
  peakError: 7,
  peakActual: 8,
  peakUnder: 9,
  peakAboveP95: 10,
  /** over the points whose actual is not what it was at the origin */
  moved: 11,
  movedAsSaid: 12,
  /** Pinball losses at p50, p90, p95, p99, then how many actuals were at or below p90, p95, p99. */
  pinball: 13,
  covered: 17,
} as const;

export const FIELDS = 20;

export function emptyTally(leads: number): Tally {
  return new Float64Array(leads * FIELDS);
}

/** The rows of leads from..to as one. */
export function pooled(tally: Tally, from: number, to: number): Tally {
  const sum = new Float64Array(FIELDS);
  for (let lead = from; lead <= to; lead++) {
    for (let at = 0; at < FIELDS; at++) sum[at] = (sum[at] ?? 0) + (tally[(lead - 1) * FIELDS + at] ?? 0);
  }
  return sum;
}
