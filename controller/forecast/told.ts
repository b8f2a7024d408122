import { LEADS } from '../../assembly/pkg/forecaster.js';
import type { DayType } from '../calendar/calendar.ts';
import type { SeasonedRequest } from './seasons.ts';

/** What the calendar says of the steps of a portion: what changes by itself (the next local step, the next day) is not said. */
export interface Told {
  readonly marks: readonly Mark[];
  /** Of each step, and of LEADS after the last; absent where nothing goes on. */
  readonly intensities?: Float64Array;
}

/** From step `at` of the portion on. */
export interface Mark {
  readonly at: number;
  /** Number of that step by local clocks. */
  readonly localStep: number;
  /** 0 not known, 1 workday, 2 weekend, 3 holiday. */
  readonly today: number;
  readonly tomorrow: number;
}

/** Clocks are changed and days begin at whole quarters of an hour, everywhere. */
const QUARTER_MS = 900_000;
const DAY_SECONDS = 86_400;
const NUMBERS: Readonly<Record<DayType, number>> = { workday: 1, weekend: 2, holiday: 3 };

/**
 * Of `count` steps from `fromMs` on; `goesOn`: the series was told of the step before. Where
 * something goes on, the first step has its mark in any case, because an event is not told without its day. A calendar that throws is a fault of its
 * own workload, which goes without.
 *
 * Example: Berlin, steps of an hour, from 00:00 UTC on 29 March 2026: marks at 0 (local step ..01, Sunday), at 1 (..03, the
 * clocks went ahead) and at 22 (Monday).
 */
export function toldOf(
  request: SeasonedRequest,
  fromMs: number,
  count: number,
  goesOn: boolean,
): Told | undefined {
  const { calendar, stepSeconds } = request;
  if (!calendar) return undefined;
  try {
    const intensities = calendar.intensities(fromMs, count + LEADS, stepSeconds);
    const marks = marksOf(request, fromMs, count, goesOn && !intensities);
    return { marks, ...(intensities ? { intensities } : {}) };
  } catch {
    return undefined;
  }
}

function marksOf(request: SeasonedRequest, fromMs: number, count: number, goesOn: boolean): Mark[] {
  const { calendar, stepSeconds, season } = request;
  const stepMs = stepSeconds * 1000;
  const isDaily = season.seasonSteps * stepSeconds === DAY_SECONDS;
  const marks: Mark[] = [];
  let said = '';
  for (let at = 0; calendar && at < count; at++) {
    const startMs = fromMs + at * stepMs;
    const begins = Math.floor(startMs / QUARTER_MS) !== Math.floor((startMs - stepMs) / QUARTER_MS);
    if (!begins && (at > 0 || goesOn)) continue;
    const { offsetSeconds, today, tomorrow } = calendar.days(startMs);
    const now = `${offsetSeconds} ${today} ${tomorrow}`;
    if (now === said) continue;
    said = now;
    marks.push({
      at,
      localStep: Math.round(startMs / stepMs + offsetSeconds / stepSeconds),
      today: isDaily ? NUMBERS[today] : 0,
      tomorrow: isDaily ? NUMBERS[tomorrow] : 0,
    });
  }
  return marks;
}
