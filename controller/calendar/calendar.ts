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
  /** The step that ends now, and each of the next 30: the greatest intensity, by the share of the step it goes on for. */
  readonly events: Float64Array;
}

export interface Calendar {
  at(instantMs: number, stepSeconds: number): CalendarNumbers;
}

const LEADS = 30;
const RELEASE_MS = 3_600_000;
/** Spans are worked out for so much at once. */
const CHUNK_MS = 86_400_000;

/** Throws a RangeError for a time zone, a date or an event that is none. */
export function createCalendar(spec: CalendarSpec = {}): Calendar {
  const zone = timeZone(spec.timeZone ?? 'UTC');
  const weekend = new Set(spec.weekend ?? [6, 7]);
  const holidays = new Set((spec.holidays ?? []).map(checkedDate));
  const events = spec.events ?? [];
  const releases = spec.releasesMs ?? [];
  let chunk: { readonly fromMs: number; readonly toMs: number; readonly spans: readonly Span[] } | undefined;

  function spansBetween(fromMs: number, toMs: number): readonly Span[] {
    if (!chunk || fromMs < chunk.fromMs || toMs > chunk.toMs) {
      const bounds = { fromMs, toMs: toMs + CHUNK_MS };
      chunk = {
        ...bounds,
        spans: events.flatMap((event) => spansOf(event, zone, bounds.fromMs, bounds.toMs)),
      };
    }
    return chunk.spans;
  }

  function dayTypeOf(date: string, weekday: number): DayType {
    if (holidays.has(date)) return 'holiday';
    return weekend.has(weekday) ? 'weekend' : 'workday';
  }

  return {
    at: (instantMs, stepSeconds) => {
      const stepMs = stepSeconds * 1000;
      const { date, hour, weekday } = zone.at(instantMs);
      const firstMs = instantMs - stepMs;
      const spans = spansBetween(firstMs, instantMs + LEADS * stepMs);
      return {
        shiftSeconds: zone.shiftSeconds(instantMs),
        ...{ hour, weekday, dayType: dayTypeOf(date, weekday) },
        events: Float64Array.from({ length: LEADS + 1 }, (_, lead) => {
          const fromMs = firstMs + lead * stepMs;
          return Math.max(intensityOf(spans, fromMs, fromMs + stepMs), releaseOf(releases, fromMs + stepMs));
        }),
      };
    },
  };
}

function checkedDate(date: string): string {
  const parsed = Date.parse(`${date}T00:00:00Z`);
  if (/^\d{4}-\d\d-\d\d$/.test(date) && new Date(parsed).toISOString().startsWith(date)) return date;
  throw new RangeError(`a holiday must be a date such as 2026-12-25 (is "${date}")`);
}

/** Example: an event of intensity 3 that goes on for a third of the step counts 1. */
function intensityOf(spans: readonly Span[], fromMs: number, toMs: number): number {
  let greatest = 0;
  for (const { startMs, endMs, intensity } of spans) {
    const share = (Math.min(endMs, toMs) - Math.max(startMs, fromMs)) / (toMs - fromMs);
    if (share > 0) greatest = Math.max(greatest, intensity * share);
  }
  return greatest;
}

/** 1 at the release, falling to 0 in an hour. */
function releaseOf(releasesMs: readonly number[], atMs: number): number {
  let greatest = 0;
  for (const releaseMs of releasesMs) {
    const age = (atMs - releaseMs) / RELEASE_MS;
    if (age >= 0 && age < 1) greatest = Math.max(greatest, 1 - age);
  }
  return greatest;
}
