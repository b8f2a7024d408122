import { readFileSync } from 'node:fs';
import test from 'ava';
import {
  EXPERTS,
  FIGURES,
  Forecaster,
  LEADS,
  MODELS,
  type ModelName,
  WATCHED_LEADS,
} from '../../assembly/pkg/forecaster.js';
import { core, fault, wave } from './core.ts';

test('periods that make no sense are refused with handle 0', (t) => {
  const forecaster = core();
  for (const [season, week] of [
    [1, 0],
    [0, 0],
    [-4, 0],
    [100_001, 0],
    [10, 10],
    [10, 700_001],
    [10, -1],
  ] as const) {
    t.is(forecaster.open(season, week), 0, `season ${season}, week ${week}`);
  }
  t.true(forecaster.open(2) > 0);
  t.true(forecaster.open(5760, 40_320) > 0);
});

test('a handle is refused after close, also when its slot serves another series', (t) => {
  const forecaster = core();
  const first = forecaster.open(60);
  forecaster.push(first, 5);
  forecaster.close(first);
  const second = forecaster.open(60);
  t.not(second, first);
  t.is(forecaster.push(first, 1), -1);
  t.is(forecaster.bytes(first), 0);
  t.throws(() => forecaster.forecast(first), { instanceOf: RangeError });
  t.is(forecaster.counts(second).steps, 0, 'the reused block starts empty');
  forecaster.close(first);
  t.is(forecaster.push(second, 1), 1, 'closing the old handle again leaves the new series alone');
});

test('memory of closed series is reused, so opening and closing for ever does not grow it', (t) => {
  const forecaster = core();
  const handles = Array.from({ length: 8 }, () => forecaster.open(1440));
  const before = forecaster.memoryBytes();
  for (let round = 0; round < 200; round++) {
    const at = round % handles.length;
    forecaster.close(handles[at] ?? 0);
    handles[at] = forecaster.open(round % 2 === 0 ? 1440 : 1400);
    t.true((handles[at] ?? 0) > 0);
  }
  t.is(forecaster.memoryBytes(), before);
});

test('nothing is allocated after open', (t) => {
  const forecaster = core();
  const handle = forecaster.open(96);
  forecaster.pushMany(handle, new Float64Array(1));
  const before = forecaster.memoryBytes();
  for (let step = 0; step < 5_000; step++) forecaster.push(handle, wave(step, 96, 50));
  forecaster.score(handle);
  forecaster.snapshot(handle);
  t.is(forecaster.memoryBytes(), before);
});

test('memory at its limit gives handle 0 and leaves the open series working', (t) => {
  const forecaster = new Forecaster(withMemoryLimit(256));
  const handles: number[] = [];
  for (let tries = 0; tries < 1000; tries++) {
    const handle = forecaster.open(100_000, 700_000);
    if (handle === 0) break;
    handles.push(handle);
  }
  const share = (handles.length * forecaster.bytes(handles[0] ?? 0)) / 2 ** 24;
  t.true(share > 0.85 && share < 1, `${handles.length} series take ${share} of 16 MiB`);
  const last = handles.at(-1) ?? 0;
  t.is(forecaster.push(last, 7), 1);
  t.is(fault(forecaster, last), undefined);
  forecaster.close(last);
  t.true(forecaster.open(100_000, 700_000) > 0, 'what was given back can be had again');
});

/** The module with another maximum in its memory section (id 5), in the three bytes that 16,384 takes as LEB128. */
function withMemoryLimit(pages: number): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(
    readFileSync(new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url)),
  );
  const limit = Buffer.from(bytes.buffer).indexOf(Buffer.of(0x80, 0x80, 0x01));
  bytes.set([0x80 | (pages & 0x7f), 0x80 | (pages >> 7), 0], limit);
  return bytes;
}

test('missing, infinite, negative and impossible values are not counted as load', (t) => {
  const forecaster = core();
  const handle = forecaster.open(60);
  t.is(forecaster.push(handle, Number.NaN), 0, 'nothing is known yet');
  t.is(forecaster.counts(handle).steps, 0);
  for (let step = 0; step < 100; step++) forecaster.push(handle, 10);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 1e13]) {
    t.is(forecaster.push(handle, value), 0);
  }
  t.deepEqual(forecaster.counts(handle), { steps: 105, known: 100, rejected: 4 });
  const p50 = forecaster.forecast(handle)[1] ?? Number.NaN;
  t.true(Math.abs(p50 - 10) < 1e-3, `the level is still 10, not ${p50}`);
});

test('the longer nothing is known, the wider the quantiles, and leads are still produced', (t) => {
  const forecaster = core();
  const handle = forecaster.open(48);
  for (let step = 0; step < 480; step++) {
    forecaster.push(handle, wave(step, 48, 40) + ((step * 7919) % 13) - 6);
  }
  const width = (lead: number): number => {
    const figures = forecaster.forecast(handle);
    return (figures[lead * FIGURES + 4] ?? 0) - (figures[lead * FIGURES + 1] ?? 0);
  };
  const complete = width(4);
  for (let gap = 0; gap < 24; gap++) forecaster.push(handle, Number.NaN);
  t.is(fault(forecaster, handle), undefined);
  t.true(width(4) > complete * 1.2, `${width(4)} after 24 missing steps, ${complete} before`);
});

