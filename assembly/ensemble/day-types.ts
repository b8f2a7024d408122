import { freeType, isHoliday } from '../calendar';
import { codeAt } from '../curve';
import { put, SEASON, u32At } from '../layout';
import { blockAt, blocksOf } from './blocks';
import { DAY, MOST_BLOCKS, TYPES } from './ledger';

/**
 * Two types of days, found by where they stand in a week of seven seasons: of the 63 ways to split the seven weekdays in
 * two, the one that leaves least variation within,
 *
 *   within(set) = sum over pairs of |mean day i - mean day j|^2 / size   (Ward 1963),
 *
 * taken when it leaves less than .55 of the whole. The smaller set is the second type. Worked example: five equal
 * workdays and two equal Sundays leave nothing; seven equal days with noise leave about .8.
 * A
 * holiday is of the type that days off have: calendar.ts.
 */
const WEEK: u32 = 7;
const FROM: u32 = 14;
const LOOK: u32 = 28;
const LEFT: f64 = 0.55;

const means = memory.data(7 * 48 * 8);
const apart = memory.data(7 * 7 * 8);

/** Type, 0 or 1, of season number `day`. */
export function dayType(past: usize, day: u32): u32 {
  return isHoliday(day) ? freeType(u32At(past, TYPES)) : weekdayType(past, day);
}

/** The same if it is no holiday. */
export function weekdayType(past: usize, day: u32): u32 {
  return (u32At(past, TYPES) >> (day % WEEK)) & 1;
}

/** At the start of a season; true when the types are others than before. */
export function sortDays(series: usize, past: usize): bool {
  if (u32At(past, DAY) < FROM) return false;
  weekdays(series, past);
  const whole = within(127);
  let best = whole * LEFT;
  let types: u32 = 0;
  for (let set: u32 = 1; set < 64; set++) {
    const left = within(set) + within(127 & ~set);
    if (left >= best) continue;
    best = left;
    types = popcnt(set) > 3 ? 127 & ~set : set;
  }
  if (types == u32At(past, TYPES)) return false;
  put(past, TYPES, types);
  return true;
}

/** Mean day of every weekday, and how far each two are apart. */
function weekdays(series: usize, past: usize): void {
  const blocks = blocksOf(series);
  const today = u32At(past, DAY);
  const days = (min(today, LOOK) / WEEK) * WEEK;
  memory.fill(means, 0, 7 * 48 * 8);
  const per = <f64>WEEK / <f64>days;
  for (let block: u32 = 0; block < blocks; block++) {
    for (let age: u32 = 1; age <= days; age++) {
      const at = means + ((<usize>(((today - age) % WEEK) * MOST_BLOCKS + block)) << 3);
      store<f64>(at, load<f64>(at) + per * codeAt(blockAt(past, block, age)));
    }
  }
  for (let i: u32 = 0; i < WEEK; i++) {
    for (let j: u32 = 0; j < i; j++) {
      const distance = distanceOf(i, j, blocks);
      store<f64>(apart + ((<usize>(i * WEEK + j)) << 3), distance);
      store<f64>(apart + ((<usize>(j * WEEK + i)) << 3), distance);
    }
  }
}

function distanceOf(i: u32, j: u32, blocks: u32): f64 {
  let sum: f64 = 0;
  for (let block: u32 = 0; block < blocks; block++) {
    const a = load<f64>(means + ((<usize>(i * MOST_BLOCKS + block)) << 3));
    const d = a - load<f64>(means + ((<usize>(j * MOST_BLOCKS + block)) << 3));
    sum += d * d;
  }
  return sum;
}

function within(set: u32): f64 {
  let sum: f64 = 0;
  for (let i: u32 = 1; i < WEEK; i++) {
    for (let j: u32 = 0; j < i && ((set >> i) & 1) == 1; j++) {
      if (((set >> j) & 1) == 1) sum += load<f64>(apart + ((<usize>(i * WEEK + j)) << 3));
    }
  }
  return sum / <f64>max(popcnt(set), 1);
}
