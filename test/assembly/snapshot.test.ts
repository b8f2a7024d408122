import test from 'ava';
import fc from 'fast-check';
import { core, fault, wave } from './core.ts';

const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0, max: 1e4, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 1e9, noNaN: true }) },
);

test('a restored series forecasts bit for bit the same, now and ever after', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 40 }),
      fc.array(value, { minLength: 1, maxLength: 200 }),
      fc.array(value, { minLength: 1, maxLength: 60 }),
      (season, before, after) => {
        const source = core();
        const original = source.open(season, season * 7);
        source.pushMany(original, Float64Array.from(before));
        const other = core();
        other.open(9);
        const copy = other.open(season, season * 7);
        if (!other.restore(copy, source.snapshot(original))) return false;
        source.pushMany(original, Float64Array.from(after));
        other.pushMany(copy, Float64Array.from(after));
        const same = (a: Float64Array, b: Float64Array): boolean =>
          Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)) === 0;
        return (
          same(source.forecast(original), other.forecast(copy)) &&
          same(source.peaks(original), other.peaks(copy)) &&
          Buffer.compare(source.snapshot(original), other.snapshot(copy)) === 0
        );
      },
    ),
    { numRuns: 60 },
  );
  t.pass();
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
