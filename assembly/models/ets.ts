import { boundOf, LEADS, SEASON, SLOT, STEPS, u32At } from '../layout';
import { ringAt } from '../ring';

const LEVEL: usize = 0;
const TREND: usize = 8;
const SLOTS: usize = 16;

/**
 * Damped additive Holt-Winters on the square root of the rate (Gardner 1985):
 *   level' = level + damping trend + alpha e,  trend' = damping trend + alpha beta e,  season' = season + gamma (1 - alpha) e
 * Without a season until one whole season is known; then the season starts as the deviations of that first one.
 */
const ALPHA: f64 = 0.3;
const BETA: f64 = 0.03;
const GAMMA: f64 = 0.12;
const DAMPING: f64 = 0.95;

export function etsBytes(season: u32, week: u32): usize {
  return SLOTS + ((<usize>season * 4 + 7) & ~7);
}

export function etsOpen(series: usize, state: usize): void {}

function cell(series: usize, state: usize, slot: u32): usize {
  return state + SLOTS + ((<usize>(slot % u32At(series, SEASON))) << 2);
}

function startSeason(series: usize, state: usize): void {
  const season = u32At(series, SEASON);
  const slot = u32At(series, SLOT);
  let mean: f64 = 0;
  for (let age: u32 = 0; age < season; age++) mean += sqrt(ringAt(series, age));
  mean /= <f64>season;
  for (let age: u32 = 0; age < season; age++) {
    store<f32>(cell(series, state, slot + season - age), <f32>(sqrt(ringAt(series, age)) - mean));
  }
  store<f64>(state + LEVEL, mean);
  store<f64>(state + TREND, 0);
}

/** STEPS, SLOT and the ring already include the value. */
export function etsUpdate(series: usize, state: usize, value: f64, known: bool): void {
  const steps = u32At(series, STEPS);
  const season = u32At(series, SEASON);
  if (steps == 1) store<f64>(state + LEVEL, sqrt(value));
  if (steps == season) {
    startSeason(series, state);
    return;
  }
  const place = cell(series, state, u32At(series, SLOT));
  const usual = steps > season ? <f64>load<f32>(place) : 0.0;
  const trend = DAMPING * load<f64>(state + TREND);
  const level = load<f64>(state + LEVEL) + trend;
  const error = known ? sqrt(value) - level - usual : 0.0;
  store<f64>(state + LEVEL, level + ALPHA * error);
  store<f64>(state + TREND, trend + ALPHA * BETA * error);
  if (steps > season) store<f32>(place, <f32>(usual + GAMMA * (1 - ALPHA) * error));
}

export function etsPredict(series: usize, state: usize, path: usize): void {
  const bound = boundOf(series);
  const seasonal = u32At(series, STEPS) >= u32At(series, SEASON);
  const slot = u32At(series, SLOT);
  let level = load<f64>(state + LEVEL);
  let trend = load<f64>(state + TREND);
  for (let lead = 1; lead <= LEADS; lead++) {
    trend *= DAMPING;
    level += trend;
    const usual = seasonal ? <f64>load<f32>(cell(series, state, slot + lead)) : 0.0;
    const root = min(max(level + usual, 0), bound);
    store<f64>(path + ((<usize>(lead - 1)) << 3), root * root);
  }
}
