import test from 'ava';
import { bestOf, type Episode, learnFrom, noReturns } from '../../bench/learn/returns.ts';

/** 10 replicas and a load of 8 that rises to 9 after 4 ticks; a removal in state 7 at the first tick, back (and late) at the fifth. */
function episode(removal: 'none' | 'all', comesBack: boolean): Episode {
  const few = removal === 'all';
  const replicas = few ? [10, 8, 8, 8, 8, 10, 10, 10, 10, 10] : Array<number>(10).fill(10);
  const load = [7, 7, 7, 7, 7, 7, 7, 7, 7, 7].map((low, tick) => (comesBack && tick > 3 ? 9 : low));
  const ready = few ? [10, 8, 8, 8, 8, 8, 8, 8, 10, 10] : replicas;
  return {
    states: [7, ...Array<undefined>(9).fill(undefined)],
    removals: [removal, ...Array<undefined>(9).fill(undefined)],
    ...{ replicas, load, ready },
  };
}

function learned(comesBack: boolean): string | undefined {
  const returns = noReturns();
  for (let run = 0; run < 40; run++) {
    learnFrom(returns, episode('none', comesBack));
    learnFrom(returns, episode('all', comesBack));
  }
  return bestOf([returns])[7];
}

test('where the load comes back before a replica could, keeping is learned', (t) => {
  t.is(learned(true), 'none');
});

/** A load of 6 that stays so; what is removed at the first tick is never wanted back. */
function quiet(removal: 'none' | 'all'): Episode {
  const ticks = 200;
  const rest = Array<undefined>(ticks - 1).fill(undefined);
  const replicas = Array.from({ length: ticks }, (_, tick) => (tick > 0 && removal === 'all' ? 8 : 10));
  const load = Array<number>(ticks).fill(6);
  return { states: [7, ...rest], removals: [removal, ...rest], replicas, load, ready: replicas };
}

test('where what was removed is not wanted back within minutes, removing is learned', (t) => {
  const returns = noReturns();
  for (let run = 0; run < 40; run++)
    for (const removal of ['none', 'all'] as const) learnFrom(returns, quiet(removal));
  t.is(bestOf([returns])[7], 'all');
});

test('a removal that was hardly ever tried is not chosen, and nothing is removed where nothing was', (t) => {
  const returns = noReturns();
  for (let run = 0; run < 3; run++) learnFrom(returns, episode('all', false));
  t.deepEqual([bestOf([returns])[7], bestOf([returns])[8]], ['none', 'none']);
});

test('what several traces taught adds up, and one of them can be left out', (t) => {
  const [restless, calm] = [noReturns(), noReturns()];
  for (let run = 0; run < 40; run++) {
    for (const removal of ['none', 'all'] as const) {
      for (let twice = 0; twice < 2; twice++) learnFrom(restless, episode(removal, true));
      learnFrom(calm, quiet(removal));
    }
  }
  t.is(bestOf([calm])[7], 'all');
  t.is(bestOf([restless, calm])[7], 'none');
});
