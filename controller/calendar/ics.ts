import { type IcsEvent, type IcsLine, icsEvents } from './ics-lines.ts';
import { type IcsMoment, momentsOf } from './ics-moment.ts';
import type { TimeZone } from './time-zone.ts';
import { type Occurrences, occurrencesOf, type Timetable } from './timetable.ts';

const LONGEST_DAYS = { once: 62, repeated: 7 };
const DAY_SECONDS = 86_400;

/**
 * When each event of an ICS file (RFC 5545) goes on. Times without a zone are by the calendar's own clocks. What is called off
 * (STATUS:CANCELLED, EXDATE) is left out; what was moved (RECURRENCE-ID) is where it was moved to. Throws a RangeError that names
 * the event and says what must be changed.
 */
export function icsOccurrences(text: string, zone: TimeZone): readonly Occurrences[] {
  const read = icsEvents(text).map((event) => ({
    event,
    table: labelled(event, () => tableOf(event, zone)),
  }));
  const moved = new Map<string, IcsMoment[]>();
  for (const { event } of read) {
    const from = labelled(event, () => momentsIn(event, 'RECURRENCE-ID', zone));
    moved.set(event.uid, [...(moved.get(event.uid) ?? []), ...from]);
  }
  return read.flatMap(({ event, table }) => {
    if (isCancelled(event)) return [];
    const except = event.line('RECURRENCE-ID') ? [] : (moved.get(event.uid) ?? []);
    return [labelled(event, () => occurrencesOf({ ...table, except: [...table.except, ...except] }))];
  });
}

function labelled<Made>({ label }: IcsEvent, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    throw new RangeError(`${label}: ${error instanceof Error ? error.message : error}`);
  }
}

function isCancelled(event: IcsEvent): boolean {
  return event.line('STATUS')?.value.toUpperCase() === 'CANCELLED';
}

function tableOf(event: IcsEvent, zone: TimeZone): Timetable {
  refuse(event);
  const [start] = momentsIn(event, 'DTSTART', zone);
  if (!start) throw new RangeError('must have a DTSTART');
  const rule = event.line('RRULE')?.value.toUpperCase();
  const length = lengthOf(event, start, zone);
  const days = rule ? LONGEST_DAYS.repeated : LONGEST_DAYS.once;
  const seconds = start.isDate ? length * DAY_SECONDS : length;
  if (!(seconds > 0)) throw new RangeError('must have a DTEND or a DURATION after its DTSTART');
  if (seconds > days * DAY_SECONDS) {
    throw new RangeError(`must end within ${days} days of its start${rule ? ', as it repeats' : ''}`);
  }
  return {
    zone: start.zone,
    ...{ startDay: start.day, startSeconds: start.seconds },
    ...(start.isDate ? { lengthDays: length } : { lengthSeconds: length }),
    ...(rule ? { rule } : {}),
    except: event.lines('EXDATE').flatMap((line) => momentsOf(line, zone)),
  };
}

/** What would change when the event goes on, and is not read. */
function refuse(event: IcsEvent): void {
  if (event.line('RDATE')) throw new RangeError('RDATE is not read; write a VEVENT for each of its times');
  if (event.lines('RRULE').length > 1) throw new RangeError('must have one RRULE; write a VEVENT for each');
  if (event.line('EXRULE')) throw new RangeError('EXRULE is not read; write EXDATEs instead');
  if (event.line('RECURRENCE-ID')?.params.has('RANGE')) {
    throw new RangeError(
      'RANGE is not read; end the RRULE with UNTIL and write a VEVENT for what comes after',
    );
  }
  if (event.line('RECURRENCE-ID') && event.line('RRULE')) {
    throw new RangeError('must not have an RRULE beside its RECURRENCE-ID');
  }
}

function momentsIn(event: IcsEvent, name: string, zone: TimeZone): readonly IcsMoment[] {
  return event
    .lines(name)
    .slice(0, 1)
    .flatMap((line) => momentsOf(line, zone));
}

/** In days for a whole-day event, in seconds for another. */
function lengthOf(event: IcsEvent, start: IcsMoment, zone: TimeZone): number {
  const duration = event.line('DURATION');
  if (duration) {
    const seconds = durationSeconds(duration);
    return start.isDate ? seconds / DAY_SECONDS : seconds;
  }
  const [end] = momentsIn(event, 'DTEND', zone);
  if (!end) return start.isDate ? 1 : 0;
  if (end.isDate !== start.isDate)
    throw new RangeError('DTSTART and DTEND must both be dates, or both times');
  return start.isDate ? end.day - start.day : (end.ms - start.ms) / 1000;
}

/** `P1DT2H` is 93,600 s. */
function durationSeconds({ value }: IcsLine): number {
  const [, weeks, days, hours, minutes, seconds] =
    /^\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(value.toUpperCase()) ?? [];
  const whole = (text = '0') => Number(text);
  const total =
    (whole(weeks) * 7 + whole(days)) * DAY_SECONDS +
    (whole(hours) * 60 + whole(minutes)) * 60 +
    whole(seconds);
  if (total > 0) return total;
  throw new RangeError(`DURATION must be such as PT2H or P1D (is "${value}")`);
}
