import { at, typical } from './history';

/**
 * The newest part of the history as means of blocks, freed of its slow movement and of its spikes. A period is looked for
 * where it is 32 to 64 blocks long, so that one search costs the same for 60 steps as for 40,000.
 */
export const MOST_BLOCKS: i32 = 16384;
/** Beyond so many times its typical size a block counts as a spike. */
const SPIKE: f64 = 4;

const blocks = memory.data(MOST_BLOCKS * 8);
const means = memory.data(MOST_BLOCKS * 8);
const sums = memory.data((MOST_BLOCKS + 1) * 8);
const counts = memory.data((MOST_BLOCKS + 1) * 4);
/** How many blocks there are, and whether none of them is missing. */
let many: i32 = 0;
let complete: bool = true;

export function block(index: i32): f64 {
  return load<f64>(blocks + ((<usize>index) << 3));
}

/** Fills the newest blocks of `size` steps, `most` at most, levelled over `window` of them; returns how many there are. */
export function fillBlocks(history: usize, count: i32, size: i32, window: i32, most: i32): i32 {
  many = min(count / size, most);
  const first = count - many * size;
  for (let b = 0; b < many; b++) {
    store<f64>(blocks + ((<usize>b) << 3), meanOf(history, first + b * size, size));
  }
  memory.copy(means, blocks, (<usize>many) << 3);
  level(window);
  clip(SPIKE * typical(blocks, many));
  level(window);
  addUpSquares();
  return many;
}

/** NaN, missing, when less than half of its steps are known. */
function meanOf(history: usize, from: i32, size: i32): f64 {
  let sum = 0.0;
  let known = 0;
  for (let i = from; i < from + size; i++) {
    const value = at(history, i);
    if (value != value) continue;
    sum += value;
    known++;
  }
  return 2 * known >= size ? sum / <f64>known : NaN;
}

/** Takes the mean of the `window` blocks around each away: trends and shifts of level go, a period of theirs stays. */
function level(window: i32): void {
  addUp();
  const half = window >> 1;
  for (let b = 0; b < many; b++) {
    const from = max(0, b - half);
    const to = min(many, b + half + 1);
    const sum = load<f64>(sums + ((<usize>to) << 3)) - load<f64>(sums + ((<usize>from) << 3));
    const known = load<i32>(counts + ((<usize>to) << 2)) - load<i32>(counts + ((<usize>from) << 2));
    store<f64>(blocks + ((<usize>b) << 3), block(b) - sum / <f64>known);
  }
}

function addUp(): void {
  let sum = 0.0;
  let known = 0;
  store<f64>(sums, 0);
  store<i32>(counts, 0);
  for (let b = 0; b < many; b++) {
    const value = block(b);
    if (value == value) {
      sum += value;
      known++;
    }
    store<f64>(sums + ((<usize>(b + 1)) << 3), sum);
    store<i32>(counts + ((<usize>(b + 1)) << 2), known);
  }
}

/** The blocks as they were before they were levelled, but that a spike is as high above its surroundings as `limit`. */
function clip(limit: f64): void {
  for (let b = 0; b < many; b++) {
    const value = block(b);
    const mean = load<f64>(means + ((<usize>b) << 3));
    store<f64>(blocks + ((<usize>b) << 3), mean - value + max(-limit, min(limit, value)));
  }
}

/** Running sum of the squares of the known blocks, in the place of the running sum of the blocks. */
function addUpSquares(): void {
  let sum = 0.0;
  for (let b = 0; b < many; b++) {
    const value = block(b);
    if (value == value) sum += value * value;
    store<f64>(sums + ((<usize>(b + 1)) << 3), sum);
  }
  complete = knownBefore(many) == many;
}

function squaresBefore(index: i32): f64 {
  return load<f64>(sums + ((<usize>index) << 3));
}

function knownBefore(index: i32): i32 {
  return load<i32>(counts + ((<usize>index) << 2));
}

/** Mean square of the known blocks. */
export function power(): f64 {
  const known = knownBefore(many);
  return known > 0 ? squaresBefore(many) / <f64>known : 0;
}

/** How many pairs the last `correlation` was over. */
export let pairs: i32 = 0;

/** Correlation of the blocks with those `lag` before, over pairs that are both known; 0 when they do not vary. */
export function correlation(lag: i32): f64 {
  return complete ? correlationOfAll(lag) : correlationOfKnown(lag);
}

/** None is missing: one product per pair, and the squares from their running sum. */
function correlationOfAll(lag: i32): f64 {
  let product = 0.0;
  for (let b = lag; b < many; b++) product += block(b) * block(b - lag);
  pairs = many - lag;
  const now = squaresBefore(many) - squaresBefore(lag);
  return normal(product, now, squaresBefore(many - lag));
}

function correlationOfKnown(lag: i32): f64 {
  let product = 0.0;
  let now = 0.0;
  let then = 0.0;
  pairs = 0;
  for (let b = lag; b < many; b++) {
    const one = block(b);
    const other = block(b - lag);
    const both = one * other;
    if (both != both) continue;
    product += both;
    now += one * one;
    then += other * other;
    pairs++;
  }
  return normal(product, now, then);
}

function normal(product: f64, now: f64, then: f64): f64 {
  const size = sqrt(max(0.0, now) * max(0.0, then));
  return size > 1e-12 ? product / size : 0;
}
