import { SEASON, SLOT, STEPS, u32At, WATCHED } from '../layout';
import { horizonOf, TABLE_BYTES, TABLE_STATES, tableOf } from './state';

/**
 * How large, and how far above the point, standardised errors u usually are at a phase of m / 24 (the hour of a daily
 * season: cron jobs start at full and half hours) and at a time of the season. The core has no clock, so phases are
 * counted from the first known step.
 *
 *   cell += max(.01, 1 / (visits + 10)) (|u| - cell),  visits = steps / cells
 *
 * Worked example: season 1440, so 60 phases of one step. Errors of size 3 at phase 2 alone, everywhere else 1: after 8
 * passes the cell of phase 2 is above 2, its neighbours are 1.
 */
const PHASES: u32 = 60;
const TIMES: u32 = 24;
const RATE: f32 = 0.01;
const DOUBT: f32 = 10;

/** Cells are i16 in 4096ths, so within +-8. */
const PER_CELL: f32 = 1 / 4096.0;

// per group of rows: size and signed error by phase, side by side; size by time
const SIGNED: usize = 2;
const BY_TIME: usize = 240;

export function tablesOpen(series: usize): void {
  for (let table: usize = 0; table < 4; table++) {
    const at = series + TABLE_STATES + table * TABLE_BYTES;
    for (let cell: usize = 0; cell < BY_TIME; cell += 4) store<u32>(at + cell, 4096);
    for (let cell = BY_TIME; cell < TABLE_BYTES; cell += 2) store<u16>(at + cell, 4096);
  }
}

function phases(series: usize): u32 {
  return max<u32>(min<u32>(PHASES, u32At(series, SEASON) / 24), 1);
}

function times(series: usize): u32 {
  return min<u32>(TIMES, u32At(series, SEASON));
}

/** Steps that phases repeat after, the newest step's place among them, and cells per step; the same of times. */
let period: u32 = 1;
let phaseNow: u32 = 0;
let phasePer: f64 = 0;
let season: u32 = 1;
let slotNow: u32 = 0;
let timePer: f64 = 0;

/** Once a step, first. */
export function tablesFind(series: usize): void {
  season = u32At(series, SEASON);
  slotNow = u32At(series, SLOT);
  timePer = <f64>times(series) / <f64>season;
  period = max<u32>(season / 24, 1);
  phaseNow = u32At(series, STEPS) % period;
  phasePer = period <= PHASES ? 1 : <f64>PHASES / <f64>period;
}

/** `at` + `ahead` within a length. */
function turned(at: u32, ahead: i32, length: u32): u32 {
  const place = at + ahead;
  return place < length ? place : (place + 32 * length) % length;
}

/** Where in a table the cells of a step `ahead` of the newest lie. */
function phaseCell(ahead: i32): usize {
  return (<usize>(<u32>(<f64>turned(phaseNow, ahead, period) * phasePer))) << 2;
}

function timeCell(ahead: i32): usize {
  return BY_TIME + ((<usize>(<u32>(<f64>turned(slotNow, ahead, season) * timePer))) << 1);
}

/**
 * What the tables say of a row: size and error at the phase of its value or its window's first, size at the time, each 0
 * where nothing is unusual, and 0.
 */
export function tablesAsk(series: usize, row: i32): v128 {
  const table = tableOf(series, row);
  const ahead = row < WATCHED ? <i32>horizonOf(row) : 1;
  const phase = table + phaseCell(ahead);
  const cells = i32x4(load<i16>(phase), load<i16>(phase, SIGNED), load<i16>(table + timeCell(ahead)), 0);
  return f32x4.sub(f32x4.mul(f32x4.convert_i32x4_s(cells), f32x4.splat(PER_CELL)), f32x4(1, 0, 1, 0));
}

/**
 * An error of a row, or the mean of rows of one table, whose value came (or whose window began) `ago` steps ago; `weight`: for
 * how many it stands.
 */
export function tablesLearn(series: usize, row: i32, ago: i32, size: f32, signed: f32, weight: f32): void {
  const table = tableOf(series, row);
  const byPhase = rateOf(series, phases(series)) * weight;
  const cell = table + phaseCell(-ago);
  turn(cell, size, byPhase);
  turn(cell + SIGNED, signed, byPhase);
  turn(table + timeCell(-ago), size, rateOf(series, times(series)) * weight);
}

/** From 90 visits on it is RATE. */
function rateOf(series: usize, cells: u32): f32 {
  const steps = u32At(series, STEPS);
  return steps >= 90 * cells ? RATE : <f32>1 / (<f32>steps / <f32>cells + DOUBT);
}

function turn(at: usize, value: f32, rate: f32): void {
  const old = <f32>load<i16>(at);
  const now = nearest(old + rate * (value * 4096 - old));
  store<i16>(at, <i16>(<i32>min(max(now, -32767), 32767)));
}
