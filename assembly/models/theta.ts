import { SEASON, u32At, WEEK } from '../layout';
import {
  alphaOf,
  bankBytes,
  bankPredict,
  bankRemember,
  bankScore,
  bankSize,
  MEMBERS,
  memberAt,
} from './bank';
import { decompositionBytes, decompositionUpdate, recall, seasonSays, weekSays } from './decomposition';

/**
 * The Theta method (Assimakopoulos and Nikolopoulos 2000), as simple exponential smoothing with a share of the linear
 * trend for drift (Hyndman and Billah 2003), on the seasonally adjusted square root x of the rate:
 *
 *   root(h) = level + (1 - 1 / theta) slope (h - 1 + 1 / alpha),   level' = level + alpha (x - level)
 *
 * theta 2 is the standard method, half the drift; theta 1 is smoothing alone, theta infinite the whole line. Eight pairs
 * of alpha and theta run side by side and bank.ts weighs them for each lead, which is the optimised Theta of Fiorucci
 * et al. 2016 without a fitting run. The slope is that of a least-squares line whose weights fade over four seasons:
 *
 *   n = sum w, a = sum w age, q = sum w age^2, y = sum w x, z = sum w age x:   slope = (a y / n - z) / (q - a^2 / n + 100)
 *
 * (100: a line through a handful of points is hardly a trend). Worked example: roots 10, 10.1, 10.2, .. 10.1 + .1 n:
 * smoothing lags by .1 (1 / alpha - 1), all of which theta infinite gives back, so lead 30 is 3 above the last root.
 */
const STIFFNESS: f64 = 100;
const FADING: f64 = 4;
/** The members from here on have theta infinite, those before 2. */
const WHOLE: i32 = 6;

// state: the line's sums n, a, q, y, z; the members' smoothed levels; their bank; the seasons
const LEVELS: usize = 5 * 8;
const BANK: usize = LEVELS + 2 * MEMBERS * 8;

export function thetaBytes(season: u32, week: u32): usize {
  return BANK + bankBytes(week) + decompositionBytes(season, week);
}

export function thetaOpen(series: usize, state: usize): void {}

function seasonsOf(series: usize, state: usize): usize {
  return state + BANK + bankBytes(u32At(series, WEEK));
}

/** The line through x so far; everything gets a step older, and a known x comes in at age 0. */
function slopeWith(line: usize, x: f64, known: bool, fading: f64): f64 {
  const came: f64 = known ? 1 : 0;
  const before = load<f64>(line);
  const ages = load<f64>(line, 8);
  const n = fading * before + came;
  const a = fading * (ages + before);
  const q = fading * (load<f64>(line, 16) + 2 * ages + before);
  const z = fading * (load<f64>(line, 32) + load<f64>(line, 24));
  const y = fading * load<f64>(line, 24) + came * x;
  store<f64>(line, n);
  store<f64>(line, a, 8);
  store<f64>(line, q, 16);
  store<f64>(line, y, 24);
  store<f64>(line, z, 32);
  return n > 0.5 ? ((a * y) / n - z) / (q - (a * a) / n + STIFFNESS) : 0;
}

/** STEPS, SLOT and the ring already include the value. */
export function thetaUpdate(series: usize, state: usize, value: f64, known: bool): void {
  const seasons = seasonsOf(series, state);
  const bank = state + BANK;
  if (known) bankScore(series, bank, 1, seasons, value);
  const fading = 1 - 1.0 / (FADING * <f64>max<u32>(u32At(series, SEASON), 100));
  recall(series, seasons, 0);
  const adjusted = sqrt(value) - seasonSays;
  const week = weekSays;
  const slope = slopeWith(state, adjusted, known, fading);
  const begins = decompositionUpdate(series, seasons);
  if (begins) recall(series, seasons, 0);
  const taken = begins ? seasonSays : 0.0;
  const size = bankSize(series);
  for (let member = 0; member < size; member++) {
    const at = state + LEVELS + ((<usize>member) << 3);
    const alpha = alphaOf(series, member);
    const old = load<f64>(at);
    const error = adjusted - (member < MEMBERS ? 0 : week) - old;
    const level = (known ? old + alpha * error : old) - taken;
    store<f64>(at, level);
    const drift = (member & 7) < WHOLE ? 0.5 * slope : slope;
    store<f64>(memberAt(bank, member), level + drift * (1 / alpha - 1));
    store<f64>(memberAt(bank, member), drift, 8);
  }
  if (begins) memory.fill(state, 0, LEVELS);
  bankRemember(series, bank, 0);
}

export function thetaPredict(series: usize, state: usize, path: usize): void {
  bankPredict(series, state + BANK, 1, seasonsOf(series, state), path);
}
