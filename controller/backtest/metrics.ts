import { field, type Tally } from './tally.ts';

/** What is said of a candidate over some leads. NaN: it cannot be told (no points, no peaks, a constant). */
export interface Metrics {
  /** Pairs of origin and lead whose actual is known. */
  readonly points: number;
  readonly mae: number;
  /** Mean of |error| / actual over the actuals above zero, 0.1 is 10 %. */
  readonly mape: number;
  readonly rmse: number;
  /** Mean absolute error by that of one season ago inside what was learned from first (Hyndman and Koehler 2006). */
  readonly mase: number;
  /** At peaks: sum of |error| by sum of actuals, so the higher the load the more its error counts. */
  readonly peakWeightedError: number;
  /** Share of the peaks that were above p50. */
  readonly peakUnderRate: number;
  /** Share of the peaks that were above p95. */
  readonly peakAboveP95Rate: number;
  /** Of the actuals that differ from the origin's value, the share that moved the way p50 said; no change said is wrong. */
  readonly directionAccuracy: number;
  readonly pinball: Quantiles<'0.5' | '0.9' | '0.95' | '0.99'>;
  /** Mean over the four quantiles of 2 x sum of pinball losses / sum of actuals. */
  readonly wql: number;
  /** Share of actuals at or below the quantile. */
  readonly coverage: Quantiles<'0.9' | '0.95' | '0.99'>;
}

export type Quantiles<Level extends string> = Readonly<Record<Level, number>>;

/** From the sums of one row; `maseScale` is the mean absolute error that counts as 1. */
export function metricsOf(row: Tally, maseScale: number): Metrics {
  const of = (at: number) => row[at] ?? 0;
  const points = of(field.points);
  const pinballSum =
    of(field.pinball) + of(field.pinball + 1) + of(field.pinball + 2) + of(field.pinball + 3);
  return {
    points,
    mae: ratio(of(field.error), points),
    mape: ratio(of(field.relative), of(field.relativePoints)),
    rmse: Math.sqrt(ratio(of(field.squared), points)),
    mase: ratio(ratio(of(field.error), points), maseScale),
    peakWeightedError: ratio(of(field.peakError), of(field.peakActual)),
    peakUnderRate: ratio(of(field.peakUnder), of(field.peakPoints)),
    peakAboveP95Rate: ratio(of(field.peakAboveP95), of(field.peakPoints)),
    directionAccuracy: ratio(of(field.movedAsSaid), of(field.moved)),
    pinball: {
      '0.5': ratio(of(field.pinball), points),
      '0.9': ratio(of(field.pinball + 1), points),
      '0.95': ratio(of(field.pinball + 2), points),
      '0.99': ratio(of(field.pinball + 3), points),
    },
    wql: ratio((2 * pinballSum) / 4, of(field.actual)),
    coverage: {
      '0.9': ratio(of(field.covered), points),
      '0.95': ratio(of(field.covered + 1), points),
      '0.99': ratio(of(field.covered + 2), points),
    },
  };
}

/** NaN, never an infinity, where there is nothing to divide by, or next to nothing. */
export function ratio(amount: number, by: number): number {
  const quotient = amount / by;
  return Number.isFinite(quotient) ? quotient : Number.NaN;
}

/** The value that a tenth of the known ones from `from` on reach; never 0: no load is no peak. 1..10 -> 10. */
export function peakThreshold(values: Float64Array, from: number): number {
  const known = values
    .subarray(from)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const threshold = known[Math.floor(known.length * 0.9)] ?? Number.POSITIVE_INFINITY;
  return Math.max(threshold, Number.MIN_VALUE);
}

/** Mean |y(t) - y(t - season)| over the first `length` values; of the step before, where there is no whole season. */
export function maseScale(values: Float64Array, length: number, seasonSteps: number): number {
  const lag = length > seasonSteps ? seasonSteps : 1;
  let sum = 0;
  let count = 0;
  for (let step = lag; step < length; step++) {
    const change = Math.abs((values[step] ?? Number.NaN) - (values[step - lag] ?? Number.NaN));
    if (Number.isNaN(change)) continue;
    sum += change;
    count++;
  }
  return ratio(sum, count);
}
