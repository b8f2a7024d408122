import type { CalendarBlock } from '../api/calendar-block.ts';
import { type Calendar, createCalendar } from './calendar.ts';
import type { CalendarEvent } from './event.ts';

const ONCE = 'FREQ=DAILY;COUNT=1';
const DAY_SECONDS = 86_400;
/** So that few occurrences of one event go on at once. */
const LONGEST_DAYS = { once: 62, repeated: 7 };

/** Throws a RangeError for a time zone or a date that is none. */
export function calendarFrom({ events, ics, ...rest }: CalendarBlock): Calendar {
  const known = events.map(eventFrom);
  return createCalendar({
    ...rest,
    events: ics === undefined ? known : [...known, { kind: 'ics', text: ics, intensity: 1 }],
  });
}

/** What is wrong with a block that its schema cannot see; undefined when it can be used. */
export function calendarFault(block: CalendarBlock): string | undefined {
  const { ics, ...rest } = block;
  const bare = faultOf(() => calendarFrom({ ...rest, events: [] }));
  if (bare) return bare;
  for (const event of block.events) {
    const fault = faultOf(() => tryEvent(rest, event));
    if (fault) return `event "${event.name}": ${fault}`;
  }
  const fault = ics === undefined ? undefined : faultOf(() => calendarFrom({ ...rest, ics, events: [] }));
  return fault && `ics: ${fault}`;
}

function faultOf(use: () => void): string | undefined {
  try {
    use();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Throws what working it out would throw, and a RangeError for one that goes on too long. */
function tryEvent(block: CalendarBlock, event: CalendarBlock['events'][number]): void {
  const { start, end, rule } = event;
  const days = rule ? LONGEST_DAYS.repeated : LONGEST_DAYS.once;
  if (secondsBetween(start, end) > days * DAY_SECONDS) {
    throw new RangeError(`must end within ${days} days of its start${rule ? ', as it repeats' : ''}`);
  }
  calendarFrom({ ...block, events: [event] });
}

/** Of a block that has no fault. */
export function eventFrom({
  kind,
  start,
  end,
  rule,
  intensity,
}: CalendarBlock['events'][number]): CalendarEvent {
  return {
    kind: 'rule',
    date: start.slice(0, 10),
    time: start.slice(11),
    durationSeconds: secondsBetween(start, end),
    rule: rule ?? ONCE,
    intensity: kind === 'release' ? -intensity : intensity,
  };
}

function secondsBetween(start: string, end: string): number {
  return (wallMs(end) - wallMs(start)) / 1000;
}

/** As if it were UTC. A day that a month has not is refused: Date would take it for one of the next month. */
function wallMs(time: string): number {
  const ms = Date.parse(`${time}:00Z`);
  if (Number.isFinite(ms) && new Date(ms).toISOString().startsWith(time)) return ms;
  throw new RangeError(`an event must start and end at a time such as 2026-11-27T08:00 (is "${time}")`);
}
