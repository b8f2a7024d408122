/**
 * The forecaster's ABI: numbers in, numbers out. No imports, no strings, no clock; only `open` takes memory. A handle
 * is a slot and the slot's generation, so that one used after close is refused rather than another's series.
 */

import { clockTell, daysTell } from './calendar';
import { candidateKnown, candidateReach, SEASONAL_NAIVE } from './candidates';
import { writeLeads, writePeaks } from './distribution/answer';
import { writeScore } from './ensemble/score';
import { eventsTell } from './events';
import { give, take } from './heap';
import { BYTES, KNOWN, MODEL, REJECTED, STEPS, u32At } from './layout';
import { ringCapacity, ringTurn } from './ring';
import { seriesBytes, seriesOpen, seriesPush, seriesTouch } from './series';
import { seal, sealed } from './snapshot';

const SLOTS: i32 = 16384;
const MAX_SEASON: i32 = 100000;
const MAX_WEEK: i32 = 700000;

/** Per slot: block (0: free), generation, season, week, model. */
const SLOT_BYTES: usize = 20;
const slots = memory.data(SLOTS * 20);
let used: i32 = 0;
/** Head of the list of free slots, as slot + 1; the link is kept in the slot's season. */
let vacant: i32 = 0;

function slotAt(slot: i32): usize {
  return slots + <usize>slot * SLOT_BYTES;
}

function slotOf(handle: i32): usize {
  const slot = (handle & (SLOTS - 1)) as i32;
  if (handle <= 0 || slot >= used) return 0;
  const at = slotAt(slot);
  return load<u32>(at) != 0 && load<i32>(at + 4) == handle >> 14 ? at : 0;
}

function seriesOf(handle: i32): usize {
  const at = slotOf(handle);
  return at == 0 ? 0 : <usize>load<u32>(at);
}

/** Version of this ABI. */
export function abi(): i32 {
  return 2;
}

/**
 * A new series under candidate `model` (candidates.ts) whose season is `seasonSteps` (2 .. 100,000) steps; `weekSteps`, 0 or a longer period up to 700,000,
 * adds a second seasonal model. Returns its handle (> 0), or 0 when the numbers are refused or memory is at its limit.
 */
export function open(model: i32, seasonSteps: i32, weekSteps: i32): i32 {
  if (!candidateKnown(model)) return 0;
  if (seasonSteps < 2 || seasonSteps > MAX_SEASON) return 0;
  if (weekSteps != 0 && (weekSteps <= seasonSteps || weekSteps > MAX_WEEK)) return 0;
  if (vacant == 0 && used >= SLOTS) return 0;
  const block = take(seriesBytes(model, seasonSteps, weekSteps));
  if (block == 0) return 0;
  let slot = used;
  if (vacant != 0) {
    slot = vacant - 1;
    vacant = load<i32>(slotAt(slot) + 8);
  } else {
    used++;
  }
  const at = slotAt(slot);
  const generation = (load<i32>(at + 4) % 0x1ffff) + 1;
  store<u32>(at, <u32>block);
  store<i32>(at + 4, generation);
  store<i32>(at + 8, seasonSteps);
  store<i32>(at + 12, weekSteps);
  store<i32>(at + 16, model);
  seriesOpen(block, model, seasonSteps, weekSteps);
  return (generation << 14) | slot;
}

/** Gives a series' memory back; nothing for a handle that is not open. */
export function close(handle: i32): void {
  const at = slotOf(handle);
  if (at == 0) return;
  give(<usize>load<u32>(at));
  store<u32>(at, 0);
  store<i32>(at + 8, vacant);
  vacant = (handle & (SLOTS - 1)) + 1;
}

/** One step's rate; NaN is missing. 1: counted, 0: missing, or refused as impossible, -1: no such handle. */
export function push(handle: i32, value: f64): i32 {
  const series = seriesOf(handle);
  if (series == 0) return -1;
  seriesTouch(series);
  return seriesPush(series, value) ? 1 : 0;
}

