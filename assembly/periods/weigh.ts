import { correlation, fillBlocks, MOST_BLOCKS, pairs, power } from './blocks';

/**
 * How much speaks for a period: the correlation of the history with itself whole periods before, and how many standard
 * errors that is above nothing. Both are of the blocks that `scale` made last.
 */

/** A period is 32 to 64 blocks long where it is weighed, one below 64 steps as long as it is. */
const FINE: i32 = 32;
/** More than 64 of the longest periods say no more, and the newest say most. */
const WEIGHED_BLOCKS: i32 = 4096;
/** Whole periods apart that are compared: enough to tell a habit from an echo, few enough for a habit to change. */
export const APART: i32 = 8;

/** Correlations at lags 0 .. 2 FINE + 1 of the scale in work. */
const known = memory.data((2 * FINE + 2) * 8);
let blockSteps: i32 = 1;
let many: i32 = 0;

/** Mean correlation whole periods apart, -1 .. 1, and its standard errors above none. */
export let strength: f64 = 0;
export let surprise: f64 = 0;
/** The same two and more periods apart: what levelling makes of mere noise is alike one period apart, but no further. */
export let lasting: f64 = 0;

/** Makes the blocks in which periods of `low` to 2 `low` steps are weighed; returns their mean square. */
export function scale(history: usize, count: i32, low: i32): f64 {
  blockSteps = 1;
  while (low >= 2 * FINE * blockSteps) blockSteps <<= 1;
  const longest = (2 * low) / blockSteps;
  many = fillBlocks(history, count, blockSteps, longest, WEIGHED_BLOCKS);
  for (let lag = 0; lag <= min(longest + 1, many - 1); lag++) {
    store<f64>(known + ((<usize>lag) << 3), correlation(lag));
  }
  return power();
}

function near(lag: i32): f64 {
  return load<f64>(known + ((<usize>lag) << 3));
}

/** The highest peak among the periods of this scale of which there are three, in blocks; 0: none. */
export function highestPeak(low: i32): i32 {
  const from = low / blockSteps;
  const to = min(2 * from, many / 3);
  let best = 0;
  let height = 0.0;
  for (let lag = from; lag < to; lag++) {
    const here = near(lag);
    if (here <= height || here < near(lag - 1) || here <= near(lag + 1)) continue;
    height = here;
    best = lag;
  }
  return best * blockSteps;
}

/**
 * How many blocks in a row say the same thing: 1 + 2 x the sum of squared correlations up to the first that is not positive
 * (Bartlett's variance of the correlation of two series that have no period in common).
 */
function stickiness(reach: i32): f64 {
  let sum = 1.0;
  for (let lag = 1; lag <= reach; lag++) {
    const value = near(lag);
    sum += 2 * value * value;
  }
  return sum;
}

/** Fisher's z, half the logarithm of (1 + r) / (1 - r), by its continued fraction. Example: .5 gives .549. */
export function fisher(correlated: f64): f64 {
  const r = min(0.98, max(-0.98, correlated));
  const s = r * r;
  return r / (1.0 - s / (3.0 - (4.0 * s) / (5.0 - (9.0 * s) / (7.0 - (16.0 * s) / 9.0))));
}

/**
 * Weighs `period` steps. Of a multiple of a period `part` that is known already only counts what it says beyond that one:
 * the mean correlation at the multiples in between is taken off (0: of none).
 */
export function weigh(period: i32, part: i32): void {
  const long = <f64>period / <f64>blockSteps;
  const sticky = stickiness(<i32>(0.5 * long));
  const off = part > 0 ? between(period, part) : 0;
  let sum = 0.0;
  let weight = 0.0;
  let first = 0.0;
  let firstWeight = 0.0;
  for (let apart = 1; apart <= APART; apart++) {
    const lag = <i32>(<f64>apart * long + 0.5);
    if (many - lag < (apart == 1 ? <i32>(0.9 * long) : <i32>long)) break;
    const value = correlation(lag);
    sum += <f64>pairs * value;
    weight += <f64>pairs;
    if (apart > 1) continue;
    first = sum;
    firstWeight = weight;
  }
  strength = weight > 0 ? sum / weight - off : 0;
  surprise = errors(strength, weight / sticky);
  const later = weight - firstWeight;
  lasting = later > 0 ? errors((sum - first) / later - off, later / sticky) : 0;
}

/** How many standard errors a correlation over so many independent pairs is above none. */
function errors(correlated: f64, independent: f64): f64 {
  return fisher(correlated) * sqrt(max(0.0, independent - 1.0));
}

/**
 * What `part` alone explains of `period`: the mean correlation at eight of its multiples, or all, in the middle half of the
 * period, away from where the history is like itself because it is near itself.
 */
function between(period: i32, part: i32): f64 {
  const times = period / part;
  const from = (times + 3) / 4;
  const to = (3 * times) / 4;
  const stride = max(1, (to - from) / APART);
  let sum = 0.0;
  let counted = 0;
  for (let k = from; k <= to; k += stride) {
    sum += correlation(<i32>(<f64>(k * part) / <f64>blockSteps + 0.5));
    counted++;
  }
  return counted > 0 ? max(0.0, sum / <f64>counted) : 0;
}

/**
 * `period`, known to a block, to the step: each halving of the blocks looks two of them around, at more whole periods apart,
 * because an error of one step is eight after eight periods.
 */
export function sharpen(history: usize, count: i32, period: i32): i32 {
  let steps = blockSteps;
  let lag = period / steps;
  let apart = 2;
  while (steps > 1 && 8 * lag <= MOST_BLOCKS) {
    steps >>= 1;
    apart = min(APART, 2 * apart);
    lag = nearest(fillBlocks(history, count, steps, 4 * lag, MOST_BLOCKS), 2 * lag, apart);
  }
  if (steps == 1) lag = nearest(fillBlocks(history, count, 1, 2 * lag, MOST_BLOCKS), lag, APART);
  return lag * steps;
}

/** The lag within two of `middle` at which the blocks repeat best. */
function nearest(blocks: i32, middle: i32, apart: i32): i32 {
  let best = middle;
  let height = -2.0;
  for (let lag = middle - 2; lag <= middle + 2; lag++) {
    const value = repeated(blocks, lag, apart);
    if (value <= height) continue;
    height = value;
    best = lag;
  }
  return best;
}

function repeated(blocks: i32, lag: i32, apart: i32): f64 {
  let sum = 0.0;
  let weight = 0.0;
  for (let k = 1; k <= apart && (k + 1) * lag <= blocks; k++) {
    const pairsOfBlocks = <f64>(k * k) * <f64>(blocks - k * lag);
    sum += pairsOfBlocks * correlation(k * lag);
    weight += pairsOfBlocks;
  }
  return weight > 0 ? sum / weight : -1.0;
}
