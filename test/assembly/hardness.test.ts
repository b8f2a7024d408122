import test, { type ExecutionContext } from 'ava';
import { MODELS, type ModelName } from '../../assembly/pkg/forecaster.js';
import { total } from '../../bench/forecast/outcome.ts';
import { addLeads, emptySums, type Sums } from '../../bench/forecast/sums.ts';
import { core, fault, wave } from './core.ts';

/*
 * Five million updates of data that no model likes, over every candidate. What can only be seen in a long life is
 * worst for the ensemble, as it is what controllers run: it gets most of them.
 */
const UPDATES = 5_000_000;
const SEASON = 60;
/** An odd number, so that origins come at every place of the season. */
const ORIGIN_EVERY = 41;

type Shape = (step: number) => number;

/** 0 <= noise < 1, the same on every machine. */
function noise(step: number): number {
  return (Math.imul(Math.imul(step + 1, 2_654_435_761) ^ 0x5bd1e995, 0x27d4eb2f) >>> 0) / 2 ** 32;
}

const shapes: readonly (readonly [string, Shape])[] = [
  ['constant', () => 3.3],
  ['zeros', () => 0],
  ['spikes of 1e9', (step) => (noise(step) < 0.002 ? 1e9 : 1 + noise(step))],
  [
    'gaps of up to many seasons',
    (step) => (noise(step >> 6) < 0.3 ? Number.NaN : wave(step, SEASON, 50) * (0.8 + 0.4 * noise(step))),
  ],
  ['alternating', (step) => (step % 2) * 1e6],
  ['1e-300', (step) => 1e-300 * (1 + noise(step))],
  [
    'step changes of six decades',
    (step) => 10 ** Math.floor(7 * noise(step >> 9)) * (0.9 + 0.2 * noise(step)),
  ],
];
const oneAfterAnother: Shape = (step) => shapes[(step >> 12) % shapes.length]?.[1](step) ?? Number.NaN;
const all = [...shapes, ['one after another', oneAfterAnother] as const];

function updatesOf(model: ModelName): number {
  const perShape = UPDATES / all.length;
  const ensembles = MODELS.filter((name) => name.startsWith('ensemble')).length;
  return Math.ceil(
    model.startsWith('ensemble')
      ? (0.6 * perShape) / ensembles
      : (0.4 * perShape) / (MODELS.length - ensembles),
  );
}

/** Plays a shape, looking at every answer of every origin; returns the scores, or what was wrong. */
function play(model: ModelName, values: Float64Array): Sums | string {
  const forecaster = core();
  const handle = forecaster.open(SEASON, 7 * SEASON, model);
  const sums = emptySums();
  for (let origin = 0; origin < values.length; origin += ORIGIN_EVERY) {
    forecaster.pushMany(handle, values.subarray(Math.max(0, origin + 1 - ORIGIN_EVERY), origin + 1));
    const found = fault(forecaster, handle);
    if (found) return `step ${origin}: ${found}`;
    if (origin >= 3 * SEASON) addLeads(sums, values, SEASON, origin, forecaster.forecast(handle));
  }
  return sums;
}

/**
 * What a forecast may be off where seasonal naive is never wrong: 1e-5 of a mean value, which is what the first seasons
 * cost, when nothing has yet told that the load repeats exactly (gate.ts), spread over the whole run; and f32's smallest,
 * because history is kept in f32, in which a rate of 1e-300 requests per second is none.
 */
function slack(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return 1e-5 * (total(known) / known.length) + 1e-38;
}

const survives = test.macro({
  exec(t: ExecutionContext, _name: string, shape: Shape) {
    for (const model of MODELS) {
      const values = Float64Array.from({ length: updatesOf(model) }, (_, step) => shape(step));
      const sums = play(model, values);
      if (typeof sums === 'string') {
        t.fail(`${model}: ${sums}`);
        continue;
      }
      const [own, seasonal] = [total(sums.error) / sums.pairs, total(sums.seasonalError) / sums.pairs];
      t.log(`${model}: mean error ${own.toPrecision(3)}, seasonal naive's ${seasonal.toPrecision(3)}`);
      const bound = 2 * seasonal + slack(values);
      t.true(
        own <= bound || !model.startsWith('ensemble'),
        `${model}: ${own}, ${seasonal} by seasonal naive`,
      );
    }
  },
  title: (_, name) =>
    `every answer stays finite and ordered, and the ensemble within 2 x seasonal naive: ${name}`,
});

// One after the other: AVA's clock runs while a test that never waits keeps all others' results back.
for (const [name, shape] of all) test.serial(survives, name, shape);
