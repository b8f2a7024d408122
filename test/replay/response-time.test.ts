import test from 'ava';
import { responseQuantile } from '../../bench/replay/response-time.ts';
import { demand } from './demands.ts';

function fleet(load: readonly number[], ready: readonly number[]) {
  const starting = new Uint32Array(ready.length);
  return { name: 'fleet', demand: demand(load), ready: Uint32Array.from(ready), starting };
}

const day = <T>(value: T): T[] => new Array<T>(400).fill(value);

for (const [utilisation, seconds] of [
  [0.5, 0.0396],
  [0.7, 0.074],
  [0.9, 0.25],
] as const) {
  test(`P99 of a steady fleet at ${utilisation} is that of the queue: ${seconds * 1000} ms`, (t) => {
    const p99 = responseQuantile(fleet(day(10 * utilisation), day(10)), 0, 0.99);
    t.true(Math.abs(p99 / seconds - 1) < 0.03, `${p99}`);
  });
}

test('a fleet that is too small for a while queues, and P99 shows it', (t) => {
  const load = day(8);
  for (let tick = 100; tick < 110; tick++) load[tick] = 14;
  t.true(responseQuantile(fleet(load, day(10)), 0, 0.99) > 5);
});

test('what comes before the judged ticks does not count', (t) => {
  const load = day(8);
  for (let tick = 100; tick < 110; tick++) load[tick] = 14;
  t.true(responseQuantile(fleet(load, day(10)), 200, 0.99) < 0.2);
});

test('new pods are slow until they are warm; those that were there are not', (t) => {
  const ready = day(0).map((_, tick) => (tick % 20 < 10 ? 10 : 14));
  const load = ready.map((count) => count * 0.7);
  const warm = responseQuantile(fleet(load, ready), 0, 0.99);
  const cold = responseQuantile(fleet(load, ready), 0, 0.99, 120);
  t.true(cold > 2 * warm, `${cold} ${warm}`);
  t.is(
    responseQuantile(fleet(day(7), day(10)), 0, 0.99, 600),
    responseQuantile(fleet(day(7), day(10)), 0, 0.99),
  );
});

test('without a request there is no P99', (t) => {
  t.is(responseQuantile(fleet(day(0), day(3)), 0, 0.99), Number.NaN);
});
