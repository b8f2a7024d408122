import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { toExplicit } from '../../controller/ingest/exponential.ts';
import { emptyExponential, type RawExponential } from '../../controller/ingest/raw-export.ts';

const point = (change: Partial<RawExponential>): RawExponential => ({ ...emptyExponential(), ...change });

function converts(t: ExecutionContext, change: Partial<RawExponential>, bounds: number[], counts: number[]) {
  t.deepEqual(toExplicit(point(change)), { bounds, counts });
}
const positive = { offset: 0, counts: [2, 3] };
test(
  'the worked example: buckets of scale 0 have powers of two as edges',
  converts,
  { positive, zeroCount: 1 },
  [0, 1, 2, 4],
  [1, 0, 2, 3, 0],
);
test('a negative scale has wider buckets', converts, { positive, scale: -1 }, [0, 1, 4, 16], [0, 0, 2, 3, 0]);
test(
  'scale 1 has two buckets per octave',
  converts,
  { positive, scale: 1 },
  [0, 1, Math.SQRT2, 2],
  [0, 0, 2, 3, 0],
);
test(
  'a negative offset is below one',
  converts,
  { positive: { offset: -2, counts: [5] } },
  [0, 0.25, 0.5],
  [0, 0, 5, 0],
);
test(
  'the zero threshold is the first edge',
  converts,
  { positive, zeroCount: 7, zeroThreshold: 0.5 },
  [0.5, 1, 2, 4],
  [7, 0, 2, 3, 0],
);
test(
  'a threshold on the first edge leaves no gap',
  converts,
  { positive, zeroCount: 7, zeroThreshold: 1 },
  [1, 2, 4],
  [7, 2, 3, 0],
);
test(
  'an empty bucket below the threshold goes',
  converts,
  { positive: { offset: 0, counts: [0, 3] }, zeroThreshold: 1.5 },
  [1.5, 2, 4],
  [0, 0, 3, 0],
);
test('without buckets there are zeros only', converts, { zeroCount: 4 }, [0], [4, 0]);
test(
  'empty buckets below zero do not matter',
  converts,
  { zeroCount: 4, negative: { offset: 3, counts: [0, 0] } },
  [0],
  [4, 0],
);

/** What the SDK does with a value (data model, "Exponential Buckets"): the bucket whose edges hold it. */
test('a value lands between the same edges as in the exponential histogram', (t) => {
  const property = fc.property(
    fc.double({ min: 1e-6, max: 1e4, noNaN: true }),
    fc.integer({ min: -2, max: 8 }),
    (value, scale) => {
      const index = Math.ceil(Math.log2(value) * 2 ** scale) - 1;
      const explicit = toExplicit(point({ scale, positive: { offset: index, counts: [1] } }));
      if (typeof explicit === 'string') throw new Error(explicit);
      const at = explicit.counts.indexOf(1);
      const [lower = Number.NaN, upper = Number.NaN] = explicit.bounds.slice(at - 1, at + 1);
      const rounding = 1e-12;
      t.true(
        lower * (1 - rounding) < value && value <= upper * (1 + rounding),
        `${lower} < ${value} <= ${upper}`,
      );
      t.true(Math.abs(upper / lower / 2 ** (2 ** -scale) - 1) < rounding);
    },
  );
  fc.assert(property);
});

test('no observation is lost or moved', (t) => {
  const counts = fc.array(fc.nat(1000), { minLength: 1, maxLength: 160 });
  const property = fc.property(
    counts,
    fc.integer({ min: -200, max: 40 }),
    fc.integer({ min: 0, max: 6 }),
    fc.nat(50),
    (buckets, offset, scale, zeroCount) => {
      const explicit = toExplicit(point({ scale, zeroCount, positive: { offset, counts: buckets } }));
      if (typeof explicit === 'string') throw new Error(explicit);
      t.is(explicit.counts.length, explicit.bounds.length + 1);
      t.deepEqual(explicit.counts, [zeroCount, 0, ...buckets, 0]);
      t.true(
        explicit.bounds.every((bound, index) => index === 0 || bound > (explicit.bounds[index - 1] ?? 0)),
      );
    },
  );
  fc.assert(property);
});
