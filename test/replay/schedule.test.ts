import test from 'ava';
import type { Scaler } from '../../bench/replay/scaler.ts';
import { done, PIECE_TICKS, play, rowsOf, together } from '../../bench/replay/schedule.ts';
import { demand } from './demands.ts';

test('what is asked for at the end of a tick serves after the start-up; what is given up is gone at once', (t) => {
  const wanted = [5, 5, 5, 2, 2];
  let tick = 0;
  const scaler: Scaler = { name: 'scripted', decide: () => wanted[tick++] ?? 2 };
  const { ready, starting } = done(
    play(scaler, { demand: demand([1, 1, 1, 1, 1]), startupSeconds: 30, replicas: 3 }),
  );
  t.deepEqual([...ready], [3, 3, 3, 5, 2]);
  t.deepEqual([...starting], [0, 2, 2, 0, 0]);
});

test('a scaler sees a tick when it is over, with the pods that served it', (t) => {
  const seen: number[][] = [];
  const scaler: Scaler = {
    name: 'watching',
    decide: ({ demand: load, served, startMs, endMs }) => {
      seen.push([load, served, endMs - startMs]);
      return 4;
    },
  };
  done(play(scaler, { demand: demand([7, Number.NaN]), startupSeconds: 15, replicas: 3 }));
  t.deepEqual(seen, [
    [7, 3, 15_000],
    [Number.NaN, 3, 15_000],
  ]);
});

test('ticks whose demand is not known are no rows; the others are, from the tick on that is asked for', (t) => {
  const played = done(
    play(
      { name: 'still', decide: () => 3 },
      { demand: demand([1, 2, Number.NaN, 4]), startupSeconds: 15, replicas: 3 },
    ),
  );
  const rows = rowsOf(played, 1);
  t.deepEqual(
    rows.map(({ demand: load, requested }) => [load, requested]),
    [
      [2, 3],
      [4, 3],
    ],
  );
});

test('work tells how many ticks were played, all in all as many as there are', (t) => {
  const work = play(
    { name: 'still', decide: () => 1 },
    { demand: demand(new Array(10_000).fill(1)), startupSeconds: 15, replicas: 1 },
  );
  let played = 0;
  for (const ticks of work) played += ticks;
  t.is(played, 10_000);
});

test('works together are never further apart than a piece, and their results keep their order', (t) => {
  const ground = { demand: demand(new Array(1000).fill(1)), startupSeconds: 15, replicas: 1 };
  let [slow, fast] = [0, 0];
  let furthest = 0;
  const counting = (name: string, count: () => void): Scaler => ({
    name,
    decide: () => {
      count();
      furthest = Math.max(furthest, Math.abs(slow - fast));
      return 1;
    },
  });
  const played = done(
    together([
      play(
        counting('slow', () => slow++),
        ground,
      ),
      play(
        counting('fast', () => fast++),
        ground,
      ),
    ]),
  );
  t.deepEqual(
    played.map(({ name }) => name),
    ['slow', 'fast'],
  );
  t.true(furthest <= PIECE_TICKS, `${furthest}`);
});
