import test from 'ava';
import fc from 'fast-check';
import { PHASES, phaseOf } from '../../controller/policy/phase.ts';

test('the example: 14:32:10 lies in the seventh part of its hour', (t) => {
  t.is(phaseOf(Date.UTC(2026, 0, 5, 14, 32, 10)), 6);
});

test('for any moment: a part of the hour, the same an hour later', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: -1e13, max: 1e13 }), (atMs) => {
      const phase = phaseOf(atMs);
      t.true(Number.isInteger(phase) && phase >= 0 && phase < PHASES);
      t.is(phaseOf(atMs + 3_600_000), phase);
    }),
  );
});
