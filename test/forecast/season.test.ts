import test from 'ava';
import fc from 'fast-check';
import {
  assumedSeason,
  describeSeason,
  givenSeason,
  nextLookSeconds,
  type Season,
  type Settled,
  seasonOf,
  settle,
} from '../../controller/forecast/season.ts';

function found(seasonSteps: number, weekSteps = 0): Season {
  return {
    seasonSteps,
    weekSteps,
    how: 'found',
    periods: [{ steps: seasonSteps, strength: 0.8, kind: 'other' }],
  };
}

const day = assumedSeason(300);

function after(...looks: readonly Season[]): Season {
  return looks.reduce<Settled>(settle, { season: day }).season;
}

test('the season is assumed to be the day and its week', (t) => {
  t.like(day, { seasonSteps: 288, weekSteps: 2016, how: 'assumed' });
  t.like(
    assumedSeason(0.5),
    { seasonSteps: 120, weekSteps: 0 },
    'a day of half seconds is more than a series holds',
  );
  t.like(assumedSeason(86_400), { seasonSteps: 120, weekSteps: 0 }, 'a day of one step is no season');
});

test('a day that is given brings its week along, any other season has none', (t) => {
  t.like(givenSeason(288, 300), { seasonSteps: 288, weekSteps: 2016, how: 'given' });
  t.like(givenSeason(96, 300), { seasonSteps: 96, weekSteps: 0 });
  t.like(givenSeason(1, 300), { seasonSteps: 2 });
});

test('what the core found is a season that models can be opened with', (t) => {
  const periods = [{ steps: 169, strength: 0.97, kind: 'other' }] as const;
  t.deepEqual(seasonOf({ seasonSteps: 169, longerSteps: 845, periods }, 300), {
    seasonSteps: 169,
    weekSteps: 845,
    how: 'found',
    periods,
  });
  t.like(seasonOf({ seasonSteps: 288, longerSteps: 2016, periods }, 300), { how: 'assumed' });
  const week = [{ steps: 7, strength: 0.9, kind: 'week' as const }];
  t.like(
    seasonOf({ seasonSteps: 1, longerSteps: 7, periods: week }, 86_400),
    { seasonSteps: 7, weekSteps: 0, how: 'found' },
    'where a step is a day, the week is the season',
  );
  t.like(
    seasonOf({ seasonSteps: 1, longerSteps: 7, periods: [] }, 86_400),
    { seasonSteps: 120, how: 'assumed' },
    'but not one that nobody saw',
  );
  t.like(seasonOf({ seasonSteps: 0, longerSteps: 0, periods: [] }, 300), {
    seasonSteps: 288,
    how: 'assumed',
  });
  t.like(seasonOf({ seasonSteps: 200_000, longerSteps: 1_400_000, periods: [] }, 0.432), {
    seasonSteps: 120,
  });
});

test('a season that was found takes over at once from one that was assumed', (t) => {
  t.is(after(found(169)).seasonSteps, 169);
});

test('a season that was found yields only to another that two looks in a row agree on', (t) => {
  t.is(after(found(169), found(170)).seasonSteps, 169);
  t.is(after(found(169), found(170), found(169), found(170)).seasonSteps, 169);
  t.is(after(found(169), found(170), found(170)).seasonSteps, 170);
});

test('a look that finds nothing changes nothing', (t) => {
  t.is(after(found(169), day, day, day).seasonSteps, 169);
  t.is(after(found(169), found(170), day, found(170)).seasonSteps, 169, 'and the doubt begins anew');
});

test('a week joins the season it belongs to at once, and stays', (t) => {
  t.is(after(found(169), found(169, 845)).weekSteps, 845);
  t.is(after(found(169, 845), found(169), found(169)).weekSteps, 845);
});

test('finding the day that was assumed opens nothing anew, and says that it was found', (t) => {
  t.like(after(found(288, 2016)), { seasonSteps: 288, weekSteps: 2016, how: 'found' });
});

test('a season changes at most at every second look, however the looks flap', (t) => {
  const looks = fc.array(fc.constantFrom(day, found(169), found(170), found(96, 672), found(288, 2016)), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(looks, (seen) => {
      let settled: Settled = { season: found(169) };
      let changes = 0;
      for (const season of seen) {
        const next = settle(settled, season);
        if (next.season.seasonSteps !== settled.season.seasonSteps) changes++;
        settled = next;
      }
      t.true(changes <= seen.length / 2);
    }),
  );
});

test('looks are due at 1, 2, 4, 8, 16 and 24 hours of history, then every day', (t) => {
  const hours: number[] = [];
  let seconds = 3600;
  while (seconds <= 3 * 86_400) {
    hours.push(seconds / 3600);
    seconds += nextLookSeconds(seconds);
  }
  t.deepEqual(hours, [1, 2, 4, 8, 16, 24, 48, 72]);
  t.is(nextLookSeconds(3599), 0, 'what was kept before a restart may come any moment');
  t.is(nextLookSeconds(5 * 3600), 3 * 3600);
});

test('a season is described in words', (t) => {
  t.is(describeSeason(day, 300), 'a day and a week, assumed');
  t.is(describeSeason(found(169, 845), 300), '14 h 5 min and 2 d 22 h 25 min, found');
  t.is(describeSeason(givenSeason(120, 15), 15), '30 min, given');
});