test('a young series has a margin at every lead and window, before their errors were ever seen', (t) => {
  const forecaster = core();
  const handle = forecaster.open(5760);
  for (let step = 0; step < 8; step++) forecaster.push(handle, 20 + ((step * 7919) % 13));
  for (const figures of [forecaster.forecast(handle), forecaster.peaks(handle)]) {
    for (let at = 0; at < figures.length; at += FIGURES) {
      t.true((figures[at + 4] ?? 0) > (figures[at + 1] ?? 0) + 1, `row ${at / FIGURES}`);
    }
  }
});

test('maxima are learned although every fifteenth step is missing', (t) => {
  const forecaster = core();
  const handle = forecaster.open(48);
  let covered = 0;
  let origins = 0;
  const rateAt = (step: number): number => 20 + ((Math.imul(step, 2_654_435_761) >>> 0) % 97);
  for (let step = 0; step < 6_000; step++) {
    forecaster.push(handle, step % 15 === 7 ? Number.NaN : rateAt(step));
    if (step < 2_000) continue;
    const highest = Math.max(...Array.from({ length: 10 }, (_, lead) => rateAt(step + 1 + lead)));
    const p90 = forecaster.peaks(handle)[3 * FIGURES + 2] ?? Number.NaN;
    origins++;
    if (highest <= p90) covered++;
  }
  t.true(
    Math.abs(covered / origins - 0.9) < 0.06,
    `${covered / origins} of the maxima of 10 steps at or below p90`,
  );
});

test('many values at once give the same bytes as one by one', (t) => {
  const forecaster = core();
  const values = Float64Array.from({ length: 9_000 }, (_, step) =>
    step % 97 === 5 ? Number.NaN : wave(step, 96, 30) + (step % 11),
  );
  const one = forecaster.open(96, 672);
  const many = forecaster.open(96, 672);
  let counted = 0;
  for (const value of values) counted += forecaster.push(one, value);
  t.is(forecaster.pushMany(many, values), counted);
  t.deepEqual(forecaster.snapshot(many), forecaster.snapshot(one));
});

test('the score has an error and a weight per expert and lead; weights of a lead sum to 1', (t) => {
  const forecaster = core();
  const handle = forecaster.open(48);
  for (let step = 0; step < 48 * 12; step++) forecaster.push(handle, wave(step, 48, 40));
  const score = forecaster.score(handle);
  t.deepEqual(
    score.map(({ expert }) => expert),
    [...EXPERTS, 'ensemble'],
  );
  for (const [column, lead] of WATCHED_LEADS.entries()) {
    let sum = 0;
    for (const { expert, leads } of score) {
      t.is(leads[column]?.lead, lead);
      if (expert !== 'ensemble') sum += leads[column]?.weight ?? Number.NaN;
    }
    t.true(Math.abs(sum - 1) < 2e-7, `32-bit weights, ${sum}`);
  }
  const at30 = (name: string): number =>
    score.find(({ expert }) => expert === name)?.leads.at(-1)?.meanAbsoluteError ?? Number.NaN;
  t.true(
    at30('seasonal-naive') < at30('naive') / 4,
    'on a pure season, the seasonal expert is the better one',
  );
});

test('before anything is known every figure is zero, and after one value they are that value', (t) => {
  const forecaster = core();
  const handle = forecaster.open(5760, 40_320);
  t.deepEqual(forecaster.forecast(handle), new Float64Array(LEADS * FIGURES));
  forecaster.push(handle, 12.5);
  const figures = forecaster.forecast(handle);
  for (let lead = 0; lead < LEADS; lead++) t.true(Math.abs((figures[lead * FIGURES + 1] ?? 0) - 12.5) < 4e-6);
});

test('every candidate answers under the same functions, also alone; a name that is none is refused in words', (t) => {
  const forecaster = core();
  for (const model of MODELS) {
    const handle = forecaster.open(48, 336, model);
    t.true(handle > 0, model);
    for (let step = 0; step < 48 * 9; step++) forecaster.push(handle, wave(step, 48, 40));
    t.is(fault(forecaster, handle), undefined, model);
    t.is(forecaster.score(handle).at(-1)?.expert, model);
    t.true((forecaster.score(handle).at(-1)?.leads.at(-1)?.meanAbsoluteError ?? 0) < 60, model);
  }
  t.throws(() => forecaster.open(48, 0, 'prophet' as ModelName), {
    message: /must be one of .*ensemble.*prophet/,
  });
});

test('on a pure season the seasonal candidates are far better than the last value', (t) => {
  const forecaster = core();
  const errorAt30 = (model: ModelName): number => {
    const handle = forecaster.open(48, 0, model);
    for (let step = 0; step < 48 * 12; step++) forecaster.push(handle, wave(step, 48, 40));
    return forecaster.score(handle).at(-1)?.leads.at(-1)?.meanAbsoluteError ?? Number.NaN;
  };
  t.true(errorAt30('seasonal-naive') < errorAt30('naive') / 4);
  t.true(errorAt30('ridge') < errorAt30('naive') / 4);
});
