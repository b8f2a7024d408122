import test from 'ava';
import { calendarBlock } from '../../controller/api/calendar-block.ts';
import { floorsOf } from '../../controller/calendar/floors.ts';

const at = (text: string): number => Date.parse(text);
const sale = { name: 'sale', start: '2026-11-27T08:00', end: '2026-11-27T09:00', minReplicas: 12 };
const block = (...events: object[]) => calendarBlock.parse({ timeZone: 'Europe/Berlin', events });

test('an event that asks for replicas is told of hours ahead and until it is over', (t) => {
  const calendar = block({ ...sale, leadSeconds: 900 }, { ...sale, name: 'other', minReplicas: undefined });
  const floor = {
    ...{ event: 'sale', minReplicas: 12, aheadSeconds: 900 },
    ...{ startMs: at('2026-11-27T07:00:00Z'), endMs: at('2026-11-27T08:00:00Z') },
  };
  const told = (text: string) => floorsOf(calendar, at(text));
  t.deepEqual(told('2026-11-27T03:59:00Z'), []);
  t.deepEqual(told('2026-11-27T04:01:00Z'), [floor]);
  t.deepEqual(told('2026-11-27T07:59:59Z'), [floor]);
  t.deepEqual(told('2026-11-27T08:00:00Z'), []);
  t.deepEqual(told('2026-11-26T08:00:00Z'), [], 'also when the clock goes back');
});

test('a repeated one is, day after day, at its hour', (t) => {
  const calendar = block({ ...sale, rule: 'FREQ=DAILY' });
  const starts = [0, 1, 2, 3].map((day) => floorsOf(calendar, at('2027-03-27T06:30:00Z') + day * 86_400_000));
  t.deepEqual(
    starts.map((floors) => floors?.map(({ startMs }) => new Date(startMs).toISOString().slice(5, 16))),
    [['03-27T07:00'], ['03-28T06:00'], ['03-29T06:00'], ['03-30T06:00']],
  );
});

test('where no event asks for replicas there is nothing to say', (t) => {
  t.is(floorsOf(block({ ...sale, minReplicas: undefined }), at('2026-11-27T07:00:00Z')), undefined);
});
