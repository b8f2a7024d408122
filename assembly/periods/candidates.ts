import { wholeTimes } from './multiples';
import { greatest, powerAt, SHORTEST } from './powers';
import { found, foundPeriod } from './table';
import { highestPeak, lasting, scale, sharpen, strength, surprise, weigh } from './weigh';

/**
 * The periods that the history as it is now speaks for. People's own (a day, an hour, ..) are tried by name when the length
 * of a step is known, and need less to be believed, because nearly all load that repeats repeats so.
 */
export const OTHER: i32 = 0;
export const DAY: i32 = 1;
export const WEEK: i32 = 2;
export const NAMED: i32 = 3;

const names = memory.data<i32>([
  300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600, 28800, 43200, 86400, 604800,
]);
const NAMES: i32 = 14;

/** Standard errors and correlation from which on a period is believed, by kind. */
const surprises = memory.data<f64>([5, 3, 3, 4.5]);
const strengths = memory.data<f64>([0.1, 0.1, 0.1, 0.03]);
/** Of what varied at its scale before any period was taken away, a period must explain so much to be worth its name. */
const shares = memory.data<f64>([0.1, 0.05, 0, 0.02]);

const MOST: i32 = 48;
const COLUMNS: i32 = 4;
const candidates = memory.data(MOST * COLUMNS * 8);
export let many: i32 = 0;

export function candidate(index: i32, column: i32): f64 {
  return load<f64>(candidates + ((<usize>(index * COLUMNS + column)) << 3));
}
export const PERIOD: i32 = 0;
export const GAIN: i32 = 1;
export const KIND: i32 = 2;
export const STRENGTH: i32 = 3;

function add(period: i32, gain: f64, kind: i32): void {
  if (many >= MOST) return;
  const row = candidates + ((<usize>(many * COLUMNS)) << 3);
  store<f64>(row, <f64>period);
  store<f64>(row + 8, gain);
  store<f64>(row + 16, <f64>kind);
  store<f64>(row + 24, strength);
  many++;
}

/** The longest period found so far that `period` is a multiple of; 0: of none. */
function multipleOf(period: i32): i32 {
  let longest = 0;
  for (let i = 0; i < found; i++) {
    const part = foundPeriod(i);
    if (part > longest && wholeTimes(part, period) > 0) longest = part;
  }
  return longest;
}

/** Part of one that was found, which took it away along with itself: what is left of it is the other's unrest. */
function isPart(period: i32): bool {
  for (let i = 0; i < found; i++) if (wholeTimes(period, foundPeriod(i)) > 0) return true;
  return false;
}

function wholeMultiple(period: i32): i32 {
  const part = multipleOf(period);
  return part == 0 ? period : wholeTimes(part, period) * part;
}

function wasFound(period: i32): bool {
  for (let i = 0; i < found; i++) if (50 * abs(foundPeriod(i) - period) <= period) return true;
  return false;
}

/**
 * Two or three days that are as alike as this are believed to be days, and so are weeks: they are looked for at one place
 * only. Everything else must have lasted for three periods, and is tried at many.
 */
const ALIKE: f64 = 0.5;
const ALIKE_SURPRISE: f64 = 1.8;
/** Three periods that are all but the same need no more of them. */
const SAME: f64 = 0.9;
const SAME_SURPRISE: f64 = 3;
/** What explains less than a thousandth of the greatest movement is a ripple of the arithmetic or of no interest. */
const LEAST: f64 = 0.001;

function isSure(kind: i32, periods: i32): bool {
  const usual = load<f64>(surprises + ((<usize>kind) << 3));
  if (strength < load<f64>(strengths + ((<usize>kind) << 3))) return false;
  if (periods < 4 && (kind == DAY || kind == WEEK)) {
    return surprise >= usual || (strength >= ALIKE && surprise >= ALIKE_SURPRISE);
  }
  const needed = strength >= SAME ? SAME_SURPRISE : usual;
  return surprise >= needed && lasting >= needed;
}

/** Lists `period` if it is believed and matters. */
function judge(period: i32, kind: i32, count: i32, size: f64): void {
  const part = multipleOf(period);
  weigh(period, part);
  const gain = strength * size;
  if (!isSure(kind, count / period) || gain < LEAST * greatest) return;
  if (part == 0 && gain < load<f64>(shares + ((<usize>kind) << 3)) * powerAt(period)) return;
  add(period, gain, kind);
}

function tryNamed(seconds: i32, low: i32, count: i32, stepSeconds: f64, size: f64): void {
  const period = <i32>(<f64>seconds / stepSeconds + 0.5);
  if (period < low || period >= 2 * low || <f64>period * stepSeconds != <f64>seconds) return;
  const kind = seconds == 86400 ? DAY : seconds == 604800 ? WEEK : NAMED;
  if (count < (kind == NAMED ? 3 : 2) * period || wasFound(period) || isPart(period)) return;
  judge(period, kind, count, size);
}

/** Near enough to one that is tried by name to be that one. */
function isNamed(period: i32, stepSeconds: f64): bool {
  if (!(stepSeconds > 0)) return false;
  for (let i = 0; i < NAMES; i++) {
    const seconds = <f64>load<i32>(names + ((<usize>i) << 2));
    const steps = <i32>(seconds / stepSeconds + 0.5);
    if (<f64>steps * stepSeconds == seconds && 32 * abs(period - steps) <= steps) return true;
  }
  return false;
}

/** Lists them all; `gain` is the mean square that each explains. */
export function findCandidates(history: usize, count: i32, stepSeconds: f64): void {
  many = 0;
  for (let low = SHORTEST; 2 * low <= count; low <<= 1) {
    const size = scale(history, count, low);
    if (stepSeconds > 0) {
      for (let i = 0; i < NAMES; i++) {
        tryNamed(load<i32>(names + ((<usize>i) << 2)), low, count, stepSeconds, size);
      }
    }
    const rough = highestPeak(low);
    if (rough == 0 || isNamed(rough, stepSeconds) || wasFound(rough)) continue;
    weigh(rough, multipleOf(rough));
    if (surprise < 2) continue;
    const period = wholeMultiple(sharpen(history, count, rough));
    if (3 * period > count || isNamed(period, stepSeconds)) continue;
    if (wasFound(period) || isPart(period)) continue;
    scale(history, count, low);
    judge(period, OTHER, count, size);
  }
}
