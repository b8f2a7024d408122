import { codeAt } from '../curve';
import { put, SEASON, STEPS, u32At } from '../layout';
import { blockAt, blocksOf, DAYS, nodeAt, nodeBlock, nodeCount, nodeDay } from './blocks';
import { dayType } from './day-types';
import { DAY, FLAT, MOST_BLOCKS, PASSES, PAST_HEADER, slotOf } from './ledger';

/**
 * What is usual at each time of a day, in z, apart for two types of days (workdays and others, say). When a block of the day
 * is over, its mean goes in:
 *
 *   profile[type][block] += max(.05, 1 / (days of the type so far + 1)) (mean - profile[type][block])
 *
 * so that single steps' noise is not repeated and the newest days count most. Worked example: block means .6, .6, .9 on
 * three days give .6, .6, .7.
 */
const RATE: f64 = 0.05;
/** Days a new type's profile is made from, and how much less each older one counts. */
const REBUILT: u32 = 28;
const FADING: f64 = 0.95;

export function profileAt(past: usize): usize {
  return past + PAST_HEADER;
}

function cell(past: usize, type: u32, block: u32): usize {
  return profileAt(past) + ((<usize>(type * MOST_BLOCKS + block)) << 2);
}

export function profileReady(series: usize): bool {
  const season = u32At(series, SEASON);
  return u32At(series, STEPS) > season + season / MOST_BLOCKS;
}

/** Today's block that the newest step has filled. */
export function profileTake(series: usize, past: usize): void {
  const season = u32At(series, SEASON);
  const block = (slotOf(series) * blocksOf(series)) / season;
  const type = dayType(past, u32At(past, DAY));
  const passes = u32At(past, PASSES + ((<usize>type) << 2));
  const at = cell(past, type, block);
  const old = <f64>load<f32>(at);
  const mean = codeAt(blockAt(past, block, 0));
  store<f32>(at, <f32>(old + max(RATE, 1.0 / <f64>(passes + 1)) * (mean - old)));
}

/** A day of this type is over. */
export function profileCount(past: usize, day: u32): void {
  const at = PASSES + ((<usize>dayType(past, day)) << 2);
  put(past, at, u32At(past, at) + 1);
}

/** The days were sorted anew: both profiles from the blocks of the last days. */
export function profileRebuild(series: usize, past: usize): void {
  const blocks = blocksOf(series);
  const today = u32At(past, DAY);
  const days = min(min(today, REBUILT), DAYS);
  for (let type: u32 = 0; type < 2; type++) {
    let seen: u32 = 0;
    for (let age: u32 = 1; age <= days; age++) seen += dayType(past, today - age) == type ? 1 : 0;
    put(past, PASSES + ((<usize>type) << 2), seen);
    for (let block: u32 = 0; block < blocks && seen > 0; block++) rebuild(past, type, block, days);
  }
}

function rebuild(past: usize, type: u32, block: u32, days: u32): void {
  const today = u32At(past, DAY);
  let sum: f64 = 0;
  let weights: f64 = 0;
  let weight: f64 = 1;
  for (let age: u32 = 1; age <= days; age++) {
    weight *= FADING;
    if (dayType(past, today - age) != type) continue;
    sum += weight * codeAt(blockAt(past, block, age));
    weights += weight;
  }
  store<f32>(cell(past, type, block), <f32>(sum / weights));
}

/** The profile to the nodes' first; the flat level until a season is known. */
export function profileNodes(series: usize, past: usize): void {
  const blocks = blocksOf(series);
  const ready = profileReady(series);
  const flat = <f32>load<f64>(past + FLAT);
  const today = u32At(past, DAY);
  for (let node = 0; node < nodeCount(); node++) {
    const day = today + max(nodeDay(node, blocks), 0);
    const at = cell(past, dayType(past, day), nodeBlock(node, blocks));
    store<f32>(nodeAt(node), ready ? load<f32>(at) : flat);
  }
}
