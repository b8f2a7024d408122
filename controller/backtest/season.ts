import type { Forecaster } from '../../assembly/pkg/forecaster.js';
import { givenSeason as givenToController, openable, type Settled, settle } from '../forecast/season.ts';

/** The periods that the models are opened with, in steps. */
export interface Season {
  readonly seasonSteps: number;
  /** 0: no second, longer period. */
  readonly weekSteps: number;
  readonly how: 'given' | 'found' | 'assumed' | 'of the openings';
  /** What was found, strongest first, for people. */
  readonly found: readonly number[];
}

/** A season and the step from which on it was known. */
export interface SeasonSpan extends Season {
  readonly fromStep: number;
}

/** Finds the season of a history, oldest value first, NaN is missing. It sees nothing but the past. */
export type FindSeason = (history: Float64Array) => Season;

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;
/** From here on once a week, so that years do not take forever; and never more history than the controller keeps. */
const DAILY_DAYS = 28;

/** A season that is given holds from the first step on; as in the controller, a day alone brings its week along. */
export function givenSeason(given: number, stepSeconds: number): readonly SeasonSpan[] {
  const { seasonSteps, weekSteps } = givenToController(given, stepSeconds);
  return [{ fromStep: 0, seasonSteps, weekSteps, how: 'given', found: [] }];
}

/**
 * Looks for the season again and again as the history grows, at 1, 2, 4, 8, 16 and 24 hours, then daily, after four
 * weeks weekly, and each time sees only what was there by then. A span begins where the answer
 * changes, which takes what it takes in the controller: two looks that agree, if one was found before. Yields the share of
 * the trace that is done, 0..1.
 */
export function* seasonSpans(
  values: Float64Array,
  stepSeconds: number,
  find: FindSeason,
): Generator<number, readonly SeasonSpan[]> {
  const spans: SeasonSpan[] = [];
  let settled: Settled<Season> | undefined;
  const kept = Math.ceil((DAILY_DAYS * DAY_SECONDS) / stepSeconds);
  for (const fromStep of lookSteps(values.length, stepSeconds)) {
    const found = find(values.subarray(Math.max(0, fromStep - kept), fromStep));
    settled = settled ? settle(settled, found) : { season: found };
    const { season } = settled;
    const last = spans.at(-1);
    if (!last || !sameSeason(last, season) || last.how !== season.how) spans.push({ ...season, fromStep });
    yield fromStep / values.length;
  }
  return spans;
}

/** Whether models opened with the one need not be opened anew for the other. */
export function sameSeason(one: Season, other: Season): boolean {
  return one.seasonSteps === other.seasonSteps && one.weekSteps === other.weekSteps;
}

function lookSteps(length: number, stepSeconds: number): number[] {
  const steps: number[] = [0];
  for (let seconds = HOUR_SECONDS; ; seconds = nextLook(seconds)) {
    const step = Math.ceil(seconds / stepSeconds);
    if (step >= length) return steps;
    if (step !== steps.at(-1)) steps.push(step);
  }
}

function nextLook(seconds: number): number {
  if (seconds < DAY_SECONDS) return Math.min(seconds * 2, DAY_SECONDS);
  return seconds + (seconds < DAILY_DAYS * DAY_SECONDS ? 1 : 7) * DAY_SECONDS;
}

/** What the core finds. `stepSeconds` undefined: steps are not time, and a day is none of their business. */
export function seasonFinder(core: Pick<Forecaster, 'detect'>, stepSeconds: number | undefined): FindSeason {
  const guess = dayAsSeason(stepSeconds ?? 0);
  return (history) => {
    const detection = core.detect(history, stepSeconds ?? 0);
    return { ...guess, ...openable(detection), found: detection.periods.map(({ steps }) => steps) };
  };
}

/** What the core takes. */
const LEAST_SEASON = 2;
const MOST_SEASON = 100_000;

/** A day of steps; a week where a step is a day or so; 60 steps where nothing is known of them. */
export function dayAsSeason(stepSeconds: number): Season {
  const day = Math.round(DAY_SECONDS / stepSeconds);
  const seasonSteps = day < LEAST_SEASON ? 7 : day <= MOST_SEASON ? day : 60;
  return { seasonSteps, weekSteps: 7 * seasonSteps, how: 'assumed', found: [] };
}
