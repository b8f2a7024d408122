import test from 'ava';
import { decide } from '../../controller/policy/decide.ts';
import { reasons } from '../../controller/reasons.ts';
import { observation } from './observations.ts';
import { every } from './rule-example.ts';

test('every rule of the list is in the trace, in its order, with a known reason', (t) => {
  const { trace } = decide(observation({ calendarFloors: [] }));
  t.deepEqual(
    trace.map(({ rule }) => rule),
    every.map(({ name }) => name),
  );
  for (const { reason, message } of trace) {
    t.true(reason in reasons);
    t.not(message, '');
  }
});
