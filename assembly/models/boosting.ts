/**
 * Gradient-boosted regression trees on rows of bins, in bounded memory and bounded work per call, in integers
 * throughout, so that it is exact. Friedman 2001 (boosting, Huber's loss), Ke et al. 2017 (histograms), Shi et al. 2022
 * (gradients of 8 bits). Never trained from scratch: trees are refitted one after the other, for ever, each on what the
 * others leave (backfitting, Hastie and Tibshirani 1986), so that the forest follows rows that come and go:
 *
 *   residual = target - sum of the other trees,   gradient = residual held within the mean absolute residual
 *   gain of a split = GL^2 / (nL + R) + GR^2 / (nR + R),   leaf = .2 G / (n + R)
 *
 * `boostStep` does one slice: one level of the tree in work, or putting it in the place of the old one. Worked example:
 * 100 rows with target 4096 where bin 3 is above 9, 100 others with 0: the first split is (3, 9), its leaves
 * 0 and .2 x 2048 x 100 / 110 = 372.
 */
export const FEATURES: i32 = 18;
export const BINS: i32 = 32;
/** One unit of a target. */
export const UNIT: f64 = 4096;
export const TREES: i32 = 64;
export const DEPTH: i32 = 4;
/** At most 4,095, see packing below. */
export const ROWS: i32 = 2048;
const RATE: f64 = 0.2;
const STIFFNESS: f64 = 10;
const FEWEST: u32 = 48;

/** A tree: a feature and the highest bin that goes left for each inner node, then the leaves in i16. */
const LEAVES: usize = 2 << DEPTH;
const TREE_BYTES: usize = LEAVES + (2 << DEPTH);
/** A row: bins, gradient, node, target, sum of the trees. */
const GRADIENT: usize = FEATURES;
const NODE: usize = GRADIENT + 1;
const TARGET: usize = (NODE + 4) & ~3;
const SAID: usize = TARGET + 4;
const ROW_BYTES: usize = SAID + 4;

// state: which tree is refitted, its stage, rows held, mean absolute residual, the trees and one in work, the rows
const TREE: usize = 0;
const STAGE: usize = 4;
const HELD: usize = 8;
const SIZE: usize = 12;
const FOREST: usize = 16;
const TABLE: usize = FOREST + <usize>(TREES + 1) * TREE_BYTES;

/** Per node, feature and bin: sum of gradients x 4,096 + count, in one i32: 127 x 2,048 x 4,096 < 2^31. */
const HISTOGRAM: usize = (1 << (DEPTH - 1)) * FEATURES * BINS * 4;
const histogram = memory.data((1 << (DEPTH - 1)) * FEATURES * BINS * 4);

export function boostBytes(): usize {
  return (TABLE + <usize>ROWS * ROW_BYTES + 7) & ~7;
}

function treeAt(state: usize, tree: u32): usize {
  return state + FOREST + <usize>tree * TREE_BYTES;
}

function rowAt(state: usize, row: u32): usize {
  return state + TABLE + <usize>row * ROW_BYTES;
}

/** The leaf's place in a tree for a row of bins. */
function leafOf(tree: usize, bins: usize): usize {
  let node = 0;
  for (let depth = 0; depth < DEPTH; depth++) {
    const at = tree + ((<usize>node) << 1);
    node = 2 * node + 1 + (load<u8>(bins + <usize>load<u8>(at)) > load<u8>(at, 1) ? 1 : 0);
  }
  return tree + LEAVES + ((<usize>(node - (1 << DEPTH) + 1)) << 1);
}

/** What the forest says for a row of bins, in units of 1 / UNIT. */
export function boostSay(state: usize, bins: usize): i32 {
  let sum = 0;
  for (let tree = 0; tree < TREES; tree++) sum += <i32>load<i16>(leafOf(treeAt(state, tree), bins));
  return sum;
}

/** Takes a row in; where all are taken, in the place of the one that is drawn. */
export function boostAdd(state: usize, drawn: u32, bins: usize, target: i32): void {
  const held = load<u32>(state + HELD);
  const adds = held < <u32>ROWS;
  const row = rowAt(state, adds ? held : drawn % ROWS);
  if (adds) store<u32>(state + HELD, held + 1);
  memory.copy(row, bins, FEATURES);
  store<i32>(row + TARGET, target);
  store<i32>(row + SAID, boostSay(state, bins));
  store<u8>(row + NODE, 255);
}

export function boostStep(state: usize): void {
  if (load<u32>(state + HELD) < FEWEST) return;
  const stage = load<u32>(state + STAGE);
  if (stage == 0) begin(state);
  if (stage < <u32>DEPTH) {
    gather(state, stage);
    for (let node: u32 = 0; node < <u32>(1 << stage); node++) split(state, stage, node);
  } else finish(state);
  store<u32>(state + STAGE, stage < <u32>DEPTH ? stage + 1 : 0);
}

