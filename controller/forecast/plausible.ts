import type { Answer } from './figures.ts';

/** No surge is this many times all that was ever seen, within 30 steps of a load that is being measured. */
const MOST_TIMES = 100;
/** Below this a workload has hardly been used, and any start is many times what was seen. */
const LEAST_RPS = 1;

/**
 * Whether figures can be of this world. A finite number is not enough: a model that has gone wrong may say 1e12, and replicas
 * would go to maxReplicas for it.
 *
 * the highest rate ever seen is 300; the highest p99 is 2,400 | 1e12
 * 2,400 <= 100 x 300
 * -> true | false
 */
export function isPlausible({ leads, peaks }: Answer, highestRps: number): boolean {
  const most = MOST_TIMES * Math.max(LEAST_RPS, highestRps);
  return [...leads, ...peaks].every(({ mean, p99 }) => p99 <= most && mean <= most);
}

/** The highest of the rates, and of what was known before them. */
export function highestOf(rates: Float64Array, knownRps: number): number {
  let highest = knownRps;
  for (const rate of rates) if (rate > highest && Number.isFinite(rate)) highest = rate;
  return highest;
}
