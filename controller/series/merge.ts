/** How far one pod may be from the middle of the others before its figure is bounded. */
const MOST_TIMES_MEDIAN = 10;
/** With fewer pods there is no middle to compare with. */
const LEAST_PODS_TO_BOUND = 4;
/** Below this median the others are idle, and no norm: a leader that takes all requests is not an outlier. */
const LEAST_MEDIAN_RPS = 1;

export interface Merged {
  /** Requests per second of all pods, the silent ones made up for. */
  readonly rps: number;
  /** How many pods were bounded. */
  readonly bounded: number;
}

/**
 * The most one pod's rate counts: 10 x the median of the others, so that one broken or hostile pod of n moves the sum
 * by a bounded amount, whatever it says. Infinity when there are too few others or they are idle.
 *   rates 10, 12, 11, 9000 -> bounds ..., 110: the sum is 143, not 9033
 */
export function boundOf(ascending: Float64Array, rate: number): number {
  const count = ascending.length;
  if (count < LEAST_PODS_TO_BOUND) return Infinity;
  const own = ascending.indexOf(rate);
  const other = (index: number) => ascending[index < own ? index : index + 1] ?? Number.NaN;
  const others = count - 1;
  const middle = Math.floor(others / 2);
  const median = others % 2 === 1 ? other(middle) : (other(middle - 1) + other(middle)) / 2;
  return median >= LEAST_MEDIAN_RPS ? MOST_TIMES_MEDIAN * median : Infinity;
}

/**
 * Sums the rates of the pods that spoke, in place bounded, and lets each silent pod count as the mean of them:
 *   rates 10, 12, 14 and 1 silent -> 36 + 12 = 48
 */
export function mergeRates(rates: Float64Array, silent: number): Merged {
  if (rates.length === 0) return { rps: Number.NaN, bounded: 0 };
  const ascending = rates.slice().sort();
  let bounded = 0;
  for (let index = 0; index < rates.length; index++) {
    const rate = rates[index] ?? 0;
    const bound = boundOf(ascending, rate);
    if (rate <= bound) continue;
    rates[index] = bound;
    bounded++;
  }
  // summed in order of size: floating-point addition would otherwise depend on which pod was heard first
  let sum = 0;
  for (const rate of bounded > 0 ? rates.slice().sort() : ascending) sum += rate;
  return { rps: sum + (sum / rates.length) * silent, bounded };
}
