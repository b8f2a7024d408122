import ical from 'node-ical';
import type { TimeZone } from './time-zone.ts';

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
export function spansOf(event: CalendarEvent, zone: TimeZone, fromMs: number, toMs: number): readonly Span[] {
  if (event.kind === 'once') return overlapping([event], fromMs, toMs);
  const text = event.kind === 'ics' ? event.text : icsOf(event, zone);
  const spans = parsed(text).flatMap((component) =>
    ical
      .expandRecurringEvent(component, { from: new Date(fromMs), to: new Date(toMs), expandOngoing: true })
      .map(({ start, end, isFullDay }) => ({
        startMs: isFullDay ? zone.instantOf(dateOf(start)) : start.getTime(),
        endMs: isFullDay ? zone.instantOf(dateOf(end)) : end.getTime(),
        intensity: event.intensity,
      })),
  );
  return overlapping(spans, fromMs, toMs);
}

function overlapping(spans: readonly Span[], fromMs: number, toMs: number): readonly Span[] {
  return spans
    .filter(({ startMs, endMs }) => startMs < toMs && endMs > fromMs)
    .map(({ startMs, endMs, intensity }) => ({ startMs, endMs, intensity }));
}

function parsed(text: string): readonly ical.VEvent[] {
  const events = Object.values(ical.sync.parseICS(text)).filter(
    (part): part is ical.VEvent => part?.type === 'VEVENT',
  );
  if (events.length === 0) {
    throw new RangeError('the calendar text must be an ICS file with at least one VEVENT that has a DTSTART');
  }
  return events;
}

/** A day is a date of the calendar's own zone; the library has it at the midnight of the process's zone. */
function dateOf(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function icsOf(event: Extract<CalendarEvent, { kind: 'rule' }>, zone: TimeZone): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(event.date) || !/^\d\d:\d\d$/.test(event.time)) {
    throw new RangeError(
      `an event must start at YYYY-MM-DD and HH:MM (is "${event.date}" and "${event.time}")`,
    );
  }
  if (!/^FREQ=[A-Z]+(;[A-Z]+=[A-Z0-9,+-]+)*$/.test(event.rule)) {
    throw new RangeError(`a rule must be as in RFC 5545, such as FREQ=WEEKLY;BYDAY=MO (is "${event.rule}")`);
  }
  const start = `${event.date}T${event.time}00`.replaceAll(/[-:]/g, '');
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    'UID:rule',
    `DTSTART;TZID=${zone.name}:${start}`,
    `DURATION:PT${Math.round(event.durationSeconds)}S`,
    `RRULE:${event.rule}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n');
}
