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

// per group of rows: sizes by phase, signed errors by phase, sizes by time; all f32
const SIGNED: usize = 240;
const BY_TIME: usize = 480;

export function tablesOpen(series: usize): void {
  for (let table: usize = 0; table < 4; table++) {
    const at = series + TABLE_STATES + table * TABLE_BYTES;
    for (let cell: usize = 0; cell < SIGNED; cell += 4) store<f32>(at + cell, 1);
    for (let cell = BY_TIME; cell < TABLE_BYTES; cell += 4) store<f32>(at + cell, 1);
  }
}

function phases(series: usize): u32 {
  return max<u32>(min<u32>(PHASES, u32At(series, SEASON) / 24), 1);
}

function times(series: usize): u32 {
  return min<u32>(TIMES, u32At(series, SEASON));
}

/** Where in a table the cells of a step `ahead` of the newest lie. */
function phaseCell(series: usize, ahead: i32): usize {
  const period = u32At(series, SEASON) / 24;
  if (period < 2) return 0;
  const phase = (u32At(series, STEPS) + ahead) % period;
  return (<usize>(period <= PHASES ? phase : (phase * PHASES) / period)) << 2;
}

function timeCell(series: usize, ahead: i32): usize {
  const season = u32At(series, SEASON);
  const slot = (u32At(series, SLOT) + 32 * season + ahead) % season;
  return BY_TIME + ((<usize>((slot * times(series)) / season)) << 2);
}

/** All windows begin at the next step: where its cells lie. */
let nextPhase: usize = 0;
let nextTime: usize = 0;

/** Once a step, before tablesAsk. */
export function tablesFind(series: usize): void {
  nextPhase = phaseCell(series, 1);
  nextTime = timeCell(series, 1);
}

/**
 * What the tables say of a row, into three f32: size and error at the phase of its value or its window's first, size at
 * the time.
 */
export function tablesAsk(series: usize, row: i32, out: usize): void {
  const table = tableOf(series, row);
  const phase = row < WATCHED ? phaseCell(series, horizonOf(row)) : nextPhase;
  const time = row < WATCHED ? timeCell(series, horizonOf(row)) : nextTime;
  store<f32>(out, load<f32>(table + phase) - 1);
  store<f32>(out, load<f32>(table + phase + SIGNED), 4);
  store<f32>(out, load<f32>(table + time) - 1, 8);
}

/** An error of a row, or the mean of rows of one table, whose value came (or whose window began) `ago` steps ago. */
export function tablesLearn(series: usize, row: i32, ago: i32, size: f32, signed: f32): void {
  const table = tableOf(series, row);
  const byPhase = rateOf(series, phases(series));
  const byTime = rateOf(series, times(series));
  const cell = table + phaseCell(series, -ago);
  approach(cell, size, byPhase);
  approach(cell + SIGNED, signed, byPhase);
  approach(table + timeCell(series, -ago), size, byTime);
}

/** From 90 visits on it is RATE. */
function rateOf(series: usize, cells: u32): f32 {
  const steps = u32At(series, STEPS);
  return steps >= 90 * cells ? RATE : <f32>1 / (<f32>steps / <f32>cells + DOUBT);
}

function approach(at: usize, value: f32, rate: f32): void {
  const old = load<f32>(at);
  store<f32>(at, old + rate * (value - old));
}
