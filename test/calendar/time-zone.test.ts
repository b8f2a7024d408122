import test from 'ava';
import fc from 'fast-check';
import { timeZone } from '../../controller/calendar/time-zone.ts';

const at = (text: string): number => Date.parse(text);

test('daylight saving shifts the day where and when there is any', (t) => {
  const shift = (name: string, text: string): number => timeZone(name).shiftSeconds(at(text));
  t.is(shift('Europe/Berlin', '2026-07-01T12:00:00Z'), 3600);
  t.is(shift('Europe/Berlin', '2026-01-15T12:00:00Z'), 0);
  t.is(shift('Europe/Berlin', '2026-03-29T00:59:59Z'), 0, 'the second before the clocks go forward');
  t.is(shift('Europe/Berlin', '2026-03-29T01:00:00Z'), 3600);
  t.is(shift('America/New_York', '2026-07-01T12:00:00Z'), 3600);
  t.is(shift('Australia/Lord_Howe', '2026-01-15T12:00:00Z'), 1800, 'half an hour, in the southern summer');
  t.is(shift('Asia/Kolkata', '2026-07-01T12:00:00Z'), 0);
  t.is(shift('UTC', '2026-07-01T12:00:00Z'), 0);
});

test('the clocks of a zone say the hour, the date and the day of the week there', (t) => {
  t.deepEqual(timeZone('Asia/Kolkata').at(at('2026-11-24T20:00:00Z')), {
    date: '2026-11-25',
    hour: 1.5,
    weekday: 3,
    offsetSeconds: 19_800,
  });
  t.like(timeZone('America/New_York').at(at('2026-11-23T00:00:00Z')), {
    date: '2026-11-22',
    weekday: 7,
    hour: 19,
  });
});

test('a local time is found again, the skipped hour after the jump', (t) => {
  const berlin = timeZone('Europe/Berlin');
  t.is(berlin.instantOf('2026-07-01'), at('2026-06-30T22:00:00Z'));
  t.is(
    berlin.instantOf('2026-03-29', 2.5 * 3600),
    at('2026-03-29T01:30:00Z'),
    '02:30 does not exist; it is 03:30',
  );
  const names = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.integer({ min: 0, max: 4_000_000_000 }), (name, seconds) => {
      const zone = timeZone(name);
      const { date } = zone.at(seconds * 1000);
      t.is(zone.at(zone.instantOf(date, 43_200)).date, date, `noon of ${date} in ${name}`);
      t.is(zone.at(zone.instantOf(date, 43_200)).hour, 12);
    }),
    { numRuns: 200 },
  );
});

test('a zone that nobody knows is refused with what it must be', (t) => {
  t.throws(() => timeZone('Mars/Olympus'), { instanceOf: RangeError, message: /IANA name.*Mars/ });
});
