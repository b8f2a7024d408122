import { STEPS, u32At, WEEK } from '../layout';
import {
  alphaOf,
  bankBytes,
  bankPredict,
  bankRemember,
  bankScore,
  bankSize,
  memberAt,
  usualOf,
} from './bank';
import { decompositionBytes, decompositionUpdate, recall, seasonSays } from './decomposition';

/**
 * Exponential smoothing with a damped additive trend (Gardner 1985; Hyndman et al. 2008, ETS(A,Ad,A)) of the seasonally
 * adjusted square root x of the rate:
 *
 *   e = x - (level + damping trend)
 *   level' = level + damping trend + alpha e,   trend' = damping trend + alpha beta e
 *
 * Eight pairs of alpha and beta run side by side, six without trend (so simple smoothing is among them, and nearly the
 * mean), and bank.ts weighs them for each lead; seasons are decomposition.ts. alpha is 1 / steps at first, so that a
 * slow level starts as a mean.
 *
 * Worked example: 4, then 9. Roots 2 and 3, so e = 1. Every alpha is .5 by then, but for .8; the levels are 2.5 seven
 * times and 2.8; trends .15 and .1. No error tells them apart yet, so the root said for lead 1 is
 * (20.3 + .95 x .25) / 8 = 2.567, the rate 6.59.
 */
const DAMPING: f64 = 0.95;
const betas = memory.data<f32>([0, 0, 0, 0, 0, 0, 0.3, 0.2]);

export function etsBytes(season: u32, week: u32): usize {
  return bankBytes(week) + decompositionBytes(season, week);
}

export function etsOpen(series: usize, state: usize): void {}

function seasonsOf(series: usize, state: usize): usize {
  return state + bankBytes(u32At(series, WEEK));
}

/** STEPS, SLOT and the ring already include the value. */
export function etsUpdate(series: usize, state: usize, value: f64, known: bool): void {
  const seasons = seasonsOf(series, state);
  if (known) bankScore(series, state, DAMPING, seasons, value);
  recall(series, seasons, 0);
  const size = bankSize(series);
  for (let member = 0; member < size; member++) {
    const at = memberAt(state, member);
    const trend = DAMPING * load<f64>(at, 8);
    const level = load<f64>(at) + trend;
    const step = known ? alphaOf(series, member) * (sqrt(value) - usualOf(member) - level) : 0.0;
    const beta = <f64>load<f32>(betas + ((<usize>(member & 7)) << 2));
    store<f64>(at, level + step);
    store<f64>(at, u32At(series, STEPS) == 1 ? 0.0 : trend + beta * step, 8);
  }
  const begins = decompositionUpdate(series, seasons);
  if (begins) recall(series, seasons, 0);
  bankRemember(series, state, begins ? seasonSays : 0);
}

export function etsPredict(series: usize, state: usize, path: usize): void {
  bankPredict(series, state, DAMPING, seasonsOf(series, state), path);
}
