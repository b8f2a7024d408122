import { LEADS, ORIGINS, SEASON, STEPS, u32At, WATCHED, WEEK, watchedLead } from '../layout';

export const EXPERTS: i32 = 5;

// state: what each expert said at past origins, and how wrong it was
const PATHS: usize = 0;
const ERRORS: usize = ORIGINS * WATCHED * EXPERTS * 4;
const STATE_BYTES: usize = ERRORS + WATCHED * EXPERTS * 8;

/**
 * Weights of the experts at each watched lead, proportional to (mean absolute error)^-8, the errors averaged with a
 * half-life of one season (300 to 3,000 steps). Worked example: errors 10 and 11 give weights .68 and .32; 10 and 20
 * give .996 and .004. So a clearly worse expert is silent, and near-equals are averaged.
 */
export function weightingBytes(): usize {
  return STATE_BYTES;
}

const weights = memory.data(WATCHED * EXPERTS * 8);

function errorAt(state: usize, index: i32, expert: i32): usize {
  return state + ERRORS + ((<usize>(index * EXPERTS + expert)) << 3);
}

export function weightAt(index: i32, expert: i32): f64 {
  return load<f64>(weights + ((<usize>(index * EXPERTS + expert)) << 3));
}

function pathRow(state: usize, step: u32): usize {
  return state + PATHS + <usize>(step & (ORIGINS - 1)) * WATCHED * EXPERTS * 4;
}

/** Charges every expert with its error on the newest value. STEPS already counts it. */
export function weightingScore(series: usize, state: usize, value: f64): void {
  const steps = u32At(series, STEPS);
  const half = <f64>min<u32>(max<u32>(u32At(series, SEASON), 300), 3000);
  for (let index = 0; index < WATCHED; index++) {
    const lead: u32 = watchedLead(index);
    if (lead >= steps) break;
    const rate = max(0.6931 / half, 1.0 / <f64>(steps - lead));
    const row = pathRow(state, steps - lead) + ((<usize>(index * EXPERTS)) << 2);
    for (let expert = 0; expert < EXPERTS; expert++) {
      const error = abs(value - <f64>load<f32>(row + ((<usize>expert) << 2)));
      charge(errorAt(state, index, expert), error, rate);
    }
  }
}

function charge(at: usize, error: f64, rate: f64): void {
  const old = load<f64>(at);
  store<f64>(at, old + rate * (error - old));
}

export function errorOf(state: usize, index: i32, expert: i32): f64 {
  return load<f64>(errorAt(state, index, expert));
}

/** Fills the weights of this series; an expert that cannot speak (no week, no whole season yet) gets none. */
export function weigh(series: usize, state: usize): void {
  const steps = u32At(series, STEPS);
  const season = steps >= u32At(series, SEASON);
  const week = u32At(series, WEEK) > 0 && steps >= u32At(series, WEEK);
  for (let index = 0; index < WATCHED; index++) weighLead(state, index, season, week);
}

function weighLead(state: usize, index: i32, season: bool, week: bool): void {
  let best = Infinity;
  for (let expert = 0; expert < EXPERTS; expert++) {
    if (speaks(expert, season, week)) best = min(best, load<f64>(errorAt(state, index, expert)));
  }
  let sum: f64 = 0;
  for (let expert = 0; expert < EXPERTS; expert++) {
    let weight: f64 = 0;
    if (speaks(expert, season, week)) {
      const ratio = (best + 1e-12) / (load<f64>(errorAt(state, index, expert)) + 1e-12);
      const fourth = ratio * ratio * ratio * ratio;
      weight = fourth * fourth;
    }
    sum += weight;
    store<f64>(weights + ((<usize>(index * EXPERTS + expert)) << 3), weight);
  }
  for (let expert = 0; expert < EXPERTS; expert++) {
    const at = weights + ((<usize>(index * EXPERTS + expert)) << 3);
    store<f64>(at, load<f64>(at) / sum);
  }
}

function speaks(expert: i32, season: bool, week: bool): bool {
  if (expert == 1) return season;
  if (expert == 2) return week;
  return true;
}

/** Remembers what the experts say now (`paths`: EXPERTS x LEADS), and writes the weighted path. */
export function combine(series: usize, state: usize, paths: usize, out: usize): void {
  const row = pathRow(state, u32At(series, STEPS));
  for (let index = 0; index < WATCHED; index++) {
    const lead = watchedLead(index) - 1;
    for (let expert = 0; expert < EXPERTS; expert++) {
      const value = load<f64>(paths + ((<usize>(expert * LEADS + lead)) << 3));
      store<f32>(row + ((<usize>(index * EXPERTS + expert)) << 2), <f32>value);
    }
  }
  let right = 0;
  for (let lead = 1; lead <= LEADS; lead++) {
    if (lead > watchedLead(right)) right++;
    const from = right > 0 ? watchedLead(right - 1) : 0;
    const share = right > 0 ? <f64>(lead - from) / <f64>(watchedLead(right) - from) : 1.0;
    let sum: f64 = 0;
    for (let expert = 0; expert < EXPERTS; expert++) {
      const low = right > 0 ? weightAt(right - 1, expert) : 0.0;
      const weight = low + share * (weightAt(right, expert) - low);
      sum += weight * load<f64>(paths + ((<usize>(expert * LEADS + lead - 1)) << 3));
    }
    store<f64>(out + ((<usize>(lead - 1)) << 3), sum);
  }
}
