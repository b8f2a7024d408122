import test from 'ava';
import fc from 'fast-check';
import { seasonalBaseline, seasonalBaselineSteps } from '../../../controller/forecast/fallback/seasonal.ts';

const SEASON = 96;
const shape = (step: number): number => 100 + 50 * Math.sin((2 * Math.PI * step) / SEASON);
const series = (length: number, rateAt: (step: number) => number): Float64Array =>
  Float64Array.from({ length }, (_, step) => rateAt(step));

test('a clean season is repeated', (t) => {
  const answer = seasonalBaseline(series(400, shape), SEASON);
  for (let lead = 1; lead <= 30; lead++) {
    t.true(Math.abs((answer?.leads[lead - 1]?.p50 ?? 0) - shape(399 + lead)) < 1e-6, `lead ${lead}`);
  }
});

test('the example: today runs at 1.2 times yesterday, so 100 becomes 120', (t) => {
  const rates = series(SEASON * 4, (step) => (step < SEASON * 3 - 40 ? 100 : 120));
  const answer = seasonalBaseline(rates.subarray(0, SEASON * 3 + 20), SEASON);
  t.true(Math.abs((answer?.leads[0]?.p50 ?? 0) - 120) < 1);
});

test('its upper band holds what its own errors were', (t) => {
  const noisy = (step: number): number => shape(step) + (step % 10 === 0 ? 40 : 0);
  const answer = seasonalBaseline(series(406, noisy), SEASON);
  const lead = answer?.leads[4];
  t.true((lead?.p99 ?? 0) > (lead?.p50 ?? 0));
});

test('no answer before a season is known, or when nothing of the last minutes is', (t) => {
  t.is(seasonalBaseline(series(SEASON, shape), SEASON), undefined);
  t.is(seasonalBaseline(new Float64Array(0), SEASON), undefined);
  const silent = series(400, (step) => (step > 370 ? Number.NaN : shape(step)));
  t.is(seasonalBaseline(silent, SEASON), undefined);
});

test('the level ratio stays between a quarter and four', (t) => {
  const surge = series(400, (step) => (step > 370 ? 1e6 : 100));
  const answer = seasonalBaseline(surge, SEASON);
  t.true((answer?.leads[29]?.p50 ?? Number.NaN) <= 401 + 1e6);
  t.true(Number.isFinite(answer?.peaks[5]?.p99 ?? Number.NaN));
});

test('for any rates and season: no answer, or one that is finite, >= 0 and ordered', (t) => {
  const rate = fc.oneof(
    { weight: 6, arbitrary: fc.double({ min: 0, max: 1e9, noNaN: true }) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
    { weight: 1, arbitrary: fc.constant(0) },
  );
  let answered = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.array(rate, { minLength: 100, maxLength: 400 }),
      (season, values) => {
        const answer = seasonalBaseline(Float64Array.from(values), season);
        if (!answer) return true;
        answered++;
        return [...answer.leads, ...answer.peaks].every(
          ({ mean, p50, p90, p95, p99 }) =>
            Number.isFinite(mean) &&
            mean >= 0 &&
            p50 >= 0 &&
            p50 <= p90 &&
            p90 <= p95 &&
            p95 <= p99 &&
            p99 < 1e11,
        );
      },
    ),
  );
  t.true(answered > 20, `${answered} answers`);
});

test('it asks for a season and a little more', (t) => {
  t.is(seasonalBaselineSteps(5_760), 6_050);
});
