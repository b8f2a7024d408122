import test from 'ava';
import fc from 'fast-check';
import { decide } from '../../../controller/policy/decide.ts';
import { hostile } from '../../property/observations.ts';
import { observation } from '../observations.ts';
import { example } from '../rule-example.ts';

const { wallMs } = observation();
const sale = (inSeconds: number, lengthSeconds = 3600, aheadSeconds = 0) => ({
  calendarFloors: [
    {
      event: 'sale',
      minReplicas: 12,
      aheadSeconds,
      startMs: wallMs + inSeconds * 1000,
      endMs: wallMs + (inSeconds + lengthSeconds) * 1000,
    },
  ],
});

test('replicas are asked for a lead time and a step before an event that needs them', example, {
  rule: 'calendarFloor',
  given: sale(40),
  before: 8,
  after: 12,
  says: 'CalendarFloor: the event "sale" begins in 40 s and asks for at least 12, 8 would do: the need',
});
test('and until it ends', example, {
  rule: 'calendarFloor',
  given: sale(-3599),
  before: 8,
  after: 12,
  says: 'CalendarFloor: the event "sale" goes on and asks for at least 12, 8 would do: the need',
});
test('not earlier', example, { rule: 'calendarFloor', given: sale(46), before: 8, after: 8 });
test('but where its leadSeconds say so', example, {
  rule: 'calendarFloor',
  given: sale(600, 3600, 600),
  before: 8,
  after: 12,
  says: 'CalendarFloor: the event "sale" begins in 600 s and asks for at least 12, 8 would do: the need',
});
test('nor later', example, { rule: 'calendarFloor', given: sale(-3600), before: 8, after: 8 });
test('a higher need stands', example, { rule: 'calendarFloor', given: sale(0), before: 15, after: 15 });

test('of several events the one that asks for most is named', (t) => {
  const [one] = sale(0).calendarFloors;
  const calendarFloors = one ? [one, { ...one, event: 'launch', minReplicas: 14 }] : [];
  const { reason, message, replicas } = decide(observation({ calendarFloors }));
  t.deepEqual([reason, replicas], ['CalendarFloor', 14]);
  t.regex(message, /the event "launch" goes on/);
});

test('more than maxReplicas is not had, and said so', (t) => {
  const [one] = sale(0).calendarFloors;
  const calendarFloors = one ? [{ ...one, minReplicas: 30 }] : [];
  const { reason, message, replicas } = decide(observation({ calendarFloors }));
  t.deepEqual([reason, replicas], ['AtMaximum', 20]);
  t.regex(message, /maxReplicas is 20, 30 are asked for: the event "sale"/);
});

test('a decision has no word of it where the calendar asks for none', (t) => {
  t.false(decide(observation()).trace.some(({ rule }) => rule === 'calendarFloor'));
});

test('whatever is observed, it only raises, and never above maxReplicas', (t) => {
  const floors = fc.record({
    event: fc.string(),
    minReplicas: fc.integer({ min: 1, max: 100 }),
    aheadSeconds: fc.integer({ min: 0, max: 7200 }),
    startMs: fc.integer({ min: 0, max: 20_000_000 }),
    endMs: fc.integer({ min: 0, max: 20_000_000 }),
  });
  fc.assert(
    fc.property(hostile, fc.array(floors, { maxLength: 3 }), (seen, calendarFloors) => {
      const without = decide(seen);
      const { recommended, replicas } = decide({ ...seen, calendarFloors });
      t.true(recommended >= without.recommended && replicas >= without.replicas);
      t.true(recommended <= Math.max(seen.spec.maxReplicas, without.recommended));
    }),
    { numRuns: 500 },
  );
});
