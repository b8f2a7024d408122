export type Random = () => number;

/** Mulberry32: the same numbers in [0, 1) for the same seed, so that a run can be played again. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A waiting time of a Poisson process, or the service time of an M/M/c queue. */
export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random()) * mean;
}
