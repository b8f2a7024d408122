import test from 'ava';
import { MODELS } from '../../assembly/pkg/forecaster.js';
import { core } from '../assembly/core.ts';

/**
 * Where the windows' cells lie was kept from the row of the shortest window, which is not described while it has no
 * spread: a longer one that had a spread then read the cells of whatever the module had done before.
 */
test('windows of which only some have a spread learn the same after a restore', (t) => {
  for (const model of MODELS) {
    const here = core();
    const original = here.open(2, 14, model);
    for (const value of [0, 7.006492321624087e-46, 0]) here.push(original, value);
    const there = core();
    const copy = there.open(2, 14, model);
    t.true(there.restore(copy, here.snapshot(original)), model);
    for (let step = 1; step <= 3; step++) {
      here.push(original, 0);
      there.push(copy, 0);
      t.deepEqual(there.snapshot(copy), here.snapshot(original), `${model}, ${step} steps later`);
    }
  }
});
