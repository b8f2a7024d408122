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

/** A season that is given holds from the first step on. */
export function givenSeason(seasonSteps: number): readonly SeasonSpan[] {
  return [{ fromStep: 0, seasonSteps, weekSteps: 7 * seasonSteps, how: 'given', found: [] }];
}

/**
 * Looks for the season again and again as the history grows, at 1, 2, 4, 8, 16 and 24 hours, then daily, after four
 * weeks weekly, and each time sees only what was there by then. A span begins where the answer changes.
 */
export function seasonSpans(values: Float64Array, stepSeconds: number, find: FindSeason): SeasonSpan[] {
  const spans: SeasonSpan[] = [];
  const kept = Math.ceil((DAILY_DAYS * DAY_SECONDS) / stepSeconds);
  for (const fromStep of lookSteps(values.length, stepSeconds)) {
    const season = find(values.subarray(Math.max(0, fromStep - kept), fromStep));
    const last = spans.at(-1);
    if (last?.seasonSteps !== season.seasonSteps || last.weekSteps !== season.weekSteps) {
      spans.push({ ...season, fromStep });
    }
  }
  return spans;
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

/** Without a finder: a day, where it is a whole number of steps, and half an hour of steps else. */
export function dayAsSeason(stepSeconds: number): Season {
  const day = DAY_SECONDS / stepSeconds;
  const seasonSteps = Number.isInteger(day) && day >= 2 && day <= 100_000 ? day : 60;
  return { seasonSteps, weekSteps: 7 * seasonSteps, how: 'assumed', found: [] };
}
