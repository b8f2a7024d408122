import test from 'ava';
import fc from 'fast-check';
import type { Detection } from '../../assembly/pkg/forecaster.js';
import { seededRandom } from '../../controller/clock.ts';
import { core } from './core.ts';

const forecaster = core();
const random = seededRandom(7);

/** Sum of twelve uniform numbers less six: a normal one, near enough. */
function normal(draw = random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += draw();
  return sum;
}

function history(length: number, rateAt: (step: number) => number): Float64Array {
  return Float64Array.from({ length }, (_, step) => Math.max(0, rateAt(step)));
}

function day(step: number, steps: number): number {
  const phase = (2 * Math.PI * step) / steps;
  return 100 * (1 + 0.5 * Math.sin(phase) + 0.2 * Math.cos(2 * phase));
}

function stepsOf({ periods }: Detection, kind: string): number[] {
  return periods.filter((period) => period.kind === kind).map(({ steps }) => steps);
}

test('a day is claimed after two days, and is the season', (t) => {
  const found = forecaster.detect(
    history(2880, (step) => day(step, 1440) * (1 + 0.1 * normal())),
    60,
  );
  t.deepEqual(stepsOf(found, 'day'), [1440]);
  t.is(found.seasonSteps, 1440);
  t.is(found.longerSteps, 10_080, 'the week of a day is expected before it can be seen');
});

test('before anything can be told the day is the season, and nothing is claimed', (t) => {
  for (const length of [0, 1, 40, 1000]) {
    t.deepEqual(
      forecaster.detect(
        history(length, () => 100 + 10 * normal()),
        60,
      ),
      { seasonSteps: 1440, longerSteps: 10_080, periods: [] },
      `${length} steps`,
    );
  }
  t.deepEqual(forecaster.detect(new Float64Array(50).fill(3)), {
    seasonSteps: 0,
    longerSteps: 0,
    periods: [],
  });
});

test('weekdays that differ from weekends make a week, which is second to the day', (t) => {
  const found = forecaster.detect(
    history(288 * 21, (step) => day(step, 288) * (Math.floor(step / 288) % 7 < 5 ? 1 : 0.5) + 5 * normal()),
    300,
  );
  t.deepEqual([stepsOf(found, 'day'), stepsOf(found, 'week')], [[288], [2016]]);
  t.deepEqual([found.seasonSteps, found.longerSteps], [288, 2016]);
});

test('days that are all alike make no week', (t) => {
  const found = forecaster.detect(
    history(288 * 21, (step) => day(step, 288) + 5 * normal()),
    300,
  );
  t.deepEqual([stepsOf(found, 'day'), stepsOf(found, 'week')], [[288], []]);
});

for (const [seconds, name] of [
  [1800, 'half an hour'],
  [3600, 'an hour'],
] as const) {
  test(`jobs every ${name} are found beside the day`, (t) => {
    const steps = seconds / 60;
    const found = forecaster.detect(
      history(1440 * 4, (step) => day(step, 1440) + (step % steps < 4 ? 150 : 0) + 5 * normal()),
      60,
    );
    t.deepEqual([stepsOf(found, 'clock'), stepsOf(found, 'day')], [[steps], [1440]]);
    t.is(found.seasonSteps, 1440, 'a day holds whole hours, so it is the season for both');
  });
}

test('shifts of eight hours are the season where the days themselves do not repeat', (t) => {
  const found = forecaster.detect(
    history(288 * 6, (step) => day(step, 96) + 5 * normal()),
    300,
  );
  t.is(found.seasonSteps, 96);
  t.deepEqual(stepsOf(found, 'clock'), [96]);
});

test('periods of any length are found to the step, the length of a step not being known', (t) => {
  for (const steps of [48, 75, 144, 169, 500]) {
    const found = forecaster.detect(history(steps * 12, (step) => day(step, steps) + 10 * normal()));
    t.is(found.seasonSteps, steps);
    t.is(found.periods[0]?.kind, 'other');
  }
});

test('opening hours of fourteen hours are no day, and are the season', (t) => {
  const found = forecaster.detect(
    history(169 * 12, (step) => day(step, 169) + 10 * normal()),
    300,
  );
  t.is(found.seasonSteps, 169);
  t.deepEqual(stepsOf(found, 'day'), []);
});

