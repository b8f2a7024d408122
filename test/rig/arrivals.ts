import { exponential, seededRandom } from './random.ts';

/** Requests per second for each second from the start on. */
export type RateProfile = readonly number[];

/**
 * When each request is sent, in ms from the start: a Poisson process whose rate changes every second. Waiting times
 * are drawn for a rate of one and stretched by the rate that holds; so the same seed gives the same arrivals.
 */
export function arrivalTimesMs(profile: RateProfile, seed: number): number[] {
  const random = seededRandom(seed);
  const arrivals: number[] = [];
  let untilNext = exponential(random, 1);
  profile.forEach((rate, second) => {
    if (!(rate >= 0)) throw new Error(`the rate of second ${second} must be a number >= 0, not ${rate}`);
    let passed = 0;
    while (rate > 0 && untilNext <= rate * (1 - passed)) {
      passed += untilNext / rate;
      arrivals.push((second + passed) * 1000);
      untilNext = exponential(random, 1);
    }
    untilNext -= rate * (1 - passed);
  });
  return arrivals;
}
