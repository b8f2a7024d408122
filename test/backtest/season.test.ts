import test from 'ava';
import { dayAsSeason, givenSeason, type Season, seasonSpans } from '../../controller/backtest/season.ts';

const HOUR = 60;
const season = (seasonSteps: number): Season => ({ seasonSteps, weekSteps: 0, how: 'found', found: [] });

test('the season is looked for in the past alone, ever more of it', (t) => {
  const values = Float64Array.from({ length: 4 * 24 * HOUR }, (_, step) => step);
  const seen: number[] = [];
  seasonSpans(values, 60, (history) => {
    t.is(history.length === 0 ? 0 : history[0], 0);
    t.is(history.at(-1) ?? -1, history.length - 1);
    seen.push(history.length / HOUR);
    return season(60);
  });
  t.deepEqual(seen, [0, 1, 2, 4, 8, 16, 24, 48, 72]);
});

test('after four weeks it is looked for once a week, in four weeks', (t) => {
  const hours = 8 * 7 * 24;
  const looks: number[] = [];
  seasonSpans(new Float64Array(hours), 3600, (history) => {
    looks.push(history.length);
    return season(24);
  });
  t.is(looks.length, 6 + 28 + 3);
  t.is(Math.max(...looks), 28 * 24);
});

test('a span begins where the answer changes', (t) => {
  const spans = seasonSpans(new Float64Array(3 * 24 * HOUR), 60, ({ length }) =>
    season(length < 24 * HOUR ? 60 : 1440),
  );
  t.deepEqual(
    spans.map(({ fromStep, seasonSteps }) => [fromStep, seasonSteps]),
    [
      [0, 60],
      [1440, 1440],
    ],
  );
});

test('a given season holds from the first step', (t) => {
  t.deepEqual(givenSeason(48), [{ fromStep: 0, seasonSteps: 48, weekSteps: 336, how: 'given', found: [] }]);
});

test('without a finder it is the day, where that is a number of steps', (t) => {
  t.is(dayAsSeason(60).seasonSteps, 1440);
  t.is(dayAsSeason(7).seasonSteps, 60);
  t.is(dayAsSeason(86_400).seasonSteps, 60);
});
