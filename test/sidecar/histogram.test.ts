import test from 'ava';
import fc from 'fast-check';
import { commonEdges, mergeAt, perBucket, quantileInterval } from '../../sidecar/histogram.ts';

const INF = Number.POSITIVE_INFINITY;

test('with equal edges a quantile is the bucket it falls in', (t) => {
  const parts = [{ edgesSeconds: [0.005, 0.01, INF], cumulative: [40, 50, 50] }];
  t.deepEqual(quantileInterval(parts, 0.95), { lowerSeconds: 0.005, upperSeconds: 0.01 });
  t.deepEqual(quantileInterval(parts, 0.5), { lowerSeconds: 0, upperSeconds: 0.005 });
});

test('a rank exactly at an edge belongs to the bucket that ends there', (t) => {
  t.deepEqual(quantileInterval([{ edgesSeconds: [1, 2, INF], cumulative: [50, 100, 100] }], 0.5), {
    lowerSeconds: 0,
    upperSeconds: 1,
  });
});

test('past the last bound the upper edge is infinite, never a guess', (t) => {
  t.deepEqual(quantileInterval([{ edgesSeconds: [1, INF], cumulative: [1, 100] }], 0.5), {
    lowerSeconds: 1,
    upperSeconds: INF,
  });
});

test('without observations there is no quantile', (t) => {
  t.is(quantileInterval([], 0.5), undefined);
  t.is(quantileInterval([{ edgesSeconds: [1, INF], cumulative: [0, 0] }], 0.5), undefined);
});

test('edges that differ widen the interval as far as they must', (t) => {
  const parts = [
    { edgesSeconds: [1, 4, INF], cumulative: [0, 10, 10] },
    { edgesSeconds: [2, 3, INF], cumulative: [0, 10, 10] },
  ];
  // Rank 10 of 20: the second's ten are in (2, 3], the first's ten anywhere in (1, 4].
  t.deepEqual(quantileInterval(parts, 0.5), { lowerSeconds: 1, upperSeconds: 3 });
});

test('histograms add up at the edges that all of them have', (t) => {
  const parts = [
    { edgesSeconds: [1, 2, 5, INF], cumulative: [1, 2, 3, 4] },
    { edgesSeconds: [2, 3, 5, INF], cumulative: [10, 20, 30, 40] },
  ];
  t.deepEqual(commonEdges(parts), [2, 5, INF]);
  t.deepEqual(mergeAt(parts, commonEdges(parts)), { edgesSeconds: [2, 5, INF], cumulative: [12, 33, 44] });
  t.deepEqual(commonEdges([]), []);
});

test('counts per bucket', (t) => {
  t.deepEqual(perBucket([3, 3, 7]), [3, 0, 4]);
});

test('the true quantile of all observations is in the interval, whatever the edges', (t) => {
  const values = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 30 });
  const edges = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(values, edges), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(0.5, 0.95, 0.99),
      (drawn, quantile) => {
        const parts = drawn.map(([observed, own]) => {
          const edgesSeconds = [...own.sort((a, b) => a - b), INF];
          return { edgesSeconds, cumulative: edgesSeconds.map((e) => observed.filter((v) => v <= e).length) };
        });
        const all = drawn.flatMap(([observed]) => observed).sort((a, b) => a - b);
        const truth = all[Math.ceil(quantile * all.length) - 1] ?? Number.NaN;
        const found = quantileInterval(parts, quantile);
        t.true(found !== undefined && found.lowerSeconds < truth && truth <= found.upperSeconds);
      },
    ),
  );
});
