import test from 'ava';
import type { Scaler } from '../../bench/replay/scaler.ts';
import { done } from '../../bench/replay/schedule.ts';
import { sweep, TARGETS, tuned } from '../../bench/replay/tuned.ts';
import { demand } from './demands.ts';

/** Keeps ceil(10 x 100 / target) pods, whatever comes. */
const steady = (target: number): Scaler => ({ name: 'steady', decide: () => Math.ceil(1000 / target) });

const ground = (load: number) => ({
  demand: demand(new Array(80).fill(load)),
  startupSeconds: 15,
  replicas: 200,
});

const best = (load: number) => tuned(done(sweep(steady, ground(load))), 40, 0.01);

test('the cheapest target that holds the limit wins', (t) => {
  // 10 pods of load need 12: target 80 gives 13
  t.is(best(10).target, 80);
  t.true(best(10).meetsLimit);
  // 13 pods of load need 15: target 70 gives 15
  t.is(best(13).target, 70);
});

test('where none holds it, the one that misses it least is named, and that it misses', (t) => {
  const worst = best(500);
  t.false(worst.meetsLimit);
  t.is(worst.target, TARGETS[0]);
});
