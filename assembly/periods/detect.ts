import { candidate, findCandidates, GAIN, KIND, many, PERIOD, STRENGTH } from './candidates';
import { choose } from './choose';
import { remove, transform } from './history';
import { wholeTimes } from './multiples';
import { measurePowers, powerAt } from './powers';
import { clearTable, found, MOST_FOUND, note, table } from './table';
import { APART } from './weigh';

const DAY_SECONDS: f64 = 86400;
const SHORTEST_STEP: f64 = 0.001;

/** A period that explains less than this of what another does is a harmonic of that one, not what it is made of. */
const OWN: f64 = 0.5;

/** A sixth and less of a period is no part of its smooth shape: what repeats so often has a cause of its own. */
const SHORT: i32 = 6;
/** A pulse every hour is also seen, weaker, at each half hour. */
const ECHO: f64 = 0.7;

/** How often candidate `part` goes into candidate `whole`; 0: not a whole number of times, or but once. */
function timesIn(part: i32, whole: i32): i32 {
  return wholeTimes(<i32>candidate(part, PERIOD), <i32>candidate(whole, PERIOD));
}

/** Whether a multiple of candidate `part` (other than `best`) repeats so much better that it is the one that repeats. */
function isEcho(part: i32, best: i32): bool {
  for (let i = 0; i < many; i++) {
    const times = i == best ? 0 : timesIn(part, i);
    if (times == 0 || times > APART) continue;
    if (candidate(i, STRENGTH) * ECHO > candidate(part, STRENGTH)) return true;
  }
  return false;
}

/** The candidate that explains most; but before that what it is made of: the shortest part that counts for itself. */
function strongest(): i32 {
  let best = 0;
  for (let i = 1; i < many; i++) if (candidate(i, GAIN) > candidate(best, GAIN)) best = i;
  let chosen = best;
  for (let i = 0; i < many; i++) {
    const times = timesIn(i, best);
    if (times == 0 || candidate(i, PERIOD) >= candidate(chosen, PERIOD) || isEcho(i, best)) continue;
    if (times >= SHORT || candidate(i, GAIN) >= OWN * candidate(best, GAIN)) chosen = i;
  }
  return chosen;
}

/**
 * Finds the periods of `count` f64 at `history`, NaN missing, which it overwrites. `stepSeconds` 0: not known. The strongest
 * period is found, taken away, and so on with what is left. Returns the address of the table.
 */
export function detect(history: usize, count: i32, stepSeconds: f64): usize {
  const step = stepSeconds >= SHORTEST_STEP && stepSeconds <= DAY_SECONDS ? stepSeconds : 0;
  clearTable();
  if (transform(history, count) > 0) {
    measurePowers(history, count);
    while (found < MOST_FOUND && takeNext(history, count, step)) {}
  }
  choose(<i32>(step > 0 ? DAY_SECONDS / step + 0.5 : 0));
  return table;
}

function takeNext(history: usize, count: i32, stepSeconds: f64): bool {
  findCandidates(history, count, stepSeconds);
  if (many == 0) return false;
  const best = strongest();
  const period = <i32>candidate(best, PERIOD);
  const gain = candidate(best, GAIN);
  note(period, gain / max(1e-12, powerAt(period)), <i32>candidate(best, KIND), gain);
  remove(history, count, period);
  return true;
}
