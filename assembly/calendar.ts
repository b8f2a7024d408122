import { CLOCK_DAYS, FREE_DAYS, HOLIDAYS, MODEL, MOVED, put, SEASON, SLOT, STEPS, u32At } from './layout';

/**
 * Local clocks and holidays, as numbers. Each may be missing, and none at all leaves every bit as it was.
 *
 * The slot of a step is localStep mod season. Before the first value this says where in its season a history starts, so that
 * days are days there; when it jumps later, all that is kept by slot stays, so that 08:00 is 08:00 again. Worked example:
 * season 24, the next slot 3, localStep 100 (slot 4): the clocks went an hour ahead, and slot 3 keeps what it held.
 *
 * A holiday is of the type that day-types.ts found for days off. Worked example: Saturday and Sunday are of the second type
 * and days off: so is a holiday on a Tuesday. Where a week has one type only, nothing changes.
 */
const WEEK: u32 = 7;
const WEEKEND: i32 = 2;
const HOLIDAY: i32 = 3;

let holidays: u64 = 0;
let free: u32 = 0;
/** The day after that of the newest step. */
let tomorrow: u32 = 0;

/** The slot of the step that is pushed next. Returns how many steps the clocks jumped ahead, or back when below 0. */
export function clockTell(series: usize, localStep: f64): i32 {
  if (!(abs(localStep) < 1e15)) return 0;
  const season = <i32>u32At(series, SEASON);
  const slot = <i32>(((<i64>localStep % season) + season) % season);
  let ahead = slot - <i32>u32At(series, SLOT);
  put(series, SLOT, <u32>slot);
  if (u32At(series, STEPS) == 0 || ahead == 0) return 0;
  const days = ahead > season >> 1 ? -1 : ahead < -(season >> 1) ? 1 : 0;
  ahead += days * season;
  turnDays(series, days);
  put(series, MOVED, <u32>max(min(<i32>u32At(series, MOVED) + ahead, season), -season));
  return ahead;
}

/** What the day of the step that is pushed next is, and the day after it. */
export function daysTell(series: usize, today: i32, tomorrow: i32): void {
  const before = load<u64>(series + HOLIDAYS) & ~3;
  store<u64>(series + HOLIDAYS, before | ((<u64>(today == HOLIDAY)) << 1) | <u64>(tomorrow == HOLIDAY));
  const weekend: u32 = (<u32>(today == WEEKEND)) << (u32At(series, CLOCK_DAYS) % WEEK);
  put(series, FREE_DAYS, u32At(series, FREE_DAYS) | weekend);
}

/** Once a push, before the experts look. */
export function calendarFind(series: usize): void {
  holidays = load<u64>(series + HOLIDAYS);
  free = u32At(series, FREE_DAYS);
  tomorrow = u32At(series, CLOCK_DAYS) + 1;
}

/** After a push: the season begins again with the next step. */
export function calendarTurn(series: usize): void {
  if (u32At(series, SLOT) == 0) turnDays(series, 1);
}

function turnDays(series: usize, days: i32): void {
  put(series, CLOCK_DAYS, u32At(series, CLOCK_DAYS) + days);
  store<u64>(series + HOLIDAYS, rotl<u64>(load<u64>(series + HOLIDAYS), days));
}

/** 62 days back and one ahead are known. */
export function isHoliday(day: u32): bool {
  return ((holidays >> (tomorrow - day)) & 1) != 0;
}

/** Bit k: whether the day k + 1 days before the target, `day` days from today, was one. */
export function holidaysBefore(day: u32): u64 {
  return holidays >> (2 - day);
}

/** The type of days off, `types` being those of the week. */
export function freeType(types: u32): u32 {
  return (types & free) != 0 ? 1 : 0;
}
