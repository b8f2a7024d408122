import { z } from 'zod';
import type { Step } from '../series/step.ts';
import { isKnown } from './situation.ts';

const DAY_MS = 86_400_000;
/** A month and the days around its end: what comes monthly has been seen once. */
const KEPT_DAYS = 35;

/** Start of the day in Unix ms, and its highest rate. */
const mark = z.tuple([z.number(), z.number().min(0)]);
const schema = z.array(mark).max(KEPT_DAYS);

/** The highest rate of each of the last days, oldest first. Plain JSON of 1 KB at most, so that it outlives the process. */
export type HighWaterState = readonly Readonly<z.output<typeof mark>>[];

export interface HighWater {
  readonly rps: number;
  /** Days that something is known of. */
  readonly days: number;
}

/** The state as it was remembered; empty when nothing was, or when it is not such a state. */
export function initialHighWater(recalled?: unknown): HighWaterState {
  const parsed = schema.safeParse(recalled);
  return parsed.success ? parsed.data : [];
}

/**
 * What a workload had before anybody wrote this down, from its stored history. Flaws of steps are not stored, so a day's mark is
 * the second highest of it: one broken report is no history.
 */
export function highWaterOfRates(rates: Float64Array, fromMs: number, stepSeconds: number): HighWaterState {
  const days = new Map<number, readonly [number, number]>();
  for (const [index, rps] of rates.entries()) {
    if (!(Number.isFinite(rps) && rps >= 0)) continue;
    const day = dayOf(fromMs + index * stepSeconds * 1000);
    const [first, second] = days.get(day) ?? [0, 0];
    if (rps > first) days.set(day, [rps, first]);
    else if (rps > second) days.set(day, [first, rps]);
  }
  return [...days].map(([day, [, second]]) => [day, second] as const).slice(-KEPT_DAYS);
}

/**
 * Takes a closed step. One with a flaw is not history: what a broken sender says must not be what later plans are measured by.
 * Returns the same object where nothing is higher.
 *
 * today's mark is 600; 640 without a flaw | 9,000, Rejected
 * -> 640 | 600
 */
export function marked(state: HighWaterState, step: Step): HighWaterState {
  if (!isKnown(step) || step.flags.length > 0) return state;
  const day = dayOf(step.startMs);
  const last = state.at(-1);
  // A clock that was set back: what it had counted as the future is dropped.
  if (last && last[0] > day) return marked(state.slice(0, -1), step);
  if (last?.[0] !== day) return [...state.slice(1 - KEPT_DAYS), [day, step.rps]];
  return step.rps > last[1] ? [...state.slice(0, -1), [day, step.rps]] : state;
}

/** undefined: nothing whole was seen yet. */
export function highWaterOf(state: HighWaterState): HighWater | undefined {
  if (state.length === 0) return undefined;
  return { rps: state.reduce((most, [, rps]) => Math.max(most, rps), 0), days: state.length };
}

function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS) * DAY_MS;
}
