import test from 'ava';
import {
  dayAsSeason,
  givenSeason,
  type Season,
  seasonFinder,
  seasonSpans,
} from '../../controller/backtest/season.ts';
import { core, wave } from '../assembly/core.ts';

const HOUR = 60;
/** All spans; what is yielded goes up to 1 at most. */
function spansOf(...args: Parameters<typeof seasonSpans>) {
  const looking = seasonSpans(...args);
  let next = looking.next();
  while (!next.done) next = looking.next();
  return next.value;
}

const season = (seasonSteps: number): Season => ({ seasonSteps, weekSteps: 0, how: 'found', found: [] });

test('the season is looked for in the past alone, ever more of it', (t) => {
  const values = Float64Array.from({ length: 4 * 24 * HOUR }, (_, step) => step);
  const seen: number[] = [];
  spansOf(values, 60, (history) => {
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
  spansOf(new Float64Array(hours), 3600, (history) => {
    looks.push(history.length);
    return season(24);
  });
  t.is(looks.length, 6 + 28 + 3);
  t.is(Math.max(...looks), 28 * 24);
});

test('a span begins where two looks agree that the answer is another', (t) => {
  const spans = spansOf(new Float64Array(3 * 24 * HOUR), 60, ({ length }) =>
    season(length < 24 * HOUR ? 60 : 1440),
  );
  t.deepEqual(
    spans.map(({ fromStep, seasonSteps }) => [fromStep, seasonSteps]),
    [
      [0, 60],
      [2880, 1440],
    ],
  );
});

test('a given season holds from the first step', (t) => {
  const given = { fromStep: 0, seasonSteps: 48, weekSteps: 336, how: 'given', found: [] };
  t.deepEqual(givenSeason(48, 1800), [given]);
  t.deepEqual(givenSeason(48, 60), [{ ...given, weekSteps: 0 }], 'seven times 48 minutes is nothing');
});

test('the guess is a day of steps; a week where a step is a day; 60 steps where nothing is known', (t) => {
  t.deepEqual(
    [60, 7, 86_400, 0.5, 0].map((stepSeconds) => dayAsSeason(stepSeconds).seasonSteps),
    [1440, 12_343, 7, 60, 60],
  );
});

test('the core finds the season; before it does, the day is assumed', (t) => {
  const values = Float64Array.from(
    { length: 10 * 24 },
    (_, hour) => wave(hour, 24, 100) + ((hour * 7919) % 31),
  );
  const find = seasonFinder(core(), 3600);
  t.like(find(values.subarray(0, 3)), { seasonSteps: 24, weekSteps: 168, how: 'assumed', found: [] });
  t.like(find(values), { seasonSteps: 24, weekSteps: 168, how: 'found' });
  t.true(find(values).found.includes(24));
});

test('rows that are no time have no day: what is found in them, or a guess', (t) => {
  const find = seasonFinder(core(), undefined);
  t.like(find(new Float64Array(100)), { seasonSteps: 60, how: 'assumed' });
  const values = Float64Array.from({ length: 400 }, (_, row) => wave(row, 17, 100) + ((row * 7919) % 31));
  t.is(find(values).seasonSteps, 17);
});

test('the week of daily steps is found', (t) => {
  const values = Float64Array.from({ length: 200 }, (_, day) => wave(day, 7, 100));
  const { seasonSteps, how } = spansOf(values, 86_400, seasonFinder(core(), 86_400)).at(-1) ?? {};
  t.deepEqual([seasonSteps, how], [7, 'found']);
});
