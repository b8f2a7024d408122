import test from 'ava';
import fc from 'fast-check';
import ical from 'node-ical';
import { recurrenceOf } from '../../controller/calendar/recurrence.ts';

const DAY_MS = 86_400_000;
const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

function dates(rule: string, start: string, days = 400): string[] {
  const startDay = dayOf(start);
  const { fallsOn } = recurrenceOf(rule, startDay);
  return Array.from({ length: days }, (_, at) => startDay + at)
    .filter(fallsOn)
    .map(dateOf);
}

test('rules fall on the days that RFC 5545 gives as examples', (t) => {
  t.deepEqual(dates('FREQ=WEEKLY;COUNT=4;BYDAY=TU,TH', '1997-09-02'), [
    '1997-09-02',
    '1997-09-04',
    '1997-09-09',
    '1997-09-11',
  ]);
  t.deepEqual(dates('FREQ=MONTHLY;COUNT=3;BYDAY=-2MO', '1997-09-22'), [
    '1997-09-22',
    '1997-10-20',
    '1997-11-17',
  ]);
  t.deepEqual(dates('FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', '1997-09-04'), [
    '1997-09-04',
    '1997-10-07',
    '1997-11-06',
  ]);
  t.deepEqual(dates('FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', '1997-08-05'), [
    '1997-08-05',
    '1997-08-17',
    '1997-08-19',
    '1997-08-31',
  ]);
  t.deepEqual(dates('FREQ=YEARLY;BYDAY=20MO;COUNT=2', '1997-05-19', 800), ['1997-05-19', '1998-05-18']);
  t.deepEqual(dates('FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '1997-09-02'), ['1998-02-13', '1998-03-13']);
});

const weekday = fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU');
const list = <T>(of: fc.Arbitrary<T>) => fc.uniqueArray(of, { minLength: 1, maxLength: 3 });
const optional = (name: string, values: fc.Arbitrary<readonly unknown[]>) =>
  fc.option(values, { nil: [] }).map((some) => (some.length === 0 ? '' : `;${name}=${some.join(',')}`));
const interval = fc.integer({ min: 1, max: 3 }).map((number) => `;INTERVAL=${number}`);
const monthDay = fc.oneof(fc.integer({ min: 1, max: 31 }), fc.integer({ min: -5, max: -1 }));
const nth = fc.tuple(fc.constantFrom('1', '2', '-1'), weekday).map((pair) => pair.join(''));
const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(''));
const some = (name: string, of: fc.Arbitrary<unknown>) => optional(name, list(of));
const rules = fc.oneof(
  joined(fc.constant('FREQ=DAILY'), interval, some('BYDAY', weekday)),
  joined(fc.constant('FREQ=WEEKLY'), interval, some('BYDAY', weekday), some('WKST', fc.constantFrom('MO'))),
  joined(fc.constant('FREQ=MONTHLY'), interval, some('BYDAY', nth)),
  joined(fc.constant('FREQ=MONTHLY'), interval, some('BYMONTHDAY', monthDay)),
  joined(
    fc.constant('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR'),
    interval,
    some('BYSETPOS', fc.constantFrom(1, 2, -1)),
  ),
  joined(fc.constant('FREQ=YEARLY;BYMONTH=2,11'), some('BYDAY', nth)),
  fc.constant('FREQ=YEARLY'),
);

test('they fall on the same days as by a library that searches for them', (t) => {
  fc.assert(
    fc.property(rules, fc.integer({ min: 0, max: 700 }), (rule, offset) => {
      // that library counts the weeks of INTERVAL from the first day it finds, and takes February's last day for its 30th, which RFC 5545 does not
      const asked = dateOf(dayOf('2025-01-01') + offset);
      fc.pre(asked.slice(8) <= '28');
      const [start] = dates(rule, asked);
      fc.pre(start !== undefined && start.slice(8) <= '28');
      t.deepEqual(dates(rule, start, 200), searched(rule, start, 200), `${rule} from ${start}`);
    }),
    { numRuns: 60 },
  );
});

function searched(rule: string, start: string, days: number): string[] {
  const text = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:a', `DTSTART:${start.replaceAll('-', '')}T120000Z`];
  const read = ical.sync.parseICS([...text, `RRULE:${rule}`, 'END:VEVENT', 'END:VCALENDAR'].join('\r\n'));
  const [event] = Object.values(read).filter((part): part is ical.VEvent => part?.type === 'VEVENT');
  if (!event) return [];
  const from = new Date(`${start}T00:00:00Z`);
  const to = new Date(from.getTime() + days * DAY_MS - 1);
  return ical.expandRecurringEvent(event, { from, to }).map((one) => one.start.toISOString().slice(0, 10));
}

test('a rule that falls on no day is refused, however it hides that', (t) => {
  const refused = (rule: string, start: string, message: RegExp) =>
    t.throws(() => recurrenceOf(rule, dayOf(start)), { instanceOf: RangeError, message });
  const never = /must fall on some day of the ten years after its start/;
  refused('FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5', '2026-01-05', never);
  refused('FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30', '2026-01-05', never);
  refused('FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29', '2027-01-05', never);
  refused('FREQ=YEARLY;BYDAY=53MO;BYMONTH=2', '2026-01-05', never);
  refused('FREQ=YEARLY;COUNT=20', '2026-01-05', /come to its COUNT within ten years; write UNTIL/);
});

test('what is not read of a rule is refused with what it may be', (t) => {
  const refused = (rule: string, message: RegExp) =>
    t.throws(() => recurrenceOf(rule, 20_000), { instanceOf: RangeError, message });
  refused('FREQ=HOURLY', /FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY \(is "HOURLY"/);
  refused('FREQ=DAILY;BYHOUR=9,10', /take BYHOUR out of/);
  refused('EVERY DAY', /as in RFC 5545/);
  refused('FREQ=WEEKLY;BYDAY=2MO', /with FREQ=MONTHLY or YEARLY only/);
  refused('FREQ=WEEKLY;BYMONTHDAY=3', /BYMONTHDAY must not be beside FREQ=WEEKLY/);
  refused('FREQ=DAILY;BYSETPOS=1', /BYSETPOS must have BYDAY/);
  refused('FREQ=DAILY;INTERVAL=0', /INTERVAL must be within 1 and 1000/);
  refused('FREQ=MONTHLY;BYDAY=MONDAY', /day of the week must be such as MO/);
});
