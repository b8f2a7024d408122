/** So many times a period may be known to a step or two only; beyond that each is off by too much to say anything. */
const INEXACT_TIMES: i32 = 8;

/**
 * How often `part` goes into `whole`, 2 or more; 0: not a whole number of times, or but once. Up to eight times it may be off
 * by one in fifty. Example: 169 goes 5 times into 847, 11 does not go into 480, 10 does.
 */
export function wholeTimes(part: i32, whole: i32): i32 {
  const times = (whole + part / 2) / part;
  if (times < 2) return 0;
  if (whole == times * part) return times;
  return times <= INEXACT_TIMES && 50 * abs(whole - times * part) <= whole ? times : 0;
}
