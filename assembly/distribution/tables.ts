import { SEASON, SLOT, STEPS, u32At, WATCHED } from '../layout';
import { groupOf, TABLE_STATES } from './state';

/**
 * How large, and how far above the point, standardised errors u usually are at a phase of m / 24 (the hour of a daily
 * season: cron jobs start at full and half hours) and at a time of the season. The core has no clock, so phases are
 * counted from the first known step.
 *
 *   cell += max(.01, 1 / (visits + 10)) (min(|u|, 8) - cell),  visits = steps / cells
 *
 * Worked example: season 1440, so 60 phases of one step. Errors of size 3 at phase 2 alone, everywhere else 1: after 8
 * passes the cell of phase 2 is above 2, its neighbours are 1.
 */
const PHASES: u32 = 60;
const TIMES: u32 = 24;
const MOST: f64 = 8;
const RATE: f64 = 0.01;
const DOUBT: f64 = 10;

// per group of rows: sizes by phase, signed errors by phase, sizes by time; all f32
const SIGNED: usize = 240;
const BY_TIME: usize = 480;
const TABLE_BYTES: usize = 576;

/** Leads to 6, longer leads, windows to 5, longer windows. */
function tableOf(series: usize, row: i32): usize {
  const group = groupOf(row);
  const table: usize = row < WATCHED ? (group < 2 ? 0 : 1) : group < 5 ? 2 : 3;
  return series + TABLE_STATES + table * TABLE_BYTES;
}

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

function phaseCell(series: usize, step: u32): usize {
  const period = u32At(series, SEASON) / 24;
  if (period < 2) return 0;
  const phase = step % period;
  return (<usize>(period <= PHASES ? phase : (phase * PHASES) / period)) << 2;
}

function times(series: usize): u32 {
  return min<u32>(TIMES, u32At(series, SEASON));
}

function timeCell(series: usize, ahead: i32): usize {
  const season = u32At(series, SEASON);
  const slot = (u32At(series, SLOT) + season + ((ahead + <i32>season * 32) % <i32>season)) % season;
  return BY_TIME + ((<usize>((slot * times(series)) / season)) << 2);
}

/** What the tables say about a row whose value comes (or whose window begins) `ahead` steps after the newest. */
export function tableSize(series: usize, row: i32, ahead: i32): f64 {
  return <f64>load<f32>(tableOf(series, row) + phaseCell(series, u32At(series, STEPS) + ahead));
}

export function tableSigned(series: usize, row: i32, ahead: i32): f64 {
  return <f64>load<f32>(tableOf(series, row) + SIGNED + phaseCell(series, u32At(series, STEPS) + ahead));
}

export function tableTime(series: usize, row: i32, ahead: i32): f64 {
  return <f64>load<f32>(tableOf(series, row) + timeCell(series, ahead));
}

/** An error of a row, or the mean of rows of one table, whose value came (or whose window began) `ago` steps ago. */
export function tablesLearn(series: usize, row: i32, ago: i32, size: f64, signed: f64): void {
  const table = tableOf(series, row);
  const steps = <f64>u32At(series, STEPS);
  const byPhase = max(RATE, 1.0 / (steps / <f64>phases(series) + DOUBT));
  const byTime = max(RATE, 1.0 / (steps / <f64>times(series) + DOUBT));
  const cell = table + phaseCell(series, u32At(series, STEPS) - ago);
  approach(cell, min(size, MOST), byPhase);
  approach(cell + SIGNED, min(max(signed, -MOST), MOST), byPhase);
  approach(table + timeCell(series, -ago), min(size, MOST), byTime);
}

function approach(at: usize, value: f64, rate: f64): void {
  const old = <f64>load<f32>(at);
  store<f32>(at, <f32>(old + rate * (value - old)));
}
