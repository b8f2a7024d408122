/** A climb of the demand: ticks of its trough and of its peak, and the heights between them. */
export interface Rise {
  readonly trough: number;
  readonly peak: number;
  /** Pod by pod, from the first above the trough to the peak. */
  readonly needs: readonly Need[];
}

/** A height of the demand that a rise reached, in whole pods at 100 %, and the first tick at which it did. */
export interface Need {
  readonly pods: number;
  readonly tick: number;
}

/** Demand is smoothed over 5 minutes first: noise is not a rise. */
const SMOOTH_TICKS = 20;
/** A turn counts once it is this share of the mean demand. */
const TURN_SHARE = 0.25;
/** What is asked for went through a division. */
const ROUNDING = 1e-9;
/** 30 minutes: who asks earlier than that is not answering this rise. */
export const REACH_TICKS = 120;

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
        rises.push({ trough: low, peak: high, needs: needsOf(smooth, low, high) });
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

function needsOf(smooth: readonly number[], trough: number, peak: number): Need[] {
  const needs: Need[] = [];
  let pods = Math.floor(at(smooth, trough));
  for (let tick = trough + 1; tick <= peak; tick++) {
    while (pods < Math.floor(at(smooth, tick))) needs.push({ pods: ++pods, tick });
  }
  return needs;
}

/**
 * Ticks from the need to the moment a policy had asked for what it takes, and kept it until then: negative before it,
 * cut off at +-30 minutes. `asked` is in the unit of the demand.
 *
 * Example: 5 are needed at tick 200; the policy went from 4 to 6 at tick 190: -10.
 */
export function askedAfter(asked: readonly number[], { pods, tick }: Need): number {
  const enough = (lag: number) => at(asked, tick + lag) >= pods - ROUNDING;
  let lag = enough(0) ? 0 : 1;
  if (lag === 0) while (lag > -REACH_TICKS && enough(lag - 1)) lag--;
  else while (lag < REACH_TICKS && !enough(lag)) lag++;
  return lag;
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
