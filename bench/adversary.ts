import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Forecaster } from '../assembly/pkg/forecaster.js';
import { type Random, seededRandom } from '../controller/clock.ts';
import { type Attack, attackText, mutated, randomStretch } from './adversary/attack.ts';
import { type Fought, fight } from './adversary/fight.ts';

/**
 * Looks for loads and faults under which Foresail does worst beside an HPA at 70 %: turns most, runs hottest, costs most.
 * A seeded search that climbs from random starts. `node bench/adversary.ts --tries 300 --seed 1`
 */
const { values: options } = parseArgs({
  options: { tries: { type: 'string', default: '300' }, seed: { type: 'string', default: '1' } },
});

const wasm = readFileSync(new URL('../assembly/pkg/forecaster_bg.wasm', import.meta.url));
/** Tries after which a climb that found nothing better begins anew. */
const PATIENCE = 40;

const GOALS: Readonly<Record<string, (fought: Fought) => number>> = {
  'turns / HPA': ({ foresail, hpa }) => (foresail.directionChanges + 1) / (hpa.directionChanges + 1),
  'hot share beyond the HPA': ({ foresail, hpa }) => foresail.hotShare - hpa.hotShare,
  'cost / HPA': ({ foresail, hpa }) => foresail.podHours / hpa.podHours,
};

function search(goal: (fought: Fought) => number, random: Random): { attack: Attack; fought: Fought } {
  const score = (attack: Attack) => {
    const fought = fight(attack, { forecaster: new Forecaster(wasm), digest: 'adversary' });
    return { attack, fought, value: goal(fought) };
  };
  const fresh = () => score([randomStretch(random), randomStretch(random)]);
  let [worst, here, patience] = [fresh(), fresh(), 0];
  for (let tries = 2; tries < Number(options.tries); tries++) {
    const next = patience > PATIENCE ? fresh() : score(mutated(here.attack, random));
    if (patience > PATIENCE || next.value > here.value) [here, patience] = [next, 0];
    else patience++;
    if (here.value > worst.value) worst = here;
  }
  return worst;
}

for (const [name, goal] of Object.entries(GOALS)) {
  const { attack, fought } = search(goal, seededRandom(Number(options.seed)));
  const { foresail, hpa } = fought;
  console.log(`${name}: ${goal(fought).toFixed(3)}`);
  console.log(`  ${attackText(attack)}`);
  for (const [who, outcome] of [
    ['foresail', foresail],
    ['hpa 70 %', hpa],
  ] as const) {
    const hot = (100 * outcome.hotShare).toFixed(2);
    console.log(
      `  ${who}: ${outcome.podHours.toFixed(1)} pod-hours, ${hot} % hot, ${outcome.directionChanges} turns`,
    );
  }
}
