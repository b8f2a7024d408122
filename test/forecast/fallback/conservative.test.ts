import test from 'ava';
import fc from 'fast-check';
import { conservativeBaseline } from '../../../controller/forecast/fallback/conservative.ts';

test('the example: 10, 20, 30', (t) => {
  const { leads, peaks } = conservativeBaseline(Float64Array.of(10, 20, 30));
  const round = (value: number): number => Math.round(value * 1e9) / 1e9;
  const of = ({ mean, p50, p90, p95, p99 }: (typeof leads)[number]): number[] =>
    [mean, p50, p90, p95, p99].map(round);
  for (const lead of leads) t.deepEqual(of(lead), [20, 20, 30, 33, 37.5]);
  for (const peak of peaks) t.deepEqual(of(peak), [30, 30, 33, 36, 40.5]);
});

test('only the last 40 known steps count, however long ago they were', (t) => {
  const rates = new Float64Array(1_000).fill(Number.NaN);
  rates.fill(900, 0, 100);
  rates.fill(5, 100, 140);
  t.is(conservativeBaseline(rates).leads[0]?.p90, 5);
});

test('without a known value all is zero', (t) => {
  t.is(conservativeBaseline(new Float64Array(0)).peaks[5]?.p99, 0);
  t.is(conservativeBaseline(Float64Array.of(Number.NaN, -3, Number.POSITIVE_INFINITY)).leads[0]?.p99, 0);
});

test('for any rates: finite, ordered, and the upper band at least the last known rate', (t) => {
  const rate = fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constant(Number.NaN));
  fc.assert(
    fc.property(fc.array(rate, { maxLength: 120 }), (values) => {
      const { leads, peaks } = conservativeBaseline(Float64Array.from(values));
      const last = values.findLast((value) => value >= 0) ?? 0;
      return [...leads, ...peaks].every(
        ({ mean, p50, p90, p95, p99 }) =>
          Number.isFinite(p99) &&
          mean >= 0 &&
          p50 >= 0 &&
          p50 <= p90 &&
          p90 <= p95 &&
          p95 <= p99 &&
          p90 >= last,
      );
    }),
  );
  t.pass();
});
