import test from 'ava';
import fc from 'fast-check';
import { MODELS, type ModelName } from '../../assembly/pkg/forecaster.js';
import { core, fault, wave } from './core.ts';
import { load } from './stream.js';

const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0, max: 1e4, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 1e9, noNaN: true }) },
);

const same = (a: Float64Array | Uint8Array, b: Float64Array | Uint8Array): boolean =>
  Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)) === 0;

/** Whether a copy made after `before` answers as the original does, at once and after `after`. */
function survives(
  model: ModelName,
  season: number,
  before: readonly number[],
  after: readonly number[],
): boolean {
  const source = core();
  const original = source.open(season, season * 7, model);
  source.pushMany(original, Float64Array.from(before));
  const other = core();
  other.open(9);
  const copy = other.open(season, season * 7, model);
  if (!other.restore(copy, source.snapshot(original))) return false;
  const alike = (): boolean =>
    same(source.forecast(original), other.forecast(copy)) && same(source.peaks(original), other.peaks(copy));
  if (!alike()) return false;
  source.pushMany(original, Float64Array.from(after));
  other.pushMany(copy, Float64Array.from(after));
  return alike() && same(source.snapshot(original), other.snapshot(copy));
}

for (const model of MODELS) {
  test(`a restored series forecasts bit for bit the same, now and ever after: ${model}`, (t) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.array(value, { minLength: 1, maxLength: 200 }),
        fc.array(value, { minLength: 1, maxLength: 60 }),
        (season, before, after) => survives(model, season, before, after),
      ),
      { numRuns: 60 },
    );
    t.pass();
  });

  test(`the moment of a snapshot does not matter: ${model}`, (t) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 1, max: 300 }), (steps, more) => {
        const stream = Array.from({ length: steps + more }, (_, step) => load(step));
        return survives(model, 96, stream.slice(0, steps), stream.slice(steps));
      }),
      { numRuns: 15 },
    );
    t.pass();
  });
}

test('a snapshot of another candidate is refused', (t) => {
  const forecaster = core();
  const [handle, ...others] = MODELS.map((model) => forecaster.open(24, 0, model));
  forecaster.push(handle ?? 0, 5);
  const snapshot = forecaster.snapshot(handle ?? 0);
  for (const other of others) t.false(forecaster.restore(other, snapshot), MODELS[others.indexOf(other) + 1]);
});

test('any changed byte of a snapshot is noticed; the series is then empty and works', (t) => {
  const forecaster = core();
  const handle = forecaster.open(24);
  for (let step = 0; step < 100; step++) forecaster.push(handle, wave(step, 24, 10));
  const snapshot = forecaster.snapshot(handle);
  for (let at = 0; at < snapshot.length; at += 211) {
    const damaged = snapshot.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x40;
    t.false(forecaster.restore(handle, damaged), `byte ${at}`);
    t.is(forecaster.counts(handle).steps, 0);
  }
  forecaster.push(handle, 3);
  t.is(fault(forecaster, handle), undefined);
  t.true(forecaster.restore(handle, snapshot));
  t.is(forecaster.counts(handle).steps, 100);
});

test('a snapshot of another season, or cut short, is refused', (t) => {
  const forecaster = core();
  const day = forecaster.open(64);
  const other = forecaster.open(63);
  forecaster.push(day, 1);
  forecaster.push(other, 2);
  t.false(forecaster.restore(other, forecaster.snapshot(day)));
  const kept = forecaster.counts(day).steps;
  t.false(forecaster.restore(day, forecaster.snapshot(day).subarray(8)));
  t.is(forecaster.counts(day).steps, kept, 'a wrong length changes nothing');
});
