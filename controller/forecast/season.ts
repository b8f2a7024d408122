import type { Detection, Period } from '../../assembly/pkg/forecaster.js';

/** The periods that models are opened with, in steps. */
export interface Season {
  /** 2 .. 100,000. */
  readonly seasonSteps: number;
  /** A longer period beside it; 0: none. */
  readonly weekSteps: number;
  /** By the user, in the load's history, or not yet: a day, because most load has one. */
  readonly how: 'given' | 'found' | 'assumed';
  /** All that was found, for people. */
  readonly periods: readonly Period[];
}

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;
/** What the core's `open` takes. */
const LONGEST_SEASON = 100_000;
const LONGEST_WEEK = 700_000;
/** Steps of a season where the day is none and nothing was found: half an hour at 15 s. */
const SHORT_SEASON = 120;

/** The history that is searched at most: four weeks, so that a week is seen four times and last spring not at all. */
export const SEARCHED_SECONDS = 28 * DAY_SECONDS;

export function assumedSeason(stepSeconds: number): Season {
  const day = Math.round(DAY_SECONDS / stepSeconds);
  const seasonSteps = day >= 2 && day <= LONGEST_SEASON ? day : SHORT_SEASON;
  return { seasonSteps, weekSteps: weekOf(seasonSteps, stepSeconds), how: 'assumed', periods: [] };
}

/** A season that the user gives holds; a day brings its week along, any other has none. */
export function givenSeason(seasonSteps: number, stepSeconds: number): Season {
  const steps = Math.max(2, seasonSteps);
  return { seasonSteps: steps, weekSteps: weekOf(steps, stepSeconds), how: 'given', periods: [] };
}

function weekOf(seasonSteps: number, stepSeconds: number): number {
  const isDay = seasonSteps * stepSeconds === DAY_SECONDS;
  return isDay && 7 * seasonSteps <= LONGEST_WEEK ? 7 * seasonSteps : 0;
}

/** What the core found, as models can be opened with it; else the day. */
export function seasonOf(detection: Detection, stepSeconds: number): Season {
  const { periods } = detection;
  return { ...assumedSeason(stepSeconds), ...openable(detection), periods };
}

/**
 * What the core found; undefined where no model could be opened with it. Where a step is a day, the day is 1 step, which is no
 * season, and a week that was found takes its place.
 */
export function openable(
  detection: Detection,
): Pick<Season, 'seasonSteps' | 'weekSteps' | 'how'> | undefined {
  const { periods } = detection;
  const found = (steps: number) => periods.some((period) => period.steps === steps);
  const dayIsStep = detection.seasonSteps === 1 && found(detection.longerSteps);
  const seasonSteps = dayIsStep ? detection.longerSteps : detection.seasonSteps;
  const longerSteps = dayIsStep ? 0 : detection.longerSteps;
  if (!(seasonSteps >= 2 && seasonSteps <= LONGEST_SEASON)) return undefined;
  const weekSteps = longerSteps > seasonSteps && longerSteps <= LONGEST_WEEK ? longerSteps : 0;
  return {
    ...{ seasonSteps, weekSteps },
    how: found(seasonSteps) ? 'found' : 'assumed',
  };
}

/** The season in use, and another one that was seen once: it must be seen twice in a row to take over. */
export interface Settled<S extends Periods = Season> {
  readonly season: S;
  readonly seenOnce?: S;
}

/** What of a season decides whether it is another one. */
export type Periods = Pick<Season, 'seasonSteps' | 'weekSteps'> & { readonly how: string };

/**
 * What comes of one more look. A series that changes its season starts again from history, so a season does not change for a
 * passing doubt: a period takes over from one that was only assumed at once, from one that was found when two looks agree,
 * and nothing found takes over from nothing.
 *
 * Example: day assumed, 169 found: 169. Then day, 169, day, day: 169 up to the last, then the day.
 */
export function settle<S extends Periods>(before: Settled<S>, found: S): Settled<S> {
  const { season, seenOnce } = before;
  if (
    found.seasonSteps === season.seasonSteps &&
    (found.weekSteps === season.weekSteps || found.weekSteps === 0)
  ) {
    const how = found.how === 'found' ? 'found' : season.how;
    return { season: { ...found, weekSteps: season.weekSteps, how } };
  }
  if (found.how === 'assumed' && season.how === 'found') return { season };
  if (season.how === 'assumed' || addsWeek(season, found) || (seenOnce && sameSteps(seenOnce, found))) {
    return { season: found };
  }
  return { season, seenOnce: found };
}

function addsWeek(season: Periods, found: Periods): boolean {
  return season.weekSteps === 0 && sameSteps({ ...season, weekSteps: found.weekSteps }, found);
}

function sameSteps(one: Periods, other: Periods): boolean {
  return one.seasonSteps === other.seasonSteps && one.weekSteps === other.weekSteps;
}

/**
 * How long after a look at so much history the next one is due: at 1, 2, 4, 8, 16 and 24 hours of it, then every day.
 * Below an hour there is nothing to see, and the next step may bring what was kept before a restart: 0.
 */
export function nextLookSeconds(historySeconds: number): number {
  if (historySeconds < HOUR_SECONDS) return 0;
  if (historySeconds >= DAY_SECONDS) return DAY_SECONDS;
  const doubled = HOUR_SECONDS * 2 ** (Math.floor(Math.log2(historySeconds / HOUR_SECONDS)) + 1);
  return Math.min(doubled, DAY_SECONDS) - historySeconds;
}

/** Example: "a day and a week, found" or "2 h 49 min, found". */
export function describeSeason({ seasonSteps, weekSteps, how }: Season, stepSeconds: number): string {
  const names = [seasonSteps, weekSteps].filter((steps) => steps > 0);
  return `${names.map((steps) => spanName(steps * stepSeconds)).join(' and ')}, ${how}`;
}

function spanName(seconds: number): string {
  if (seconds === DAY_SECONDS) return 'a day';
  if (seconds === 7 * DAY_SECONDS) return 'a week';
  const units: readonly (readonly [string, number])[] = [
    ['d', Math.floor(seconds / DAY_SECONDS)],
    ['h', Math.floor((seconds % DAY_SECONDS) / HOUR_SECONDS)],
    ['min', Math.floor((seconds % HOUR_SECONDS) / 60)],
    ['s', Math.round(seconds % 60)],
  ];
  const parts = units.filter(([, count]) => count > 0).map(([unit, count]) => `${count} ${unit}`);
  return parts.length > 0 ? parts.join(' ') : `${seconds} s`;
}
