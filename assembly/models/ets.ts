import { STEPS, u32At, WEEK } from '../layout';
import { bankBytes, bankPredict, bankRemember, bankScore, bankSize, memberAt } from './bank';
import { decompositionBytes, decompositionUpdate, seasonal, weekly } from './decomposition';

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
const MEMBERS: i32 = 8;
const DAMPING: f64 = 0.95;
const alphas = memory.data<f64>([0.003, 0.01, 0.03, 0.1, 0.3, 0.8, 0.1, 0.4]);
const betas = memory.data<f64>([0, 0, 0, 0, 0, 0, 0.3, 0.2]);

export function etsBytes(season: u32, week: u32): usize {
  return bankBytes(MEMBERS, week) + decompositionBytes(season, week);
}

export function etsOpen(series: usize, state: usize): void {}

function seasonsOf(series: usize, state: usize): usize {
  return state + bankBytes(MEMBERS, u32At(series, WEEK));
}

/** STEPS, SLOT and the ring already include the value. */
export function etsUpdate(series: usize, state: usize, value: f64, known: bool): void {
  const seasons = seasonsOf(series, state);
  if (known) bankScore(series, state, MEMBERS, DAMPING, seasons, value);
  const steps = u32At(series, STEPS);
  const size = bankSize(series, MEMBERS);
  const adjusted = sqrt(value) - seasonal(series, seasons, 0);
  const week = weekly(series, seasons, 0);
  for (let member = 0; member < size; member++) {
    const at = memberAt(state, member);
    const own = (<usize>(member % MEMBERS)) << 3;
    const trend = DAMPING * load<f64>(at, 8);
    const level = load<f64>(at) + trend;
    const alpha = max(load<f64>(alphas + own), 1.0 / <f64>steps);
    const error = adjusted - (member < MEMBERS ? 0 : week) - level;
    const step = known ? alpha * error : 0.0;
    store<f64>(at, level + step);
    store<f64>(at, steps == 1 ? 0.0 : trend + load<f64>(betas + own) * step, 8);
  }
  const begins = decompositionUpdate(series, seasons);
  bankRemember(series, state, MEMBERS, begins ? seasonal(series, seasons, 0) : 0);
}

export function etsPredict(series: usize, state: usize, path: usize): void {
  bankPredict(series, state, MEMBERS, DAMPING, seasonsOf(series, state), path);
}
