import { SEASON, STEPS, u32At } from '../layout';
import { NEWEST, slotOf } from './ledger';

/**
 * What kind of moment an origin is, in ways of dividing moments; in each, experts are weighted apart:
 *
 *   way       as usual | well above the base | well below: residual beyond 1.5 of its mean size
 *   one       all alike
 *   eighth    of the day
 *   quarter   of the day, times way
 *
 * The small budget has way and one, the large way, eighth and quarter. A burst wants another expert than a calm morning.
 * Worked example: mean size .1, residuals .3, -.2, .1: above, below, as usual.
 *
 * Also here: how far a residual may go before it is called an outlier, 4 times its running median, which moves up by 2 %
 * when a residual is beyond it and down by 2 % when not (Robbins and Monro 1951). One burst then moves neither the blocks nor
 * the levels far.
 */
export const PARTITIONS: i32 = 4;
const small = memory.data<i32>([3, 1]);
const large = memory.data<i32>([3, 8, 12]);

// state
const SIZE: usize = 0;
const MEDIAN: usize = 4;
const MOMENT: usize = 8;
export const CONTEXTS_BYTES: usize = 16;
const RATE: f32 = 0.01;
const UNUSUAL: f32 = 1.5;
const OUTLIER: f64 = 4;
const YOUNG: u32 = 100;

export function partitionsOf(tight: bool): i32 {
  return tight ? 2 : 3;
}

/** How many contexts the first `partitions` have. */
export function contextsBefore(tight: bool, partitions: i32): i32 {
  const sizes = tight ? small : large;
  let sum = 0;
  for (let partition = 0; partition < partitions; partition++) {
    sum += load<i32>(sizes + ((<usize>partition) << 2));
  }
  return sum;
}

/** The newest origin's contexts, a byte per partition. */
export function momentOf(state: usize): u32 {
  return load<u32>(state + MOMENT);
}

/** Beyond this a residual is an outlier. */
export function outlierBound(state: usize): f64 {
  return OUTLIER * <f64>load<f32>(state + MEDIAN);
}

/** Finds the newest step's contexts. `base`: what was usual now. */
export function contextsFind(
  series: usize,
  past: usize,
  state: usize,
  tight: bool,
  base: f64,
  known: bool,
): void {
  const residual = known ? <f32>(load<f64>(past + NEWEST) - base) : <f32>0;
  const size = abs(residual);
  if (known) learn(state, size, u32At(series, STEPS));
  const way: u32 = size < UNUSUAL * load<f32>(state + SIZE) ? 0 : residual > 0 ? 1 : 2;
  const quarters = (slotOf(series) * 8) / u32At(series, SEASON);
  const moment = tight ? way : way | (quarters << 8) | (((quarters >> 1) * 3 + way) << 16);
  store<u32>(state + MOMENT, moment);
}

function learn(state: usize, size: f32, steps: u32): void {
  const mean = load<f32>(state + SIZE);
  store<f32>(state + SIZE, max(mean > 0 ? mean + RATE * (min(size, 3 * mean) - mean) : size, 1e-9));
  const old = load<f32>(state + MEDIAN);
  let median = old <= 0 ? max(size, 1e-6) : old + <f32>0.03 * (size - old);
  if (steps > YOUNG) median = old * <f32>(size > old ? 1.02 : 0.98);
  store<f32>(state + MEDIAN, max(median, 1e-9));
}
