import test from 'ava';
import { calendarBlock } from '../../controller/api/calendar-block.ts';
import { calendarFault, calendarFrom } from '../../controller/calendar/from-block.ts';

const at = (text: string): number => Date.parse(text);
const block = (given: object) => calendarBlock.parse(given);
const sale = { name: 'sale', start: '2026-11-27T08:00', end: '2026-11-27T09:00' };

test('an event goes on once, by the clocks of the zone, or as its rule says', (t) => {
  const once = calendarFrom(block({ timeZone: 'Europe/Berlin', events: [sale] }));
  const hours = (calendar: ReturnType<typeof calendarFrom>, from: string) =>
    [...(calendar.intensities(at(from), 3, 3_600) ?? [])].join();
  t.is(hours(once, '2026-11-27T06:00:00Z'), '0,1,0');
  t.is(hours(once, '2026-11-28T06:00:00Z'), '');
  const daily = calendarFrom(block({ events: [{ ...sale, intensity: 2, rule: 'FREQ=DAILY;COUNT=2' }] }));
  t.is(hours(daily, '2026-11-28T07:00:00Z'), '0,2,0');
  t.is(hours(daily, '2026-11-29T07:00:00Z'), '');
});

test('a release is below 0, and gives way to an event', (t) => {
  const release = { ...sale, kind: 'release', end: '2026-11-27T10:00' };
  const calendar = calendarFrom(block({ events: [release, sale] }));
  t.deepEqual([...(calendar.intensities(at('2026-11-27T08:00:00Z'), 3, 3_600) ?? [])], [1, -1, 0]);
});

test('nothing given is a calendar of workdays and weekends in UTC', (t) => {
  t.deepEqual(calendarFrom(block({})).days(at('2026-11-27T23:00:00Z')), {
    ...{ offsetSeconds: 0, today: 'workday', tomorrow: 'weekend' },
  });
});

test('what no pattern sees is refused with what it must be', (t) => {
  t.is(
    calendarFault(block({ timeZone: 'Europe/Berlin', holidays: ['2026-12-25'], events: [sale] })),
    undefined,
  );
  t.regex(calendarFault(block({ timeZone: 'Mars/Olympus' })) ?? '', /IANA name.*Mars\/Olympus/);
  t.regex(calendarFault(block({ holidays: ['2026-02-30'] })) ?? '', /date such as/);
  t.regex(calendarFault(block({ events: [{ ...sale, end: '2026-11-31T09:00' }] })) ?? '', /time such as/);
  t.regex(calendarFault(block({ events: [{ ...sale, start: '2026-11-27T24:30' }] })) ?? '', /time such as/);
  t.regex(calendarFault(block({ events: [{ ...sale, end: '2027-11-27T09:00' }] })) ?? '', /within 62 days/);
  const long = { ...sale, end: '2026-12-27T09:00' };
  t.is(calendarFault(block({ events: [long] })), undefined);
  t.regex(calendarFault(block({ events: [{ ...long, rule: 'FREQ=DAILY' }] })) ?? '', /within 7 days/);
});
