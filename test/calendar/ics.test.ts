import test from 'ava';
import { calendarBlock } from '../../controller/api/calendar-block.ts';
import { createCalendar } from '../../controller/calendar/calendar.ts';
import { calendarFault } from '../../controller/calendar/from-block.ts';

const file = (...events: readonly (readonly string[])[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n');

/** The hours at which it goes on, as UTC. */
function hours(text: string, from: string, count: number): string[] {
  const calendar = createCalendar({
    timeZone: 'Europe/Berlin',
    events: [{ kind: 'ics', text, intensity: 1 }],
  });
  const fromMs = Date.parse(from);
  return [...(calendar.intensities(fromMs, count, 3600) ?? [])].flatMap((intensity, at) =>
    intensity > 0 ? [new Date(fromMs + at * 3_600_000).toISOString().slice(5, 13)] : [],
  );
}
const faultOf = (...events: readonly (readonly string[])[]) =>
  calendarFault(calendarBlock.parse({ timeZone: 'Europe/Berlin', ics: file(...events) })) ?? 'none';

const sale = ['UID:sale@shop', 'SUMMARY:Summer sale', 'DTSTART:20260706T100000', 'DURATION:PT1H'];

test('times are by the zone that is named, by Windows too, and else by the calendar’s own', (t) => {
  const at = (start: string) => hours(file(['UID:a', start, 'DURATION:PT1H']), '2026-07-06T00:00:00Z', 24);
  t.deepEqual(at('DTSTART:20260706T100000'), ['07-06T08']);
  t.deepEqual(at('DTSTART:20260706T100000Z'), ['07-06T10']);
  t.deepEqual(at('DTSTART;TZID=America/New_York:20260706T100000'), ['07-06T14']);
  t.deepEqual(at('DTSTART;TZID="Eastern Standard Time":20260706T100000'), ['07-06T14']);
});

test('a repeated event stays at its hour when clocks change, and ends by UNTIL', (t) => {
  const weekly = file([
    'UID:a',
    'DTSTART:20260322T100000',
    'DTEND:20260322T110000',
    'RRULE:FREQ=WEEKLY;UNTIL=20260405',
  ]);
  t.deepEqual(hours(weekly, '2026-03-20T00:00:00Z', 24 * 40), ['03-22T09', '03-29T08', '04-05T08']);
});

test('what was called off is not on, and what was moved is where it was moved to', (t) => {
  const daily = [...sale, 'RRULE:FREQ=DAILY;COUNT=4', 'EXDATE:20260707T100000'];
  const moved = [
    'UID:sale@shop',
    'RECURRENCE-ID:20260708T100000',
    'DTSTART:20260708T150000',
    'DURATION:PT1H',
  ];
  const gone = ['UID:sale@shop', 'RECURRENCE-ID:20260709T100000', ...sale.slice(2), 'STATUS:CANCELLED'];
  const from = '2026-07-06T00:00:00Z';
  t.deepEqual(hours(file(daily, moved, gone), from, 120), ['07-06T08', '07-08T13']);
  t.deepEqual(hours(file([...daily, 'STATUS:CANCELLED']), from, 120), []);
});

test('a whole day is from midnight to midnight, 23 hours when clocks go ahead', (t) => {
  const day = file(['UID:a', 'DTSTART;VALUE=DATE:20260329']);
  const on = hours(day, '2026-03-28T00:00:00Z', 72);
  t.deepEqual([on.length, on[0], on.at(-1)], [23, '03-28T23', '03-29T21']);
});

test('folded lines are one, and alarms, to-dos and time zones are passed over', (t) => {
  const text = file([
    'UID:a',
    'SUMMARY:A very long',
    '  name: with a colon',
    'BEGIN:VALARM',
    'DURATION:PT5M',
    'END:VALARM',
    'DTSTART:2026070',
    ' 6T100000',
    'DURATION:PT1H',
  ]).replace('BEGIN:VEVENT', 'BEGIN:VTODO\r\nUID:x\r\nEND:VTODO\r\nBEGIN:VEVENT');
  t.deepEqual(hours(text, '2026-07-06T00:00:00Z', 24), ['07-06T08']);
});

test('what cannot be read is refused by the name of the event and with what it must be', (t) => {
  t.is(faultOf(sale), 'none');
  const swapped = (start: string, ...rest: string[]) => faultOf([...sale.slice(0, 2), start, ...rest]);
  t.is(
    swapped('DTSTART;TZID=Customized Time Zone:20260706T100000', 'DURATION:PT1H'),
    'ics: VEVENT "Summer sale" (UID sale@shop): the TZID of DTSTART must be an IANA name such as Europe/Berlin, or one that Windows has (is "Customized Time Zone")',
  );
  t.regex(swapped('DTSTART:20260231T100000', 'DURATION:PT1H'), /DTSTART must be a time such as/);
  t.regex(swapped('DTSTART:20260706T100000'), /must have a DTEND or a DURATION after its DTSTART/);
  t.regex(swapped('DURATION:PT1H'), /must have a DTSTART/);
  t.regex(swapped('DTSTART:20260706T100000', 'DURATION:1 hour'), /DURATION must be such as PT2H/);
  t.regex(swapped('DTSTART:20260706T100000', 'DTEND:20270706T100000'), /within 62 days/);
  t.regex(faultOf([...sale, 'RRULE:FREQ=HOURLY']), /"Summer sale".*FREQ must be DAILY/);
  t.regex(faultOf([...sale, 'RRULE:FREQ=DAILY;UNTIL=TOMORROW']), /UNTIL must be a time such as/);
  t.regex(
    faultOf([...sale, 'RRULE:FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5']),
    /"Summer sale".*must fall on some day/,
  );
  t.regex(faultOf([...sale, 'RDATE:20260708T100000']), /RDATE is not read; write a VEVENT/);
  t.regex(faultOf(...Array.from({ length: 201 }, () => sale)), /at most 200 VEVENTs are read \(are 201\)/);
  const daily = [...sale, 'RRULE:FREQ=DAILY'];
  t.regex(faultOf(...Array.from({ length: 51 }, () => daily)), /at most 50 VEVENTs may repeat/);
  t.regex(faultOf(), /at least one VEVENT/);
  const fault = (ics: string) => calendarFault(calendarBlock.parse({ ics })) ?? 'none';
  t.regex(fault(file(sale).slice(0, -40)), /cut off|must be an ICS file/);
  t.regex(fault('<html>not found</html>'), /ics: must be an ICS file with VEVENTs/);
});

test('a text of any length over 64 KiB is refused', (t) => {
  t.false(calendarBlock.safeParse({ ics: 'x'.repeat(65_537) }).success);
});
