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
 * it, a peak when it has fallen as much below it. A climb that the end cuts off counts up to there.
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
  return climbing ? [...rises, { trough: low, peak: high }] : rises;
}

/**
 * Per rise, the tick at which the policy was half-way up its own climb, measured from its lowest to its highest number asked
 * for around the rise; undefined when it did not climb.
 *
 * Example: demand climbs over ticks 200..300 and a policy goes from 10 to 20 in one step at tick 240: 240.
 */
export function riseLags(demand: readonly number[], requested: readonly number[]): (number | undefined)[] {
  return risesOf(demand).map(({ trough, peak }) => {
    const from = Math.max(0, trough - REACH_TICKS);
    const to = Math.min(requested.length - 1, peak + REACH_TICKS);
    const top = indexOfMost(requested, Math.max(from, trough), to);
    const bottom = indexOfLeast(requested, from, top);
    const half = (at(requested, bottom) + at(requested, top)) / 2;
    if (at(requested, top) <= at(requested, bottom)) return undefined;
    for (let tick = bottom; tick <= top; tick++) if (at(requested, tick) >= half) return tick;
    return undefined;
  });
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
