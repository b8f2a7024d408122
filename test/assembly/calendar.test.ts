import test from 'ava';
import fc from 'fast-check';
import {
  type CalendarTold,
  FIGURES,
  type Forecaster,
  MODELS,
  type ModelName,
} from '../../assembly/pkg/forecaster.js';
import { core, fault } from './core.ts';
import { load } from './stream.js';

const SEASON = 96;
const PER_HOUR = SEASON / 24;
const P95 = 3;

/** The same numbers for the same step. */
function noise(step: number): number {
  const x = Math.sin(step * 12.9898) * 43_758.5453;
  return x - Math.floor(x) - 0.5;
}

/** A day by local clocks: quiet until 8, busy until 20. */
function day(localStep: number): number {
  const hour = (((localStep % SEASON) + SEASON) % SEASON) / PER_HOUR;
  return hour < 8 ? 30 : hour < 20 ? 200 : 80;
}

interface Played {
  readonly errors: readonly number[];
}

/** Mean absolute errors of lead 4 by day. */
function play(
  model: ModelName,
  days: number,
  rateOf: (step: number) => number,
  told: (step: number) => CalendarTold | undefined,
): Played {
  const forecaster = core();
  const handle = forecaster.open(SEASON, 7 * SEASON, model);
  const errors = new Array<number>(days).fill(0);
  const said: number[] = [];
  for (let step = 0; step < days * SEASON; step++) {
    const value = rateOf(step) * (1 + 0.1 * noise(step));
    const before = said[step];
    const today = Math.floor(step / SEASON);
    if (before !== undefined) errors[today] = (errors[today] ?? 0) + Math.abs(before - value) / SEASON;
    const calendar = told(step);
    if (calendar) forecaster.calendar(handle, calendar);
    forecaster.push(handle, value);
    said[step + 4] = forecaster.forecast(handle)[3 * FIGURES] ?? Number.NaN;
  }
  return { errors };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

for (const model of ['seasonal-naive', 'ensemble-small', 'ensemble', 'ets'] as const) {
  for (const hours of [1, -1]) {
    test(`clocks that go ${hours > 0 ? 'forward' : 'back'} change nothing for ${model} when it is told, and cost a day when not`, (t) => {
      const jump = 20 * SEASON + 3 * PER_HOUR;
      const local = (step: number): number => step + (step >= jump ? hours * PER_HOUR : 0);
      const rate = (step: number): number => day(local(step));
      const told = play(model, 24, rate, (step) => ({ localStep: local(step) })).errors;
      const untold = play(model, 24, rate, () => undefined).errors;
      const usual = mean(told.slice(13, 20));
      t.true((told[20] ?? Infinity) < 1.35 * usual, `told ${told[20]}, usually ${usual}`);
      t.true((untold[20] ?? 0) > 1.2 * (told[20] ?? Infinity), `untold ${untold[20]}, told ${told[20]}`);
    });
  }
}

test('a history that starts in the afternoon has its days from midnight on, as soon as it is told', (t) => {
  const from = 62;
  const weekly = (local: number): number => (Math.floor(local / SEASON) % 7 < 5 ? day(local) : 60);
  const rate = (step: number): number => weekly(step + from);
  const told = play('ensemble', 63, rate, (step) => ({ localStep: step + from })).errors.slice(35);
  const untold = play('ensemble', 63, rate, () => undefined).errors.slice(35);
  t.true(mean(told) < mean(untold), `told ${mean(told)}, untold ${mean(untold)}`);
});

/** Workdays, two days off, and each of `off` is like one of these. */
function holidayLoad(off: ReadonlySet<number>): (step: number) => number {
  return (step) => {
    const number = Math.floor(step / SEASON);
    return number % 7 > 4 || off.has(number) ? 40 + day(step) / 10 : day(step);
  };
}

for (const model of ['ensemble-small', 'ensemble'] as const) {
  test(`holidays that are like weekends are foreseen when they are told: ${model}`, (t) => {
    const off = new Set([30, 45, 59, 72, 87]);
    const typeOf = (number: number): number => (off.has(number) ? 3 : number % 7 > 4 ? 2 : 1);
    const told = play(model, 91, holidayLoad(off), (step) => {
      const number = Math.floor(step / SEASON);
      return { localStep: step, today: typeOf(number), tomorrow: typeOf(number + 1) };
    }).errors;
    const untold = play(model, 91, holidayLoad(off), () => undefined).errors;
    const on = (errors: readonly number[]): number => mean([...off].map((number) => errors[number] ?? 0));
    t.true(on(told) < 0.8 * on(untold), `told ${on(told)}, untold ${on(untold)}`);
    t.true(mean(told.slice(14)) < mean(untold.slice(14)));
  });
}

const SALES = [20, 31, 40].map((number) => number * SEASON + 60);
const SALE_STEPS = 40;

/** What is said of the sale's 20th lead from just before it, in turn, and what came. */
function sales(
  model: ModelName,
  sign: number,
  told = true,
): { readonly mean: number; readonly width: number; readonly came: number }[] {
  const inSale = (step: number): boolean => SALES.some((from) => step >= from && step < from + SALE_STEPS);
  const rate = (step: number): number =>
    (100 + 0.3 * day(step)) * (inSale(step) ? 2 : 1) * (1 + 0.1 * noise(step));
  const forecaster = core();
  const handle = forecaster.open(SEASON, 7 * SEASON, model);
  const seen: { mean: number; width: number; came: number }[] = [];
  for (let step = 0; step < 42 * SEASON; step++) {
    const events = Float64Array.from({ length: 31 }, (_, lead) => (inSale(step + lead) ? sign : 0));
    if (told) forecaster.calendar(handle, { events });
    forecaster.push(handle, rate(step));
    if (!SALES.includes(step + 5)) continue;
    const at = 19 * FIGURES;
    const figures = forecaster.forecast(handle);
    const average = figures[at] ?? Number.NaN;
    seen.push({ mean: average, width: (figures[at + P95] ?? Number.NaN) - average, came: rate(step + 20) });
  }
  return seen;
}

for (const model of MODELS) {
  test(`a sale is foreseen once its effect was seen, and its band is wide before that: ${model}`, (t) => {
    const [first, second, third] = sales(model, 1);
    const [plain, , last] = sales(model, 1, false);
    if (!first || !second || !third || !plain || !last) return t.fail();
    const raised = (first.mean - plain.mean) / (plain.came - plain.mean);
    t.true(Math.abs(raised) < 0.1, `raised by ${raised} of the effect before it was seen`);
    t.true(first.width > 2 * plain.width, `${first.width} wide, ${plain.width} without`);
    const missed = (one: typeof first): number => Math.abs(one.came - one.mean);
    t.true(missed(second) < 0.7 * missed(first));
    t.true(missed(third) < 0.4 * missed(first) && missed(third) < 0.5 * missed(last));
    t.true(third.width / third.mean < first.width / first.mean);
  });

  test(`a release widens the band and moves nothing: ${model}`, (t) => {
    const [first, second, third] = sales(model, -1);
    const [plain, without, last] = sales(model, 1, false);
    if (!first || !second || !third || !plain || !without || !last) return t.fail();
    t.true(Math.abs(first.mean - plain.mean) < 0.1 * (plain.came - plain.mean));
    t.true(Math.abs(third.mean - last.mean) < 0.1 * (last.came - last.mean));
    t.true(first.width > 1.8 * plain.width, `${first.width} wide, ${plain.width} without`);
  });
}

/** Answers at the end of a stream, under whatever the calendar tells of each step. */
function answers(
  model: ModelName,
  steps: number,
  told: (step: number) => CalendarTold | undefined,
): Float64Array {
  const forecaster = core();
  const handle = forecaster.open(SEASON, 7 * SEASON, model);
  for (let step = 0; step < steps; step++) {
    const calendar = told(step);
    if (calendar) forecaster.calendar(handle, calendar);
    forecaster.push(handle, load(step));
  }
  return Float64Array.of(...forecaster.forecast(handle), ...forecaster.peaks(handle));
}

for (const model of MODELS) {
  test(`numbers that are missing, or say what goes without saying, change no bit: ${model}`, (t) => {
    const plain = answers(model, 2_000, () => undefined);
    const missing = (): CalendarTold => ({
      localStep: Number.NaN,
      today: 0,
      tomorrow: 9,
      events: new Float64Array(31).fill(Number.NaN),
    });
    t.deepEqual(answers(model, 2_000, missing), plain);
    t.deepEqual(
      answers(model, 2_000, (step) => ({ localStep: step + 700 * SEASON, events: new Float64Array(31) })),
      plain,
    );
    t.deepEqual(
      answers(model, 2_000, () => ({ localStep: Number.POSITIVE_INFINITY })),
      plain,
    );
    t.deepEqual(
      answers(model, 2_000, () => ({ today: 1, tomorrow: 2 })),
      plain,
      'no holiday',
    );
  });
}

const wild = fc.record({
  localStep: fc.oneof(fc.double(), fc.integer({ min: -100_000, max: 100_000 })),
  today: fc.integer(),
  tomorrow: fc.integer({ min: 0, max: 3 }),
  events: fc
    .array(fc.oneof(fc.double(), fc.double({ min: -20, max: 20 })), { minLength: 31, maxLength: 31 })
    .map((list) => Float64Array.from(list)),
});
const rate = fc.oneof(
  fc.double({ min: 0, max: 1e4, noNaN: true }),
  fc.constantFrom(0, Number.NaN, 1e9, 1e12, 1e-300),
);

/** Feeds what comes, a few steps under each telling. */
function feed(
  forecaster: Forecaster,
  handle: number,
  script: readonly (readonly [CalendarTold, readonly number[]])[],
): void {
  for (const [told, rates] of script) {
    forecaster.calendar(handle, told);
    forecaster.pushMany(handle, Float64Array.from(rates));
  }
}

for (const model of MODELS) {
  test(`whatever the calendar says, figures stay finite and in order, and a snapshot keeps it: ${model}`, (t) => {
    const script = fc.array(fc.tuple(wild, fc.array(rate, { maxLength: 12 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 80 }), script, script, (season, before, after) => {
        const forecaster = core();
        const handle = forecaster.open(season, 7 * season, model);
        feed(forecaster, handle, before);
        const wrong = fault(forecaster, handle);
        if (wrong) throw new Error(wrong);
        const other = core();
        const copy = other.open(season, 7 * season, model);
        if (!other.restore(copy, forecaster.snapshot(handle))) return false;
        feed(forecaster, handle, after);
        feed(other, copy, after);
        return (
          Buffer.compare(forecaster.snapshot(handle), other.snapshot(copy)) === 0 &&
          fault(other, copy) === undefined
        );
      }),
      { numRuns: 40 },
    );
    t.pass();
  });
}

test('events of another number are refused, and a handle that is not open takes nothing', (t) => {
  const forecaster = core();
  t.throws(() => forecaster.calendar(1, { events: new Float64Array(30) }), { message: /31 intensities/ });
  t.is(forecaster.calendar(12345, { localStep: 3 }), -1);
});

test('worked example: a sale that made 200 rps of 100 is foreseen at 169 the next time', (t) => {
  const forecaster = core();
  const handle = forecaster.open(SEASON, 0, 'naive');
  const inSale = (step: number): boolean => step >= 2_000 && step % 1_000 < 50;
  for (let step = 0; step < 2_990; step++) {
    const events = Float64Array.from({ length: 31 }, (_, lead) => (inSale(step + lead) ? 1 : 0));
    forecaster.calendar(handle, { events });
    forecaster.push(handle, inSale(step) ? 200 : 100);
  }
  const medians = Array.from(
    { length: 30 },
    (_, lead) => forecaster.forecast(handle)[lead * FIGURES + 1] ?? 0,
  );
  t.true(Math.abs((medians[7] ?? 0) - 100) < 1, `${medians[7]} before it`);
  t.true(Math.abs((medians[29] ?? 0) - 169) < 3, `${medians[29]} in it`);
});

test('worked example: the clocks go an hour ahead, and the slot that is skipped keeps what it held', (t) => {
  const forecaster = core();
  const season = 96;
  const handle = forecaster.open(season, 0, 'seasonal-naive');
  const local = (step: number): number => step + (step >= 5 * season + 3 ? 1 : 0);
  for (let step = 0; step < 6 * season; step++) {
    forecaster.calendar(handle, { localStep: local(step) + 1_000 * season });
    forecaster.push(handle, 100 + (local(step) % season));
  }
  const said = Array.from({ length: 5 }, (_, lead) => forecaster.forecast(handle)[lead * FIGURES + 1] ?? 0);
  t.deepEqual(
    said.map((median) => Math.round(median)),
    [101, 102, 103, 104, 105],
  );
});
