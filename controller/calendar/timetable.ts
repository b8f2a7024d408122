import { momentOf } from './ics-moment.ts';
import { recurrenceOf } from './recurrence.ts';
import type { TimeZone } from './time-zone.ts';

/** When an event goes on, by the clocks of its zone. */
export interface Timetable {
  readonly zone: TimeZone;
  /** Days from 1 January 1970. */
  readonly startDay: number;
  /** Since midnight. */
  readonly startSeconds: number;
  /** One of the two: whole days are from midnight to midnight, also when clocks change. */
  readonly lengthSeconds?: number;
  readonly lengthDays?: number;
  /** RFC 5545; once when absent. */
  readonly rule?: string;
  /** Occurrences that are not. A date: all that begin on it. */
  readonly except: readonly { readonly isDate: boolean; readonly day: number; readonly ms: number }[];
}

export interface Occurrence {
  readonly startMs: number;
  readonly endMs: number;
}

export type Occurrences = (fromMs: number, toMs: number) => readonly Occurrence[];

const DAY_MS = 86_400_000;

/** What goes on between two instants; throws a RangeError for a rule that is none. It looks at each day of the span once. */
export function occurrencesOf(table: Timetable): Occurrences {
  const { zone, startDay, startSeconds, lengthDays } = table;
  const recurrence = table.rule === undefined ? undefined : recurrenceOf(table.rule, startDay);
  const untilMs =
    recurrence?.until === undefined ? Number.POSITIVE_INFINITY : untilOf(recurrence.until, zone);
  const lengthMs = (lengthDays === undefined ? (table.lengthSeconds ?? 0) : lengthDays * 86_400) * 1000;
  const exceptMs = new Set(table.except.flatMap(({ isDate, ms }) => (isDate ? [] : [ms])));
  const exceptDays = new Set(table.except.flatMap(({ isDate, day }) => (isDate ? [day] : [])));

  function occurrence(day: number): Occurrence | undefined {
    if (exceptDays.has(day)) return undefined;
    const startMs = zone.instantOf(isoOf(day), startSeconds);
    if (startMs > untilMs || exceptMs.has(startMs)) return undefined;
    const endMs =
      lengthDays === undefined ? startMs + lengthMs : zone.instantOf(isoOf(day + lengthDays), startSeconds);
    return { startMs, endMs };
  }

  return (fromMs, toMs) => {
    const found: Occurrence[] = [];
    // a day there begins up to 14 hours before or 12 after the same day in UTC
    const first = Math.max(startDay, Math.floor((fromMs - lengthMs) / DAY_MS) - 1);
    const last = Math.min(recurrence ? Number.POSITIVE_INFINITY : startDay, Math.ceil(toMs / DAY_MS) + 1);
    for (let day = first; day <= last; day++) {
      if (recurrence && !recurrence.fallsOn(day)) continue;
      const one = occurrence(day);
      if (one && one.startMs < toMs && one.endMs > fromMs) found.push(one);
    }
    return found;
  };
}

/** A date is meant to its end. */
function untilOf(until: string, zone: TimeZone): number {
  const { isDate, day, ms } = momentOf(until, 'UNTIL', zone);
  return isDate ? zone.instantOf(isoOf(day + 1)) - 1 : ms;
}

function isoOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
