import test from 'ava';
import fc from 'fast-check';
import { sharedProcessor } from '../../../bench/latency/shared-processor.ts';

test('two that come together share, and the one with more work has the processor to itself at the end', (t) => {
  t.deepEqual(sharedProcessor([0, 0], [2, 2]), [4, 4]);
  t.deepEqual(sharedProcessor([0, 0], [1, 3]), [2, 4]);
  // Alone for 1 ms, both for 4 ms, alone again for 1 ms.
  t.deepEqual(sharedProcessor([0, 1], [4, 2]), [4, 6]);
});

test('who comes when nobody is there takes just their work', (t) => {
  t.deepEqual(sharedProcessor([0, 10, 20], [1, 2, 3]), [1, 2, 3]);
});

test('property: nobody is faster than their own work, and the busy time is the work', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 5, noNaN: true }), { minLength: 1, maxLength: 40 }),
      (works) => {
        const sojourns = sharedProcessor(
          works.map(() => 0),
          works,
        );
        const [all, longest] = [works.reduce((sum, work) => sum + work, 0), Math.max(...sojourns)];
        const sorted = works.toSorted((a, b) => a - b);
        return (
          Math.abs(longest - all) < 1e-6 &&
          sojourns.length === works.length &&
          sojourns.every((took, index) => took >= (sorted[index] ?? 0) - 1e-9)
        );
      },
    ),
  );
  t.pass();
});
