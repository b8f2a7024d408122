import test from 'ava';
import fc from 'fast-check';
import { MODELS, type ModelName } from '../../../assembly/pkg/forecaster.js';
import { core, fault, wave } from '../core.ts';
import { noise } from './path.ts';

/** Outages, level jumps of decades, flash crowds, gaps, alternation and next to nothing, a thousand steps each. */
const shapes: readonly ((step: number) => number)[] = [
  (step) => wave(step, 24, 50) * (1.2 + noise(step)),
  () => 0,
  (step) => (step % 2) * 1e6,
  (step) => (step % 97 === 0 ? 1e9 : 1),
  (step) => 10 ** ((step >> 6) % 7),
  (step) => ((step >> 5) % 2 === 0 ? wave(step, 24, 1e-3) : Number.NaN),
  (step) => (step % 2 === 0 ? 1e-300 : 5e-324),
  (step) => (step === 500 ? 1e12 : 3.3),
  (step) => [-1, Number.POSITIVE_INFINITY, Number.NaN, 1e13, 7][step % 5] ?? 0,
];

function rough(step: number): number {
  return shapes[Math.floor(step / 1_000) % shapes.length]?.(step % 1_000) ?? Number.NaN;
}

/** The highest rate said must not pass twice the highest ever seen. */
const lasts = test.macro({
  exec(t, model: ModelName) {
    const forecaster = core();
    const handle = forecaster.open(24, 168, model);
    for (let step = 0; step < 2 * shapes.length * 1_000; step++) {
      forecaster.push(handle, rough(step));
      const found = step < 300 || step % 19 === 0 ? fault(forecaster, handle) : undefined;
      if (found) {
        t.fail(`step ${step}: ${found}`);
        return;
      }
    }
    t.true((forecaster.forecast(handle)[29 * 5] ?? Number.NaN) <= 2e12);
  },
  title: (_, model) => `${model}: finite, >= 0 and ordered through a rough life`,
});

/** A load below 80 with a flash crowd of a hundred times that, an outage of zeros and a gap. */
function troubled(step: number): number {
  if (step >= 1_000 && step < 1_030) return 100 * wave(step, 24, 50);
  if (step >= 1_500 && step < 1_700) return 0;
  return step >= 2_000 && step < 2_100 ? Number.NaN : wave(step, 24, 50);
}

const recovers = test.macro({
  exec(t, model: ModelName) {
    const forecaster = core();
    const handle = forecaster.open(24, 0, model);
    for (let step = 0; step < 2_100 + 24 * 20; step++) forecaster.push(handle, troubled(step));
    const figures = forecaster.forecast(handle);
    for (let lead = 0; lead < 30; lead++) {
      const said = figures[lead * 5 + 1] ?? Number.NaN;
      t.true(said < 100, `lead ${lead + 1}: ${said}, of load that was below 80 for twenty days`);
    }
  },
  title: (_, model) => `${model}: a flash crowd, an outage and a gap are over one day`,
});

const restores = test.macro({
  exec(t, model: ModelName) {
    const source = core();
    const original = source.open(24, 168, model);
    for (let step = 0; step < 1_700; step++) source.push(original, rough(step));
    const other = core();
    const copy = other.open(24, 168, model);
    t.true(other.restore(copy, source.snapshot(original)));
    for (let step = 1_700; step < 3_000; step++) {
      source.push(original, rough(step));
      other.push(copy, rough(step));
    }
    t.deepEqual(other.snapshot(copy), source.snapshot(original));
  },
  title: (_, model) => `${model}: a restored series goes on bit for bit`,
});

const survives = test.macro({
  exec(t, model: ModelName) {
    const extreme = fc.constantFrom(0, 1e-300, 1, 1e9, 1e12, -5, Number.NaN, Number.POSITIVE_INFINITY);
    const value = fc.oneof(extreme, fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double());
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.array(value, { maxLength: 200 }), (season, values) => {
        const forecaster = core();
        const handle = forecaster.open(season, season * 2, model);
        for (const one of values) {
          forecaster.push(handle, one);
          const found = fault(forecaster, handle);
          if (found) throw new Error(found);
        }
      }),
      { numRuns: 25 },
    );
    t.pass();
  },
  title: (_, model) => `${model}: any values, any season: finite, >= 0, ordered`,
});

for (const model of MODELS) {
  test(lasts, model);
  test(recovers, model);
  test(restores, model);
  test(survives, model);
}
