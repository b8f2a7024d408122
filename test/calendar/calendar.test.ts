import test from 'ava';
import { createCalendar, withRelease } from '../../controller/calendar/calendar.ts';

const at = (text: string): number => Date.parse(text);
const BERLIN = 'Europe/Berlin';
const STEP = 600;

/** The leads, 0 being the step that ends now, at which something goes on. */
function leads(events: Float64Array): number[] {
  return [...events].flatMap((intensity, lead) => (intensity > 0 ? [lead] : []));
}

test('nothing given is UTC, workdays and weekends, and no events', (t) => {
  const calendar = createCalendar();
  const numbers = calendar.at(at('2026-11-24T10:30:00Z'), 60);
  t.like(numbers, { shiftSeconds: 0, hour: 10.5, weekday: 2, dayType: 'workday' });
  t.deepEqual(numbers.events, new Float64Array(31));
  t.is(calendar.at(at('2026-11-28T10:30:00Z'), 60).dayType, 'weekend');
});

test('a holiday is one from midnight to midnight of its zone, also on a weekend', (t) => {
  const calendar = createCalendar({ timeZone: BERLIN, holidays: ['2026-12-25', '2026-12-26'] });
  const typeAt = (text: string): string => calendar.at(at(text), 60).dayType;
  t.is(typeAt('2026-12-24T22:59:00Z'), 'workday');
  t.is(typeAt('2026-12-24T23:00:00Z'), 'holiday');
  t.is(typeAt('2026-12-26T22:59:00Z'), 'holiday');
  t.is(typeAt('2026-12-26T23:00:00Z'), 'weekend');
});

test('weekends are when they are said to be', (t) => {
  const calendar = createCalendar({ weekend: [5, 6] });
  t.is(calendar.at(at('2026-11-27T10:00:00Z'), 60).dayType, 'weekend');
  t.is(calendar.at(at('2026-11-29T10:00:00Z'), 60).dayType, 'workday');
});

test('an event counts in the steps it touches, by how much of them', (t) => {
  const calendar = createCalendar({
    events: [
      { kind: 'once', startMs: at('2026-11-24T10:15:00Z'), endMs: at('2026-11-24T10:40:00Z'), intensity: 4 },
      { kind: 'once', startMs: at('2026-11-24T10:30:00Z'), endMs: at('2026-11-24T10:40:00Z'), intensity: 1 },
    ],
  });
  const { events } = calendar.at(at('2026-11-24T10:00:00Z'), STEP);
  t.deepEqual(
    [...events.subarray(0, 6)],
    [0, 0, 2, 4, 4, 0],
    'half of the step from 10:10 to 10:20, then whole ones',
  );
  t.deepEqual(
    leads(calendar.at(at('2026-11-24T10:40:00Z'), STEP).events),
    [0],
    'over when the last step ends',
  );
});

test('a rule keeps to the clocks of the zone when they change', (t) => {
  const calendar = createCalendar({
    timeZone: BERLIN,
    events: [
      {
        kind: 'rule',
        date: '2026-03-06',
        time: '20:00',
        durationSeconds: 1200,
        rule: 'FREQ=WEEKLY;BYDAY=FR',
        intensity: 1,
      },
    ],
  });
  t.deepEqual(leads(calendar.at(at('2026-03-27T18:50:00Z'), STEP).events), [2, 3], 'winter: 19:00 UTC');
  t.deepEqual(leads(calendar.at(at('2026-04-03T17:50:00Z'), STEP).events), [2, 3], 'summer: 18:00 UTC');
  t.deepEqual(leads(calendar.at(at('2026-04-04T17:50:00Z'), STEP).events), [], 'on Fridays only');
});

const ics = `BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:show
DTSTART;TZID=America/New_York:20260320T200000
DTEND;TZID=America/New_York:20260320T202000
RRULE:FREQ=WEEKLY;COUNT=3
EXDATE;TZID=America/New_York:20260327T200000
END:VEVENT
BEGIN:VEVENT
UID:sale
DTSTART;VALUE=DATE:20261127
END:VEVENT
END:VCALENDAR`;

test('an ICS file counts with its zones, its exceptions and its whole days', (t) => {
  const calendar = createCalendar({ timeZone: BERLIN, events: [{ kind: 'ics', text: ics, intensity: 1 }] });
  t.deepEqual(leads(calendar.at(at('2026-03-20T23:50:00Z'), STEP).events), [2, 3]);
  t.deepEqual(leads(calendar.at(at('2026-03-27T23:50:00Z'), STEP).events), [], 'the one that was called off');
  t.deepEqual(leads(calendar.at(at('2026-04-03T23:50:00Z'), STEP).events), [2, 3]);
  t.deepEqual(leads(calendar.at(at('2026-04-10T23:50:00Z'), STEP).events), [], 'three there were');
  t.is(
    leads(calendar.at(at('2026-11-26T22:50:00Z'), STEP).events)[0],
    2,
    'the sale begins at midnight in Berlin',
  );
  t.is(leads(calendar.at(at('2026-11-27T12:00:00Z'), STEP).events).length, 31, 'and goes on all day');
});

test('a release tells for an hour, less and less', (t) => {
  const calendar = createCalendar({ releasesMs: [at('2026-11-24T10:00:00Z')] });
  const { events } = calendar.at(at('2026-11-24T10:00:00Z'), 900);
  t.deepEqual([...events.subarray(0, 6)], [-1, -0.75, -0.5, -0.25, 0, 0]);
});

test('what makes no sense is refused with what it must be', (t) => {
  t.throws(() => createCalendar({ holidays: ['2026-02-30'] }), { message: /date such as.*2026-02-30/ });
  const rule = {
    kind: 'rule',
    date: '2026-03-06',
    time: '20:00',
    durationSeconds: 60,
    intensity: 1,
  } as const;
  const use = (event: Parameters<typeof createCalendar>[0] & object) => createCalendar(event).at(0, 60);
  t.throws(() => use({ events: [{ ...rule, rule: 'EVERY DAY' }] }), { message: /RFC 5545/ });
  t.throws(() => use({ events: [{ ...rule, time: '8 pm', rule: 'FREQ=DAILY' }] }), { message: /HH:MM/ });
  t.throws(() => use({ events: [{ kind: 'ics', text: 'hello', intensity: 1 }] }), { message: /VEVENT/ });
});

test('a release that was seen is told from then on, for an hour, and does not make another calendar of it', (t) => {
  const calendar = createCalendar({ timeZone: BERLIN });
  const releaseMs = at('2026-11-24T10:00:00Z');
  const released = withRelease(calendar, releaseMs);
  t.is(released.key, calendar.key);
  const told = released.intensities(at('2026-11-24T09:50:00Z'), 5, STEP) ?? [];
  t.deepEqual(
    [...told].map((value) => Math.round(value * 6)),
    [-6, -5, -4, -3, -2],
  );
  t.is(released.intensities(at('2026-11-24T11:00:00Z'), 5, STEP), undefined);
  t.is(withRelease(calendar, undefined), calendar);
});
