import { icsOccurrences } from './ics.ts';
import type { TimeZone } from './time-zone.ts';
import { type Occurrences, occurrencesOf, type Timetable } from './timetable.ts';

/** Something that changes the load at a time that is known ahead. `intensity`: 1 is usual, by the user's own
 * measure; below 0: a release, of which only is known that it may change the load. */
export type CalendarEvent =
  | { readonly kind: 'once'; readonly startMs: number; readonly endMs: number; readonly intensity: number }
  /** By the clocks of the time zone, so that an event at 20:00 stays there when they change. */
  | {
      readonly kind: 'rule';
      /** YYYY-MM-DD and HH:MM. */
      readonly date: string;
      readonly time: string;
      readonly durationSeconds: number;
      /** RFC 5545, as FREQ=WEEKLY;BYDAY=MO,TH. */
      readonly rule: string;
      readonly intensity: number;
    }
  /** The text of an ICS file; every VEVENT in it counts. */
  | { readonly kind: 'ics'; readonly text: string; readonly intensity: number };

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
  readonly intensity: number;
}

/** When the event goes on between two instants. Throws a RangeError that says what is wrong with it. */
export function spansOf(
  event: CalendarEvent,
  zone: TimeZone,
): (fromMs: number, toMs: number) => readonly Span[] {
  const { intensity } = event;
  const all = occurrencesIn(event, zone);
  return (fromMs, toMs) =>
    all.flatMap((occurrences) => occurrences(fromMs, toMs).map((one) => ({ ...one, intensity })));
}

function occurrencesIn(event: CalendarEvent, zone: TimeZone): readonly Occurrences[] {
  if (event.kind === 'ics') return icsOccurrences(event.text, zone);
  if (event.kind === 'rule') return [occurrencesOf(timetableOf(event, zone))];
  const { startMs, endMs } = event;
  return [(fromMs, toMs) => (startMs < toMs && endMs > fromMs ? [{ startMs, endMs }] : [])];
}

function timetableOf(
  { date, time, durationSeconds, rule }: Extract<CalendarEvent, { kind: 'rule' }>,
  zone: TimeZone,
): Timetable {
  const minutes = Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !/^\d\d:\d\d$/.test(time)) {
    throw new RangeError(`an event must start at YYYY-MM-DD and HH:MM (is "${date}" and "${time}")`);
  }
  return {
    zone,
    startDay: Date.parse(`${date}T00:00:00Z`) / 86_400_000,
    startSeconds: minutes * 60,
    lengthSeconds: Math.round(durationSeconds),
    rule,
    except: [],
  };
}
