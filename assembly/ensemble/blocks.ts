import { putCode } from '../curve';
import { LEADS, MODEL, put, SEASON, STEPS, u32At } from '../layout';
import {
  BLOCK_COUNT,
  BLOCK_SUM,
  DAY,
  ENSEMBLE,
  MOST_BLOCKS,
  PAST_HEADER,
  PROFILE_BYTES,
  wrapped,
} from './ledger';

/**
 * The last seasons as means over at most 48 blocks each: what the shape of a day is, in a fraction of its bytes. One row
 * per block, the day at hand first, then yesterday and so on, so that a look at one time of day over all days is one
 * run of memory. Between the blocks' middles values are interpolated:
 *
 *   place of slot s = (s + 1/2) blocks / season - 1/2.   Season 1440, 48 blocks: slot 29 lies at .4833, halfway from block 0 to 1.
 */
export const DAYS: u32 = 56;
/** The day at hand, DAYS before it, and one more that yesterday's last block needs. */
const ROW: usize = 58 * 2;

/** Nodes: the blocks that leads 0 .. LEADS lie between, counted from the start of today; tomorrow's follow. */
export const MOST_NODES: i32 = LEADS + 4;
/** Per node four f32: profile, analog days A and B, a week ago; and the same per lead 0 .. LEADS. */
export const nodes = memory.data(MOST_NODES * 16);
export const looks = memory.data((LEADS + 1) * 16);
/** Per lead 0 .. LEADS how far it lies from its node to the next, f32, and where that node's four are. */
const places = memory.data((LEADS + 1) * 8);
let first: i32 = 0;
let count: i32 = 0;

/** The large budget has a block for every half hour of a day, the others for every hour; short seasons have no fewer. */
export function blocksIn(season: u32, model: u32): u32 {
  return min<u32>(season, model == ENSEMBLE || season <= 2 * MOST_BLOCKS ? MOST_BLOCKS : MOST_BLOCKS / 2);
}

export function blocksOf(series: usize): u32 {
  return blocksIn(u32At(series, SEASON), u32At(series, MODEL));
}

export function blocksBytes(season: u32, model: u32): usize {
  return (<usize>blocksIn(season, model) * ROW + 7) & ~7;
}

export function blocksAt(past: usize): usize {
  return past + PAST_HEADER + PROFILE_BYTES;
}

/** Address of block `block` of `age` days ago. */
export function blockAt(past: usize, block: u32, age: u32): usize {
  return blocksAt(past) + <usize>block * ROW + ((<usize>age) << 1);
}

/** Takes a step's z into today's block; true when the block is full. */
export function blocksTake(series: usize, past: usize, slot: u32, z: f64): bool {
  const season = u32At(series, SEASON);
  const blocks = blocksOf(series);
  const block = (slot * blocks) / season;
  const n = u32At(past, BLOCK_COUNT) + 1;
  const sum = load<f64>(past + BLOCK_SUM) + z;
  const at = blockAt(past, block, 0);
  putCode(at, sum / <f64>n);
  // the first day began later in its season: what it lacks is taken from the second
  if (u32At(past, DAY) == 1 && u32At(series, STEPS) <= season) store<u16>(at + 2, load<u16>(at));
  const full = ((slot + 1) * blocks) / season != block;
  put(past, BLOCK_COUNT, full ? 0 : n);
  store<f64>(past + BLOCK_SUM, full ? 0 : sum);
  return full;
}

/** Midnight: today becomes yesterday. Today's row keeps what it held until it is written. */
export function blocksShift(series: usize, past: usize): void {
  const blocks = blocksOf(series);
  for (let block: u32 = 0; block < blocks; block++) {
    const row = blockAt(past, block, 0);
    memory.copy(row + 2, row, ROW - 2);
  }
}

/** Finds the nodes of all leads for a newest step in `slot`. */
export function nodesFind(season: u32, blocks: u32, slot: u32): void {
  const per = <f64>blocks / <f64>season;
  let last = 0;
  for (let lead: u32 = 0; lead <= <u32>LEADS; lead++) {
    const ahead = lead <= season ? lead : wrapped(lead, season);
    const place = (<f64>(slot + ahead) + 0.5) * per - 0.5;
    const node = <i32>floor(place);
    if (lead == 0) first = node;
    last = max(last, node + 1);
    store<f32>(places + ((<usize>lead) << 3), <f32>(place - <f64>node));
    store<u32>(places + ((<usize>lead) << 3), <u32>nodeAt(node - first), 4);
  }
  count = last - first + 1;
}

export function nodeCount(): i32 {
  return count;
}

/** Days from today to the node's: -1 yesterday, 1 tomorrow. */
export function nodeDay(node: i32, blocks: i32): i32 {
  const at = first + node;
  return at < 0 ? -1 : at < blocks ? 0 : 1;
}

/** The node's block in its day. */
export function nodeBlock(node: i32, blocks: i32): u32 {
  const at = min(first + node, 2 * blocks - 1);
  return at < 0 ? at + blocks : at < blocks ? at : at - blocks;
}

/** What was there `lag` days before the node, lag 1 the first. */
export function nodeLags(past: usize, node: i32, blocks: i32): usize {
  return blockAt(past, nodeBlock(node, blocks), 1 - nodeDay(node, blocks));
}

/** Address of a node's four. */
export function nodeAt(node: i32): usize {
  return nodes + ((<usize>node) << 4);
}

/** From what the nodes have what the leads have. */
export function spread(): void {
  let out = looks;
  for (let place = places; place < places + (LEADS + 1) * 8; place += 8) {
    const at = <usize>load<u32>(place, 4);
    const low = v128.load(at);
    const off = f32x4.mul(v128.load32_splat(place), f32x4.sub(v128.load(at, 16), low));
    v128.store(out, f32x4.add(low, off));
    out += 16;
  }
}

export function shareNow(): f32 {
  return load<f32>(places);
}
