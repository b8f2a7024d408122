import type { Random } from '../../controller/clock.ts';
import type { Trace } from '../../controller/series/trace.ts';
import { poisson } from './poisson.ts';
import type { NamedTrace } from './traffic.ts';

/** The rules every replay shares, so that its figures compare. */
export const TICK_SECONDS = 15;
const TICK_MS = TICK_SECONDS * 1000;
/** Noise of interpolated traces: a pod at 100 % meets this many independent visits per tick. */
export const VISITS_PER_POD_TICK = 35;

/** What arrives, in pods at 100 % utilisation, per tick of 15 s. */
export interface Demand {
  /** Unix ms, start of the first tick. */
  readonly startMs: number;
  /** NaN where the trace is missing. */
  readonly pods: Float64Array;
  /** Ticks whose trace is missing. */
  readonly missing: number;
}

/** A part of a trace, Unix ms. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** All of a trace in whole ticks. Ticks lie on multiples of their length; a start between two is moved to the earlier. */
export function spanOfTrace({ startMs, stepSeconds, values }: Trace): Span {
  const fromMs = Math.floor(startMs / TICK_MS) * TICK_MS;
  return { fromMs, toMs: fromMs + Math.floor((values.length * stepSeconds) / TICK_SECONDS) * TICK_MS };
}

/**
 * Brings a trace to 15 s ticks whose mean over `judged` is `meanPods`. Finer traces are averaged. Coarser ones are
 * interpolated linearly between the middles of their intervals and then made noisy: Poisson(35 * pods) / 35, because a
 * minute's mean hides what a scaler meets; without `random` they stay smooth. Throws RangeError when there is no load to scale.
 *
 * Example: intervals of 60 s with 60 and 120: the tick in the middle of the first (30 s) has 60, 30 s later 90.
 */
export function demandOf(
  trace: NamedTrace,
  meanPods: number,
  random: Random | undefined,
  judged: Span = spanOfTrace(trace),
): Demand {
  const ticks = toTicks(trace);
  const { fromMs: startMs } = spanOfTrace(trace);
  const noisy = trace.stepSeconds > TICK_SECONDS && random !== undefined;
  const from = (judged.fromMs - startMs) / TICK_MS;
  const factor = meanPods / meanOf(ticks.subarray(from, (judged.toMs - startMs) / TICK_MS));
  if (!(factor > 0 && Number.isFinite(factor))) {
    throw new RangeError(`the mean of ${trace.source} must be above zero`);
  }
  let missing = 0;
  for (const [index, value] of ticks.entries()) {
    if (Number.isNaN(value)) missing++;
    else ticks[index] = noisy ? noise(value * factor, random) : value * factor;
  }
  return { startMs, pods: ticks, missing };
}

function noise(pods: number, random: Random): number {
  return poisson(pods * VISITS_PER_POD_TICK, random) / VISITS_PER_POD_TICK;
}

function toTicks({ values, stepSeconds }: Trace): Float64Array {
  if (TICK_SECONDS % stepSeconds === 0) return averaged(values, TICK_SECONDS / stepSeconds);
  const ticks = new Float64Array(Math.floor((values.length * stepSeconds) / TICK_SECONDS));
  for (let tick = 0; tick < ticks.length; tick++) {
    const at = ((tick + 0.5) * TICK_SECONDS) / stepSeconds - 0.5;
    ticks[tick] = between(values, at);
  }
  return ticks;
}

/** Value at a fractional index; beyond the ends and beside a gap the nearest interval's own mean stands. */
function between(values: Float64Array, at: number): number {
  const clamped = Math.min(values.length - 1, Math.max(0, at));
  const left = Math.floor(clamped);
  const share = clamped - left;
  const nearest = values[Math.round(clamped)] ?? Number.NaN;
  const a = values[left] ?? nearest;
  const b = values[Math.min(values.length - 1, left + 1)] ?? nearest;
  const mixed = a + (b - a) * share;
  return Number.isNaN(mixed) ? nearest : mixed;
}

function averaged(values: Float64Array, per: number): Float64Array {
  const ticks = new Float64Array(Math.floor(values.length / per));
  for (let tick = 0; tick < ticks.length; tick++) {
    ticks[tick] = meanOf(values.subarray(tick * per, (tick + 1) * per));
  }
  return ticks;
}

/** Mean of what is known; NaN when nothing is. */
function meanOf(values: Float64Array): number {
  let sum = 0;
  let known = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    known++;
  }
  return known ? sum / known : Number.NaN;
}

/** The part [fromMs, fromMs + ticks); ticks outside the demand are NaN. */
export function windowOf(demand: Demand, fromMs: number, ticks: number): Demand {
  const offset = Math.round((fromMs - demand.startMs) / TICK_MS);
  const pods = new Float64Array(ticks).map((_, index) => demand.pods[offset + index] ?? Number.NaN);
  return { startMs: fromMs, pods, missing: pods.filter(Number.isNaN).length };
}

/** Fills gaps on a straight line between their edges: traffic that is played has to be something. */
export function withoutGaps(demand: Demand): Demand {
  const pods = demand.pods.slice();
  let last = -1;
  for (let tick = 0; tick <= pods.length; tick++) {
    if (tick < pods.length && Number.isNaN(pods[tick])) continue;
    const before = pods[last] ?? pods[tick] ?? 0;
    const after = pods[tick] ?? before;
    for (let gap = last + 1; gap < tick; gap++) {
      pods[gap] = before + ((after - before) * (gap - last)) / (tick - last);
    }
    last = tick;
  }
  return { ...demand, pods };
}
