import { type CalendarEvent, type Span, spansOf } from './event.ts';
import { timeZone } from './time-zone.ts';

/** All of it is optional: an empty one is UTC with Saturdays and Sundays free. */
export interface CalendarSpec {
  /** IANA name. @default UTC */
  readonly timeZone?: string;
  /** 1 Monday .. 7 Sunday. @default 6 and 7 */
  readonly weekend?: readonly number[];
  /** YYYY-MM-DD, in the time zone. */
  readonly holidays?: readonly string[];
  readonly events?: readonly CalendarEvent[];
  /** When something was or will be rolled out; it tells for an hour, less and less. */
  readonly releasesMs?: readonly number[];
}

export const DAY_TYPES = ['workday', 'weekend', 'holiday'] as const;
export type DayType = (typeof DAY_TYPES)[number];

/** What the forecaster's core is told of one instant. */
export interface CalendarNumbers {
  readonly shiftSeconds: number;
  /** 0 .. 24 by the clocks there. */
  readonly hour: number;
  /** 1 Monday .. 7 Sunday. */
  readonly weekday: number;
  readonly dayType: DayType;
  /** Intensities of the step that ends now, and of each of the next 30. */
  readonly events: Float64Array;
}

/** What a day there is, and the one after it. */
export interface DayNumbers {
  /** Local time less UTC. */
  readonly offsetSeconds: number;
  readonly today: DayType;
  readonly tomorrow: DayType;
}

export interface Calendar {
  /** Equal for calendars that say the same. */
  readonly key: string;
  days(instantMs: number): DayNumbers;
  /**
   * Of `count` steps from `fromMs` on: the greatest intensity of what goes on in each, by the share of the step it goes on for;
   * below 0 where only releases do. undefined: nothing goes on in any of them.
   */
  intensities(fromMs: number, count: number, stepSeconds: number): Float64Array | undefined;
  at(instantMs: number, stepSeconds: number): CalendarNumbers;
}

const LEADS = 30;
const RELEASE_MS = 3_600_000;
/** Spans are worked out for so much more at once. */
const CHUNK_MS = 86_400_000;

/** Throws a RangeError for a time zone, a date or an event that is none. */
export function createCalendar(spec: CalendarSpec = {}): Calendar {
  const zone = timeZone(spec.timeZone ?? 'UTC');
  const weekend = new Set(spec.weekend ?? [6, 7]);
  const holidays = new Set((spec.holidays ?? []).map(checkedDate));
  const spansOfEach = (spec.events ?? []).map((event) => spansOf(event, zone));
  const releases = spec.releasesMs ?? [];
  let chunk: { readonly fromMs: number; readonly toMs: number; readonly spans: readonly Span[] } | undefined;

  function spansBetween(fromMs: number, toMs: number): readonly Span[] {
    if (!chunk || fromMs < chunk.fromMs || toMs > chunk.toMs) {
      const bounds = { fromMs, toMs: toMs + CHUNK_MS };
      chunk = {
        ...bounds,
        spans: spansOfEach.flatMap((spans) => spans(bounds.fromMs, bounds.toMs)),
      };
    }
    return chunk.spans;
  }

  function dayTypeOf(date: string, weekday: number): DayType {
    if (holidays.has(date)) return 'holiday';
    return weekend.has(weekday) ? 'weekend' : 'workday';
  }

  function intensities(fromMs: number, count: number, stepSeconds: number): Float64Array | undefined {
    const stepMs = stepSeconds * 1000;
    const toMs = fromMs + count * stepMs;
    const spans = spansBetween(fromMs, toMs).filter((span) => span.startMs < toMs && span.endMs > fromMs);
    const due = releases.filter((releaseMs) => releaseMs <= toMs && releaseMs + RELEASE_MS > fromMs);
    if (spans.length === 0 && due.length === 0) return undefined;
    const steps = new Float64Array(count);
    for (const span of spans) addSpan(steps, span, fromMs, stepMs);
    for (const releaseMs of due) addRelease(steps, releaseMs, fromMs, stepMs);
    return steps;
  }

  return {
    key: JSON.stringify(spec),
    intensities,
    days: (instantMs) => {
      const { date, weekday, offsetSeconds } = zone.at(instantMs);
      const today = dayTypeOf(date, weekday);
      return { offsetSeconds, today, tomorrow: dayTypeOf(dayAfter(date), (weekday % 7) + 1) };
    },
    at: (instantMs, stepSeconds) => {
      const { date, hour, weekday } = zone.at(instantMs);
      const fromMs = instantMs - stepSeconds * 1000;
      return {
        shiftSeconds: zone.shiftSeconds(instantMs),
        ...{ hour, weekday, dayType: dayTypeOf(date, weekday) },
        events: intensities(fromMs, LEADS + 1, stepSeconds) ?? new Float64Array(LEADS + 1),
      };
    },
  };
}

/**
 * The calendar and a release that was seen. It has the same key, so that a release does not start a series again; and only steps
 * that are told from now on know of it.
 */
export function withRelease(calendar: Calendar, releaseMs: number | undefined): Calendar {
  if (releaseMs === undefined) return calendar;
  return {
    ...calendar,
    intensities(fromMs, count, stepSeconds) {
      const stepMs = stepSeconds * 1000;
      const known = calendar.intensities(fromMs, count, stepSeconds);
      if (releaseMs > fromMs + count * stepMs || releaseMs + RELEASE_MS <= fromMs) return known;
      const steps = known ?? new Float64Array(count);
      addRelease(steps, releaseMs, fromMs, stepMs);
      return steps;
    },
  };
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + CHUNK_MS).toISOString().slice(0, 10);
}

function checkedDate(date: string): string {
  const parsed = Date.parse(`${date}T00:00:00Z`);
  if (/^\d{4}-\d\d-\d\d$/.test(date) && new Date(parsed).toISOString().startsWith(date)) return date;
  throw new RangeError(`a holiday must be a date such as 2026-12-25 (is "${date}")`);
}

/** Example: an event of intensity 3 that goes on for a third of the step counts 1. */
function addSpan(steps: Float64Array, span: Span, fromMs: number, stepMs: number): void {
  const first = Math.max(0, Math.floor((span.startMs - fromMs) / stepMs));
  const last = Math.min(steps.length, Math.ceil((span.endMs - fromMs) / stepMs));
  for (let step = first; step < last; step++) {
    const startMs = fromMs + step * stepMs;
    const sharedMs = Math.min(span.endMs, startMs + stepMs) - Math.max(span.startMs, startMs);
    add(steps, step, (span.intensity * sharedMs) / stepMs);
  }
}

/** 1 at the release, falling to 0 in an hour; below 0, as releases are. */
function addRelease(steps: Float64Array, releaseMs: number, fromMs: number, stepMs: number): void {
  const first = Math.max(0, Math.ceil((releaseMs - fromMs) / stepMs) - 1);
  for (let step = first; step < steps.length; step++) {
    const age = (fromMs + (step + 1) * stepMs - releaseMs) / RELEASE_MS;
    if (age >= 1) return;
    add(steps, step, age - 1);
  }
}

/** The greatest of the events, or where there are none the strongest of the releases. */
function add(steps: Float64Array, step: number, intensity: number): void {
  const before = steps[step] ?? 0;
  if (intensity > 0) steps[step] = Math.max(before, intensity);
  else if (before <= 0) steps[step] = Math.min(before, intensity);
}
