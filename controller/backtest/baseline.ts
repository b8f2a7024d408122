import { FIGURES } from '../../assembly/pkg/forecaster.js';
import type { Season } from './season.ts';

/** The two forecasts that cost nothing, exactly; every other one must beat the better of them. */
export const BASELINES = ['naive', 'seasonal-naive'] as const;

/**
 * The value at the same place of the newest whole season that is over: lead 1 of season 3 after step 9 is step 7, lead 4
 * is step 7 too. Before a season was seen it is the last value; NaN where the value is missing.
 */
export function seasonalNaive(
  values: Float64Array,
  step: number,
  { seasonSteps }: Pick<Season, 'seasonSteps'>,
  into: Float64Array,
): void {
  const now = values[step] as number;
  // age of the season's value: lead - seasons back x season, at most 0
  let back = seasonSteps;
  for (let lead = 1; lead <= into.length; lead++) {
    if (lead > back) back += seasonSteps;
    const from = step + lead - back;
    into[lead - 1] = from < 0 ? now : (values[from] as number);
  }
}

/**
 * Puts the exact point where the core's own model would put one that its quantile tracker has shifted; the higher
 * quantiles stay the tracker's, but are never below the point. A point that is NaN leaves the core's.
 */
export function placePoints(figures: Float64Array, at: number, points: Float64Array): void {
  for (let lead = 0; lead < points.length; lead++) {
    const point = points[lead] as number;
    if (Number.isNaN(point)) continue;
    const from = at + lead * FIGURES;
    figures[from] = point;
    figures[from + 1] = point;
    for (let place = 2; place < FIGURES; place++) {
      figures[from + place] = Math.max(figures[from + place] as number, point);
    }
  }
}
