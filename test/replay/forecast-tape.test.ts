import { readFileSync } from 'node:fs';
import test from 'ava';
import { Forecaster } from '../../assembly/pkg/forecaster.js';
import { forecastTape } from '../../bench/replay/forecast-tape.ts';
import { PIECE_TICKS } from '../../bench/replay/schedule.ts';
import { demand } from './demands.ts';

const wasm = readFileSync(new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url));
const tape = (load: readonly number[]) =>
  forecastTape({ forecaster: new Forecaster(wasm), digest: 'test' }, demand(load));

test('whoever reads a tick first or again, its forecast is the same one', (t) => {
  const read = tape(new Array(200).fill(10));
  const first = read.at(120);
  t.is(first?.source, 'champion');
  t.is(first?.originMs, demand([]).startMs + 121 * 15_000, 'it is made when the tick is over');
  read.at(150);
  t.is(read.at(120), first);
});

test('until the core has seen enough, the conservative baseline answers from what there was', (t) => {
  const read = tape([...new Array(5).fill(Number.NaN), ...new Array(100).fill(10)]);
  t.is(read.at(4), undefined, 'nothing is known');
  t.is(read.at(63)?.source, 'conservative');
  t.is(read.at(64)?.source, 'champion');
});

test('what lies further back than replays in turns can be is refused', (t) => {
  const read = tape(new Array(3 * PIECE_TICKS).fill(10));
  read.at(3 * PIECE_TICKS - 1);
  t.throws(() => read.at(0), { instanceOf: RangeError });
});
