import { DAY, WEEK } from './candidates';
import { callKind, found, foundGain, foundKind, foundPeriod, foundStrength, setSeasons } from './table';

/** Half or a third of a period that was found too: part of its shape, not a habit of its own. */
const HARMONIC: i32 = 4;
/** A day that explains a quarter of what the strongest period does is the season: people's load is made of days. */
const DAY_SHARE: f64 = 0.25;
/** Where no day was found, another period must explain half of what varies at its scale to be the season instead of it. */
const INSTEAD_OF_DAY: f64 = 0.5;
const MOST_TIMES: i32 = 14;

function indexOfKind(kind: i32): i32 {
  for (let i = 0; i < found; i++) if (foundKind(i) == kind) return i;
  return -1;
}

function markHarmonics(): void {
  for (let i = 0; i < found; i++) {
    for (let j = 0; j < found; j++) {
      const times = foundPeriod(j) / foundPeriod(i);
      if ((times != 2 && times != 3) || foundPeriod(j) != times * foundPeriod(i)) continue;
      if (foundStrength(j) >= 0.5 * foundStrength(i)) callKind(i, HARMONIC);
    }
  }
}

/** The period that explains most, a week set aside: it is second to its days. -1: none. */
function strongestShort(): i32 {
  let best = -1;
  for (let i = 0; i < found; i++) {
    if (foundKind(i) == WEEK) continue;
    if (best < 0 || foundGain(i) > foundGain(best)) best = i;
  }
  return best;
}

/** `daySteps` 0: not known. */
function seasonOf(daySteps: i32): i32 {
  const best = strongestShort();
  if (best < 0) return daySteps;
  const period = foundPeriod(best);
  const day = indexOfKind(DAY);
  if (day >= 0) {
    const whole = foundPeriod(day);
    return whole % period == 0 || foundGain(day) >= DAY_SHARE * foundGain(best) ? whole : period;
  }
  return daySteps == 0 || foundStrength(best) >= INSTEAD_OF_DAY ? period : daySteps;
}

/** A longer period beside the season: one that was found, or the week of a day. 0: none. */
function longerOf(season: i32, daySteps: i32): i32 {
  const week = indexOfKind(WEEK);
  if (week >= 0 && foundPeriod(week) > season) return foundPeriod(week);
  let longest = 0;
  for (let i = 0; i < found; i++) {
    const period = foundPeriod(i);
    const times = season > 0 ? period / season : 0;
    if (times < 2 || times > MOST_TIMES || times * season != period) continue;
    longest = max(longest, period);
  }
  if (longest > 0) return longest;
  return season > 0 && season == daySteps ? 7 * season : 0;
}

/**
 * Which of the periods found the models should use. With nothing to go by it is the day and its week, where the length of a
 * step tells how long they are.
 */
export function choose(daySteps: i32): void {
  const season = seasonOf(daySteps);
  setSeasons(season, longerOf(season, daySteps));
  markHarmonics();
}
