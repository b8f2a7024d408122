import { calendarFind, calendarTurn } from './calendar';
import {
  candidateBytes,
  candidateOpen,
  candidatePredict,
  candidateReach,
  candidateUpdate,
} from './candidates';
import { nextMedian } from './distribution/answer';
import { distributionOpen } from './distribution/distribution';
import { recentFind } from './distribution/features';
import { learn } from './distribution/learn';
import { say } from './distribution/said';
import { entryOf, POINT } from './distribution/state';
import { tablesFind } from './distribution/tables';
import { eventsApply, eventsLearn } from './events';
import {
  BYTES,
  GAP,
  KNOWN,
  KNOWN_BITS,
  LAST_KNOWN,
  LAYOUT,
  LEADS,
  MAGIC,
  MEAN,
  MODEL,
  PLACE,
  put,
  REJECTED,
  RING,
  RING_CAPACITY,
  SEASON,
  SLOT,
  STATE,
  STEPS,
  TOP,
  u32At,
  WATCHED,
  WEEK,
} from './layout';
import { ringBytes, ringCapacity, ringPush } from './ring';

/** More than any workload serves: taken for a fault of the sender. */
const BELIEVABLE: f64 = 1e12;

/** Two leads more than there are, for who works in fours. */
const path = memory.data((LEADS + 2) * 8);

function stateOffset(model: u32, season: u32, week: u32): usize {
  return RING + ringBytes(candidateReach(model, season, week));
}

export function seriesBytes(model: u32, season: u32, week: u32): usize {
  return stateOffset(model, season, week) + candidateBytes(model, season, week);
}

/** Empties a block of seriesBytes. */
export function seriesOpen(series: usize, model: u32, season: u32, week: u32): void {
  const bytes = seriesBytes(model, season, week);
  memory.fill(series, 0, bytes);
  put(series, 0, MAGIC);
  put(series, 4, LAYOUT);
  put(series, BYTES, <u32>bytes);
  put(series, SEASON, season);
  put(series, WEEK, week);
  put(series, MODEL, model);
  put(series, STATE, <u32>stateOffset(model, season, week));
  put(series, RING_CAPACITY, ringCapacity(candidateReach(model, season, week)));
  distributionOpen(series);
  candidateOpen(series);
}

function believable(value: f64): bool {
  return value >= 0 && value <= BELIEVABLE;
}

/** More than one series touches in a step; longer ones are rings that are hardly read. */
const TOUCHED: u32 = 65536;
const LINE: usize = 64;
const touched = memory.data(16);

/**
 * Reads a word of every cache line of a series. With thousands resident none is in the cache when its turn comes, and a step
 * would wait for its lines one after another; like this the processor fetches them side by side: 2,000 series of the small
 * budget 6.8 -> 3.6 us a step. The result is stored so that no compiler leaves the reads out.
 */
export function seriesTouch(series: usize): void {
  const end = series + <usize>min(u32At(series, BYTES), TOUCHED);
  let all: u32 = 0;
  for (let at = series; at < end; at += LINE) all |= load<u32>(at);
  store<u32>(touched, all);
}

/** Takes one step in and renews the answers. Steps before the first known value are not counted. */
export function seriesPush(series: usize, value: f64): bool {
  const known = believable(value);
  if (!known && value == value) put(series, REJECTED, u32At(series, REJECTED) + 1);
  if (!known && u32At(series, STEPS) == 0) return false;

  const filled = known ? <f64>(<f32>value) : nextMedian(series);
  count(series, filled, known);
  calendarFind(series);
  const slot = u32At(series, SLOT);
  put(series, PLACE, slot);
  put(series, SLOT, (slot + 1) % u32At(series, SEASON));
  ringPush(series, filled);
  candidateUpdate(series, filled, known);
  tablesFind(series);
  recentFind(series);
  if (known) {
    const longest = entryOf(series, WATCHED - 1, u32At(series, STEPS) - LEADS);
    if (longest != 0) eventsLearn(series, filled, <f64>load<f32>(longest, POINT));
    learn(series);
  }
  candidatePredict(series, path);
  eventsApply(series, path);
  say(series, path);
  calendarTurn(series);
  return known;
}

function count(series: usize, filled: f64, known: bool): void {
  const steps = u32At(series, STEPS) + 1;
  put(series, STEPS, steps);
  put(series, GAP, known ? 0 : u32At(series, GAP) + 1);
  put(series, KNOWN_BITS, (u32At(series, KNOWN_BITS) << 1) | (known ? 1 : 0));
  if (!known) return;
  store<f64>(series + LAST_KNOWN, filled);
  put(series, KNOWN, u32At(series, KNOWN) + 1);
  const fading = load<f64>(series + TOP) * (1.0 - 0.35 / <f64>max<u32>(u32At(series, SEASON), 300));
  store<f64>(series + TOP, max(filled, fading));
  const mean = load<f64>(series + MEAN);
  store<f64>(series + MEAN, mean + max(0.001, 1.0 / <f64>steps) * (filled - mean));
}