/** The gradients of all rows, the tree to be replaced left out. */
function begin(state: usize): void {
  const old = treeAt(state, load<u32>(state + TREE));
  const held = load<u32>(state + HELD);
  const size = max(<f64>load<f32>(state + SIZE), 1);
  for (let index: u32 = 0; index < held; index++) {
    const row = rowAt(state, index);
    const residual = load<i32>(row + TARGET) - load<i32>(row + SAID) + <i32>load<i16>(leafOf(old, row));
    const share = min(max(<f64>residual / size, -1), 1);
    store<i8>(row + GRADIENT, <i8>nearest(share * 127));
    store<u8>(row + NODE, 0);
  }
}

/** Sends the rows one level down, by the splits of the level above, and fills the histograms of the level. */
function gather(state: usize, depth: u32): void {
  const tree = treeAt(state, TREES);
  const held = load<u32>(state + HELD);
  const above: u32 = (1 << depth) >> 1;
  memory.fill(histogram, 0, HISTOGRAM);
  for (let index: u32 = 0; index < held; index++) {
    const row = rowAt(state, index);
    let node = <u32>load<u8>(row + NODE);
    if (node == 255) continue;
    if (depth > 0) {
      const at = tree + ((<usize>(above - 1 + node)) << 1);
      node = 2 * node + (load<u8>(row + <usize>load<u8>(at)) > load<u8>(at, 1) ? 1 : 0);
      store<u8>(row + NODE, <u8>node);
    }
    const packed = <i32>load<i8>(row + GRADIENT) * 4096 + 1;
    let cell = histogram + ((<usize>(node * FEATURES * BINS)) << 2);
    for (let feature: usize = 0; feature < <usize>FEATURES; feature++) {
      const place = cell + ((<usize>load<u8>(row + feature)) << 2);
      store<i32>(place, load<i32>(place) + packed);
      cell += BINS << 2;
    }
  }
}

function worth(packed: i32): f64 {
  const sum = <f64>(packed >> 12);
  return (sum * sum) / (<f64>(packed & 4095) + STIFFNESS);
}

/** The best split of a node of the tree in work, and its leaves on the last level. */
function split(state: usize, depth: u32, node: u32): void {
  const cells = histogram + ((<usize>(node * FEATURES * BINS)) << 2);
  let all = 0;
  for (let bin = 0; bin < BINS; bin++) all += load<i32>(cells + ((<usize>bin) << 2));
  let best = worth(all) * 1.0001;
  let feature = 0;
  let threshold = 255;
  let left = all;
  for (let candidate = 0; candidate < FEATURES; candidate++) {
    let sum = 0;
    for (let bin = 0; bin < BINS - 1; bin++) {
      sum += load<i32>(cells + ((<usize>(candidate * BINS + bin)) << 2));
      const gain = worth(sum) + worth(all - sum);
      if (gain > best) {
        best = gain;
        feature = candidate;
        threshold = bin;
        left = sum;
      }
    }
  }
  const tree = treeAt(state, TREES);
  const at = tree + ((<usize>((1 << depth) - 1 + node)) << 1);
  store<u8>(at, <u8>feature);
  store<u8>(at, <u8>threshold, 1);
  if (depth + 1 < <u32>DEPTH) return;
  const leaf = tree + LEAVES + ((<usize>node) << 2);
  const size = max(<f64>load<f32>(state + SIZE), 1);
  store<i16>(leaf, value(left, size));
  store<i16>(leaf, value(all - left, size), 2);
}

function value(packed: i32, size: f64): i16 {
  const mean = <f64>(packed >> 12) / (<f64>(packed & 4095) + STIFFNESS);
  return <i16>nearest(min(max((RATE * size * mean) / 127, -32767), 32767));
}

/** Puts the tree in work in its place and brings the rows' sums, and the mean residual, up to date. */
function finish(state: usize): void {
  const tree = load<u32>(state + TREE);
  const old = treeAt(state, tree);
  const fresh = treeAt(state, TREES);
  const held = load<u32>(state + HELD);
  let total: f64 = 0;
  for (let index: u32 = 0; index < held; index++) {
    const row = rowAt(state, index);
    const change = <i32>load<i16>(leafOf(fresh, row)) - <i32>load<i16>(leafOf(old, row));
    const said = load<i32>(row + SAID) + change;
    store<i32>(row + SAID, said);
    total += <f64>abs(load<i32>(row + TARGET) - said);
  }
  store<f32>(state + SIZE, <f32>(total / <f64>held));
  memory.copy(old, fresh, TREE_BYTES);
  store<u32>(state + TREE, tree + 1 < <u32>TREES ? tree + 1 : 0);
}
