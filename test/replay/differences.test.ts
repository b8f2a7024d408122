import test from 'ava';
import { differencesOf } from '../../bench/replay/differences.ts';
import type { TickRow } from '../../bench/replay/outcome.ts';

function rows(pods: readonly number[], demand = 2): TickRow[] {
  return pods.map((ready, tick) => ({ atMs: tick * 15_000, demand, ready, starting: 0, requested: ready }));
}

const times = (count: number, pods: number) => new Array<number>(count).fill(pods);

test('a stretch says when, who had more, and for how many pod-hours', (t) => {
  const [only, ...others] = differencesOf(rows([4, 4, 4, 4]), rows([4, 6, 6, 4]));
  t.deepEqual(others, []);
  t.like(only, { fromMs: 15_000, toMs: 45_000, demand: 2, pods: [4, 6] });
  t.is(only?.podHours, (-4 * 15) / 3600);
  t.deepEqual(only?.hotPodHours, [0, 0]);
});

test('a moment in which they are even does not cut a stretch in two; 5 minutes do', (t) => {
  const even = (ticks: number) => [...times(5, 6), ...times(ticks, 4), ...times(5, 6)];
  t.is(differencesOf(rows(even(3)), rows(times(13, 4))).length, 1);
  t.is(differencesOf(rows(even(30)), rows(times(40, 4))).length, 2);
});

test('the largest comes first, and what ran hot counts with what was held', (t) => {
  // first: 10 pod-ticks more; later 2 pod-ticks less, for which 2 ticks of 40 pods of load ran hot
  const first = rows([...times(10, 100), ...times(30, 50), ...times(2, 43)]);
  const second = rows([...times(10, 99), ...times(30, 50), ...times(2, 45)]);
  const loaded = (own: TickRow[]) => own.map((row) => ({ ...row, demand: 40 }));
  const [hot, cheap] = differencesOf(loaded(first), loaded(second));
  t.deepEqual(hot?.hotPodHours, [(80 * 15) / 3600, 0]);
  t.true((hot?.podHours ?? 0) < 0 && (cheap?.podHours ?? 0) > 0);
});

test('who never differs has no stretch', (t) => {
  t.deepEqual(differencesOf(rows([3, 4, 5]), rows([3, 4, 5])), []);
});
