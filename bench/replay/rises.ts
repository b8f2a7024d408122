/** A climb of the demand: ticks of its trough and of its peak. */
export interface Rise {
  readonly trough: number;
  readonly peak: number;
}

/** Demand is smoothed over 5 minutes first: noise is not a rise. */
const SMOOTH_TICKS = 20;
/** A turn counts once it is this share of the mean demand. */
const TURN_SHARE = 0.25;
/** A policy may be this early or late (30 minutes) and still be answering the same rise. */
const REACH_TICKS = 120;

/**
 * Finds climbs by the zig-zag rule: a trough is confirmed when the smoothed demand has risen a quarter of its mean above
 * it, a peak when it has fallen as much below it. A climb that the end cuts off is not one yet: nobody knows its top.
 */
export function risesOf(demand: readonly number[]): Rise[] {
  const smooth = centredMean(demand, SMOOTH_TICKS);
  const turn = TURN_SHARE * (smooth.reduce((sum, value) => sum + value, 0) / Math.max(1, smooth.length));
  if (!(turn > 0)) return [];
  const rises: Rise[] = [];
  let low = 0;
  let high = 0;
  let climbing = false;
  for (const [tick, value] of smooth.entries()) {
    if (climbing) {
      if (value > at(smooth, high)) high = tick;
      if (value < at(smooth, high) - turn) {
        rises.push({ trough: low, peak: high });
        climbing = false;
        low = tick;
      }
    } else {
      if (value < at(smooth, low)) low = tick;
      if (value > at(smooth, low) + turn) {
        climbing = true;
        high = tick;
      }
    }
  }
  return rises;
}

/** Nine heights of a climb: one alone would measure in steps of whole pods, minutes apart on a gentle slope. */
const SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/**
 * Per rise, the mean tick at which the policy was 10 %, 20 % ... 90 % up its own climb, measured from its lowest to its
 * highest number asked for around the rise; undefined when it did not climb.
 *
 * Example: demand climbs over ticks 200..300 and a policy goes from 10 to 20 in one step at tick 240: 240.
 */
export function riseLags(demand: readonly number[], requested: readonly number[]): (number | undefined)[] {
  return risesOf(demand).map(({ trough, peak }) => {
    const from = Math.max(0, trough - REACH_TICKS);
    const to = Math.min(requested.length - 1, peak + REACH_TICKS);
    const top = indexOfMost(requested, Math.max(from, trough), to);
    const bottom = indexOfLeast(requested, from, top);
    const climb = at(requested, top) - at(requested, bottom);
    if (!(climb > 0)) return undefined;
    const reached = SHARES.map((share) => firstAt(requested, bottom, at(requested, bottom) + share * climb));
    return reached.reduce((sum, tick) => sum + tick, 0) / SHARES.length;
  });
}

/** First index from `from` on whose value is at least `level`; there is one. */
function firstAt(values: readonly number[], from: number, level: number): number {
  let index = from;
  while (at(values, index) < level) index++;
  return index;
}

/** First index of the highest value in [from, to]. */
function indexOfMost(values: readonly number[], from: number, to: number): number {
  let best = from;
  for (let i = from; i <= to; i++) if (at(values, i) > at(values, best)) best = i;
  return best;
}

/** Last index of the lowest value in [from, to]. */
function indexOfLeast(values: readonly number[], from: number, to: number): number {
  let best = from;
  for (let i = from; i <= to; i++) if (at(values, i) <= at(values, best)) best = i;
  return best;
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? Number.NaN;
}

/** Mean over `width` values around each; shorter at the ends. */
function centredMean(values: readonly number[], width: number): number[] {
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) ?? 0) + value);
  return values.map((_, i) => {
    const from = Math.max(0, i - Math.floor(width / 2));
    const to = Math.min(values.length, i + Math.ceil(width / 2));
    return (at(sums, to) - at(sums, from)) / (to - from);
  });
}