/** `count` steps from `at` in this memory. Returns how many were counted, -1: no such handle. */
export function pushMany(handle: i32, at: usize, count: i32): i32 {
  const series = seriesOf(handle);
  if (series == 0) return -1;
  let counted = 0;
  for (let i = 0; i < count; i++) {
    if (seriesPush(series, load<f64>(at + ((<usize>i) << 3)))) counted++;
  }
  return counted;
}

/**
 * What the calendar says of the step that is pushed next: its number by local clocks (NaN: not known), what today and tomorrow
 * are (0 not known, 1 workday, 2 weekend, 3 holiday), and at `events` the intensities of that step and of the 30 after it,
 * above 0 of an event, below 0 of a release, 0 or NaN of none (address 0: not known). 1: taken, -1: no such handle.
 */
export function calendar(handle: i32, localStep: f64, today: i32, tomorrow: i32, events: usize): i32 {
  const series = seriesOf(handle);
  if (series == 0) return -1;
  const ahead = clockTell(series, localStep);
  if (u32At(series, MODEL) == SEASONAL_NAIVE) ringTurn(series, ahead);
  daysTell(series, today, tomorrow);
  if (events != 0) eventsTell(series, events);
  return 1;
}

/** Address of 30 x [mean, p50, p90, p95, p99]; 0: no such handle. All zero before the first known value. */
export function forecast(handle: i32): usize {
  const series = seriesOf(handle);
  return series == 0 ? 0 : writeLeads(series);
}

/** Address of 6 x [mean, p50, p90, p95, p99] of the maximum over the next 1, 2, 5, 10, 20, 30 steps; 0: no such handle. */
export function peaks(handle: i32): usize {
  const series = seriesOf(handle);
  return series == 0 ? 0 : writePeaks(series);
}

/** Address of rows x 8 x [mean absolute error, weight], a row per expert, then the answer's own: ensemble/score.ts. */
export function score(handle: i32): usize {
  const series = seriesOf(handle);
  return series == 0 ? 0 : writeScore(series);
}

/** Bytes of one series, which is also the length of its snapshot; 0: no such handle. */
export function bytes(handle: i32): i32 {
  const at = slotOf(handle);
  return at == 0 ? 0 : <i32>u32At(<usize>load<u32>(at), BYTES);
}

/** Steps since the first known value; known ones; values refused as impossible. -1: no such handle. */
export function steps(handle: i32): i32 {
  const series = seriesOf(handle);
  return series == 0 ? -1 : <i32>u32At(series, STEPS);
}

export function known(handle: i32): i32 {
  const series = seriesOf(handle);
  return series == 0 ? -1 : <i32>u32At(series, KNOWN);
}

export function rejected(handle: i32): i32 {
  const series = seriesOf(handle);
  return series == 0 ? -1 : <i32>u32At(series, REJECTED);
}

/** Seals the series and returns the address of its bytes, to be copied out; 0: no such handle. */
export function snapshot(handle: i32): usize {
  const series = seriesOf(handle);
  if (series == 0) return 0;
  seal(series);
  return series;
}

/** Where a snapshot is to be written before `restore`; the series is unusable in between. 0: no such handle. */
export function target(handle: i32): usize {
  return seriesOf(handle);
}

/** 1: the bytes written to `target` are the series now. 0: they were no snapshot of such a series; it is empty now. */
export function restore(handle: i32): i32 {
  const at = slotOf(handle);
  if (at == 0) return 0;
  const series = <usize>load<u32>(at);
  const season = load<i32>(at + 8);
  const week = load<i32>(at + 12);
  const model = load<i32>(at + 16);
  const length = <u32>seriesBytes(model, season, week);
  const capacity = ringCapacity(candidateReach(model, season, week));
  if (sealed(series, model, season, week, length, capacity)) return 1;
  seriesOpen(series, model, season, week);
  return 0;
}

/** A place of `count` f64 for pushMany, taken once; 0 when memory is at its limit. */
export function staging(count: i32): usize {
  return count <= 0 || count > 0x1000000 ? 0 : take((<usize>count) << 3);
}

export { detect } from './periods/detect';
