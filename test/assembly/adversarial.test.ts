import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { FIGURES, MODELS, type ModelName } from '../../assembly/pkg/forecaster.js';
import { core, fault, wave } from './core.ts';

/** What is first wrong with the answers of a candidate. */
function firstFault(
  model: ModelName,
  season: number,
  length: number,
  shape: (step: number) => number,
  ceiling: number,
): string | undefined {
  const forecaster = core();
  const handle = forecaster.open(season, season * 7, model);
  for (let step = 0; step < length; step++) {
    forecaster.push(handle, shape(step));
    const found = step < 300 || step % 23 === 0 ? fault(forecaster, handle) : undefined;
    if (found) return `step ${step}: ${found}`;
  }
  const highest = Math.max(...forecaster.forecast(handle), ...forecaster.peaks(handle));
  return highest <= ceiling ? undefined : `${highest} at the end, ${ceiling} at most`;
}

/** Every step's answers must be finite, >= 0 and in order, and no figure beyond `ceiling`. */
const holds = test.macro({
  exec(
    t: ExecutionContext,
    season: number,
    length: number,
    shape: (step: number) => number,
    ceiling: number = 1e13,
  ) {
    for (const model of MODELS) t.is(firstFault(model, season, length, shape, ceiling), undefined, model);
  },
  title: (name = '') => `answers stay finite, >= 0 and ordered: ${name}`,
});

test.serial('all zero', holds, 48, 3_000, () => 0, 0);
test.serial('constant', holds, 48, 3_000, () => 3.3, 3.31);
test.serial('smallest numbers', holds, 48, 3_000, (step) => (step % 2 === 0 ? 1e-300 : 5e-324), 1e-6);
test.serial('spikes of 1e9 on 1', holds, 48, 6_000, (step) => (step % 501 === 500 ? 1e9 : 1));
test.serial('one spike of 1e12 on nothing', holds, 48, 6_000, (step) => (step === 2_000 ? 1e12 : 0));
test.serial('alternating 0 and 1e6', holds, 48, 4_000, (step) => (step % 2) * 1e6);
test.serial('level steps of six decades', holds, 48, 8_000, (step) => 10 ** ((step >> 9) % 7));
test.serial('days of silence between days of load', holds, 48, 8_000, (step) =>
  (step >> 8) % 2 === 0 ? wave(step, 48, 100) : Number.NaN,
);
test.serial('outages of zeros with level jumps', holds, 96, 20_000, (step) =>
  (step >> 10) % 3 === 1 ? 0 : wave(step, 96, 50) * (1 + ((step >> 11) % 5)),
);
test.serial('season of 2', holds, 2, 2_000, (step) => step % 5);
test.serial('season of 4', holds, 4, 2_000, (step) => wave(step, 4, 10));
test.serial('season of 31, just above the leads', holds, 31, 2_000, (step) => wave(step, 31, 10));
test.serial('season longer than the history', holds, 5_760, 3_000, (step) => 20 + (step % 40));

test.serial(
  'a long, rough life: a million steps with outages and flash crowds leave the regression sane',
  (t) => {
    const forecaster = core();
    const handle = forecaster.open(60);
    const chunk = new Float64Array(4096);
    let seed = 1;
    for (let start = 0; start < 1_000_000; start += chunk.length) {
      for (let i = 0; i < chunk.length; i++) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
        const noise = seed / 4_294_967_296;
        const step = start + i;
        const flash = step % 7_001 < 30 ? 200 : 1;
        chunk[i] = step % 50_021 < 400 ? 0 : flash * wave(step, 60, 20) * (0.5 + noise);
      }
      forecaster.pushMany(handle, chunk);
    }
    t.is(fault(forecaster, handle), undefined);
    const regression = forecaster.score(handle).find(({ expert }) => expert === 'ridge');
    const naive = forecaster.score(handle).find(({ expert }) => expert === 'naive');
    for (const [column, { lead, meanAbsoluteError }] of (regression?.leads ?? []).entries()) {
      const reference = naive?.leads[column]?.meanAbsoluteError ?? 0;
      t.true(meanAbsoluteError < reference, `lead ${lead}: ${meanAbsoluteError} against naive ${reference}`);
    }
  },
);

test('any series of any values: finite, >= 0, ordered', (t) => {
  const extreme = fc.constantFrom(0, 1e-300, 1, 1e9, 1e12, -5, Number.NaN, Number.POSITIVE_INFINITY);
  const value = fc.oneof(extreme, fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double());
  fc.assert(
    fc.property(
      fc.constantFrom(...MODELS),
      fc.integer({ min: 2, max: 70 }),
      fc.array(value, { maxLength: 400 }),
      (model, season, values) => {
        const forecaster = core();
        const handle = forecaster.open(season, 0, model);
        for (const one of values) {
          forecaster.push(handle, one);
          const found = fault(forecaster, handle);
          if (found) throw new Error(found);
        }
      },
    ),
    { numRuns: 50 * MODELS.length },
  );
  t.pass();
});

/** Features that are zero but for rounding fall on either side of a bin's edge, and another tree may follow. */
const UNSCALED: Partial<Record<ModelName, number>> = { trees: 0.03 };

for (const model of MODELS) {
  test(`scaling a series scales its forecast: ${model}`, (t) => {
    const forecaster = core();
    const small = forecaster.open(48, 0, model);
    const large = forecaster.open(48, 0, model);
    for (let step = 0; step < 480; step++) {
      const value = wave(step, 48, 10) + (step % 7);
      forecaster.push(small, value);
      forecaster.push(large, value * 1024);
    }
    const [a, b] = [forecaster.forecast(small), forecaster.forecast(large)];
    for (let at = 0; at < 30 * FIGURES; at++) {
      const ratio = (b[at] ?? 0) / (a[at] ?? 1);
      t.true(Math.abs(ratio / 1024 - 1) < (UNSCALED[model] ?? 1e-3), `figure ${at}: ${ratio}`);
    }
  });
}
