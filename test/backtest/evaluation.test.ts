import test from 'ava';
import fc from 'fast-check';
import { FIGURES, LEADS, MODELS } from '../../assembly/pkg/forecaster.js';
import { type Evaluation, evaluate } from '../../controller/backtest/evaluation.ts';
import type { Watch } from '../../controller/backtest/play.ts';
import type { Protocol } from '../../controller/backtest/protocol.ts';
import { givenSeason, type SeasonSpan } from '../../controller/backtest/season.ts';
import { maeRatio, verdictOf } from '../../controller/backtest/verdict.ts';
import { seededRandom, VirtualClock } from '../../controller/clock.ts';
import { core, wave } from '../assembly/core.ts';

const SEASON = 24;
const protocol: Protocol = { leads: LEADS, every: 1, fromShare: 0.3 };

function noisy(length: number, seed = 1): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length }, (_, step) => wave(step, SEASON, 100) * (0.8 + 0.4 * random()));
}

interface Played {
  readonly values: Float64Array;
  readonly models?: readonly (typeof MODELS)[number][];
  readonly spans?: readonly SeasonSpan[];
  readonly watch?: Watch;
  readonly protocol?: Protocol;
}

function played({
  values,
  models = ['ensemble'],
  spans = givenSeason(SEASON, 3600),
  watch,
  ...rest
}: Played) {
  const parts = { core: core(), clock: new VirtualClock(0) };
  const asked = { values, protocol: rest.protocol ?? protocol, spans, models };
  const playing = evaluate(asked, watch ? { ...parts, watch } : parts);
  let next = playing.next();
  let share = 0;
  while (!next.done) {
    share = Math.max(share, next.value.share);
    next = playing.next();
  }
  return { evaluation: next.value, share };
}

/** The same figures, counted the slow and plain way. */
function byHand(values: Float64Array, season: number, every: number) {
  const sums = { naive: 0, seasonal: 0, points: 0 };
  const first = Math.floor(0.3 * values.length);
  for (let step = first; step + 1 < values.length; step += every) {
    const now = values[step] ?? Number.NaN;
    for (let lead = 1; lead <= LEADS && step + lead < values.length; lead++) {
      const actual = values[step + lead] ?? Number.NaN;
      const usual = values[step + lead - season * Math.ceil(lead / season)] ?? Number.NaN;
      if (Number.isNaN(now + actual + usual)) continue;
      sums.points++;
      sums.naive += Math.abs(actual - now);
      sums.seasonal += Math.abs(actual - usual);
    }
  }
  return sums;
}

const maeOf = ({ candidates }: Evaluation, model: string) =>
  candidates.find((one) => one.model === model)?.overall.mae ?? Number.NaN;

test('the baselines are exact, whether asked for or not, with gaps and without', (t) => {
  for (const every of [1, 3]) {
    const values = noisy(400);
    values.fill(Number.NaN, 200, 240);
    values[300] = Number.NaN;
    const { evaluation } = played({ values, protocol: { ...protocol, every } });
    const { naive, seasonal, points } = byHand(values, SEASON, every);
    t.deepEqual(
      evaluation.candidates.map(({ model }) => model),
      ['naive', 'seasonal-naive', 'ensemble'],
    );
    for (const candidate of evaluation.candidates) t.is(candidate.overall.points, points, candidate.model);
    t.true(Math.abs(maeOf(evaluation, 'naive') - naive / points) < 1e-9);
    t.true(Math.abs(maeOf(evaluation, 'seasonal-naive') - seasonal / points) < 1e-9);
  }
});

test('what comes later changes nothing that was said before', (t) => {
  const values = noisy(300);
  const heard = (given: Float64Array, until: number) => {
    const said: number[] = [];
    played({
      values: given,
      watch: (step, figures, at) => {
        if (step <= until) said.push(...figures.subarray(at, at + LEADS * FIGURES));
      },
    });
    return said;
  };
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 280 }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      (until, odd) => {
        const changed = values.slice();
        changed.fill(odd, until + 1);
        t.deepEqual(heard(changed, until), heard(values, until));
      },
    ),
    { numRuns: 8 },
  );
});

test('when another season is known, the series is opened with it and fed all that was', (t) => {
  const values = noisy(300);
  const last = (spans: readonly SeasonSpan[]) => {
    let said: number[] = [];
    played({
      values,
      spans,
      watch: (_, figures, at) => {
        said = [...figures.subarray(at, at + LEADS * FIGURES)];
      },
    });
    return said;
  };
  const [given] = givenSeason(SEASON, 3600) as [SeasonSpan];
  const changing = [
    { ...given, seasonSteps: 10, weekSteps: 70 },
    { ...given, fromStep: 150 },
  ];
  t.deepEqual(last(changing), last([given]));
  t.notDeepEqual(last([{ ...given, seasonSteps: 10, weekSteps: 70 }]), last([given]));
});

test('every model the core has is played, and the ensemble is the headline', (t) => {
  const { evaluation, share } = played({ values: noisy(300), models: MODELS });
  t.deepEqual(evaluation.candidates.map(({ model }) => model).sort(), [...MODELS].sort());
  t.is(evaluation.headline, 'ensemble');
  t.is(share, 1);
  for (const { overall, leads, groups, bytesPerSeries, model } of evaluation.candidates) {
    t.true(Number.isFinite(overall.mae) && Number.isFinite(overall.wql), model);
    t.true(bytesPerSeries > 0);
    t.is(leads.length, LEADS);
    t.is(
      groups.reduce((sum, { metrics }) => sum + metrics.points, 0),
      overall.points,
    );
  }
});

test('the ensemble beats both baselines on a noisy season, and is said to win', (t) => {
  const { evaluation } = played({ values: noisy(600) });
  const verdict = verdictOf(evaluation);
  t.is(verdict.winner.model, 'ensemble');
  t.is(verdict.better.model, 'seasonal-naive');
  t.true(maeRatio(verdict.winner, verdict.better) < 0.9);
});

test('nothing beats the last value on a constant, and no ratio is infinite', (t) => {
  const { evaluation } = played({ values: new Float64Array(200).fill(7) });
  const verdict = verdictOf(evaluation);
  t.is(verdict.winner, verdict.better);
  t.is(verdict.naive.overall.mae, 0);
  t.is(maeRatio(verdict.headline, verdict.better), Number.NaN);
});

test('no point to judge is no error', (t) => {
  const values = noisy(100).fill(Number.NaN, 20);
  const { evaluation } = played({ values });
  t.is(evaluation.origins, 0);
  t.is(evaluation.candidates[0]?.overall.points, 0);
});

test('hostile values: every figure that is given is finite', (t) => {
  const hostile = fc.oneof(
    fc.constantFrom(0, Number.NaN, 1e-300, 1e9, 1e12),
    fc.double({ min: 0, max: 1e4, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 60, maxLength: 200 }), (given) => {
      const { evaluation } = played({
        values: Float64Array.from(given),
        watch: (_, figures, at) => {
          for (const figure of figures.subarray(at, at + LEADS * FIGURES)) t.true(Number.isFinite(figure));
        },
      });
      for (const { overall } of evaluation.candidates) {
        const figures = [overall, overall.pinball, overall.coverage].flatMap((group) => Object.values(group));
        t.false(figures.includes(Number.POSITIVE_INFINITY), JSON.stringify(overall));
      }
    }),
    { numRuns: 30 },
  );
});