test('trends, shifts of level, spikes and gaps hide no day', (t) => {
  const spoilt: Record<string, (rate: number, step: number) => number> = {
    trend: (rate, step) => rate * (1 + step / 2000),
    shift: (rate, step) => (step > 1000 ? rate * 3 : rate),
    spikes: (rate) => (random() < 0.01 ? 1e9 : rate),
    gaps: (rate, step) => (step % 288 < 60 || random() < 0.3 ? Number.NaN : rate),
    outage: (rate, step) => (step > 900 && step < 1300 ? Number.NaN : rate),
    idle: (rate, step) => (step > 900 && step < 1300 ? 0 : rate),
  };
  for (const [name, spoil] of Object.entries(spoilt)) {
    const values = Float64Array.from({ length: 288 * 7 }, (_, step) =>
      spoil(Math.max(0, day(step, 288) + 10 * normal()), step),
    );
    t.deepEqual(stepsOf(forecaster.detect(values, 300), 'day'), [288], name);
  }
});

test('the time of day that nothing is known of is missing, not idle', (t) => {
  const values = Float64Array.from({ length: 288 * 7 }, (_, step) =>
    step % 288 < 96 ? Number.NaN : 100 + 10 * normal(),
  );
  t.deepEqual(forecaster.detect(values, 300).periods, []);
});

test('a constant repeats after nothing', (t) => {
  for (const value of [0, 0.1, 1e-300, 1e12]) {
    t.deepEqual(forecaster.detect(new Float64Array(3000).fill(value), 60).periods, [], `${value}`);
  }
});

/** Noise without a period: white, heavy-tailed, with a memory, walking, jumping, with gaps. */
const noises: Record<string, () => () => number> = {
  white: () => () => 100 + 20 * normal(),
  uniform: () => () => 1000 * random(),
  exponential: () => () => -10 * Math.log(1 - random()),
  remembering: () => {
    let state = 0;
    return () => {
      state = 0.5 * state + normal();
      return Math.max(0, 100 + 15 * state);
    };
  },
  sluggish: () => {
    let state = 0;
    return () => {
      state = 0.99 * state + normal();
      return Math.max(0, 100 + 3 * state);
    };
  },
  walking: () => {
    let state = 0;
    return () => {
      state += 0.02 * normal();
      return 100 * Math.exp(state);
    };
  },
  jumping: () => {
    let level = 100;
    return () => {
      if (random() < 0.003) level = 50 + 200 * random();
      return level + 5 * normal();
    };
  },
  gappy: () => () => (random() < 0.4 ? Number.NaN : 100 + 20 * normal()),
};

for (const [name, start] of Object.entries(noises)) {
  test(`${name} noise has no period`, (t) => {
    let claims = 0;
    const tries = 100;
    for (let round = 0; round < tries; round++) {
      const rate = start();
      const values = Float64Array.from({ length: 864 }, rate);
      if (forecaster.detect(values, 300).periods.length > 0) claims++;
    }
    t.log(`${claims} claims in ${tries} histories of three days`);
    t.true(claims <= 4, `${claims} claims in ${tries} histories`);
  });
}

test('whatever is thrown at it, steps and strengths make sense and equal bytes give equal answers', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.double(), { maxLength: 400 }),
      fc.double({ noNaN: false }),
      fc.integer({ min: 1, max: 40 }),
      (values, stepSeconds, repeats) => {
        const all = Float64Array.from(
          { length: values.length * repeats },
          (_, i) => values[i % values.length] ?? 0,
        );
        const found = forecaster.detect(all, stepSeconds);
        for (const { steps, strength } of found.periods) {
          t.true(Number.isInteger(steps) && steps >= 4 && 2 * steps <= all.length);
          t.true(strength >= 0 && strength <= 1);
        }
        t.true(found.longerSteps === 0 || found.longerSteps > found.seasonSteps);
        t.deepEqual(forecaster.detect(all, stepSeconds), found);
      },
    ),
    { numRuns: 200, seed: 11 },
  );
});

test('the values are left as they are, and only the newest 2^18 are searched', (t) => {
  const values = history(300_000, (step) => (step < 30_000 ? 100 * random() : day(step, 1440)));
  const before = values.slice();
  const found = forecaster.detect(values, 60);
  t.deepEqual(values, before);
  t.is(found.periods[0]?.steps, 1440);
  t.true((found.periods[0]?.strength ?? 0) > 0.99);
});
