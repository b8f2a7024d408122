import test from 'ava';
import { directionChanges, leadTimeGained, outcomeOf, type TickRow } from '../../bench/replay/outcome.ts';
import { askedAfter, REACH_TICKS, risesOf } from '../../bench/replay/rises.ts';

const row = (demand: number, ready: number, starting = 0): TickRow => ({
  atMs: 0,
  demand,
  ready,
  starting,
  requested: ready + starting,
});

test('requests that arrive above 0.9 of the ready pods are short of capacity, all of them', (t) => {
  const outcome = outcomeOf([row(9.5, 10), row(5, 10)]);
  t.is(outcome.hotShare, 9.5 / 14.5);
  t.is(outcomeOf([row(9, 10)]).hotShare, 0, '0.9 itself is still inside');
});

test('starting pods cost as ready ones do, and carry nothing', (t) => {
  t.is(outcomeOf([row(5, 10, 2)]).podHours, (12 * 15) / 3600);
  t.is(outcomeOf([row(10.5, 11, 5)]).hotShare, 1);
});

test('without a request the share is not known', (t) => {
  t.is(outcomeOf([row(0, 3)]).hotShare, Number.NaN);
  t.is(outcomeOf([]).podHours, 0);
});

const turns = test.macro({
  exec: (t, replicas: number[], expected: number) => t.is(directionChanges(replicas), expected),
  title: (name) => `direction changes: ${name}`,
});
test('up, level, down, up is two', turns, [3, 5, 5, 4, 6], 2);
test('steady is none', turns, [3, 3, 3], 0);
test('one long climb is none', turns, [1, 2, 4, 4, 9], 0);
test('nothing is none', turns, [], 0);

/** 10 until `from`, a straight climb to 30 over 80 ticks (20 minutes), 30 for an hour, and 10 again. */
function hill(from: number): number[] {
  return Array.from({ length: 800 }, (_, tick) => {
    if (tick < from || tick >= from + 320) return 10;
    return 10 + Math.min(20, ((tick - from) * 20) / 80);
  });
}

function rows(demand: readonly number[], requested: readonly number[]): TickRow[] {
  return demand.map((value, tick) => ({
    ...row(value, requested[tick] ?? 0),
    requested: requested[tick] ?? 0,
  }));
}

test('a climb is found once, whatever the noise on it', (t) => {
  const noisy = hill(200).map((value, tick) => value + ((tick * 7919) % 13) / 13 - 0.5);
  const rises = risesOf(noisy);
  t.is(rises.length, 1);
  t.true((rises[0]?.peak ?? 0) > 270);
  t.deepEqual(risesOf(new Array<number>(100).fill(0)), []);
  t.deepEqual(risesOf(new Array<number>(100).fill(7)), []);
});

test('asking 10 ticks earlier gains 150 s', (t) => {
  const demand = hill(200);
  const late = hill(206).map((value) => Math.ceil(value * 1.4));
  const early = hill(196).map((value) => Math.ceil(value * 1.4));
  const gained = leadTimeGained(rows(demand, early), rows(demand, late));
  t.is(gained.rises, 1);
  t.true(Math.abs(gained.seconds - 150) < 1e-6, `${gained.seconds}`);
  t.is(leadTimeGained(rows(demand, late), rows(demand, early)).seconds, -gained.seconds);
});

test('a rise has its heights one by one, each when the load reached it', (t) => {
  const needs = risesOf(hill(200))[0]?.needs ?? [];
  t.is(needs[0]?.pods, 11, 'one above its trough');
  t.is(needs.at(-1)?.pods, 30);
  t.true(needs.every((need, index) => index === 0 || need.tick >= (needs[index - 1]?.tick ?? 0)));
});

const asks = test.macro({
  exec(t, requested: (tick: number) => number, expected: number) {
    const series = Array.from({ length: 600 }, (_, tick) => requested(tick));
    t.is(askedAfter(series, { pods: 5, tick: 200 }), expected);
  },
  title: (name) => `asked after the need: ${name}`,
});
test('ten ticks before it', asks, (tick) => (tick < 190 ? 4 : 6), -10);
test('at the same tick', asks, (tick) => (tick < 200 ? 4 : 5), 0);
test('three ticks late', asks, (tick) => (tick < 203 ? 4 : 5), 3);
test('given up in between, only the last time counts', asks, (tick) => (tick === 195 ? 4 : 6), -4);
test('long before is cut off', asks, () => 9, -REACH_TICKS);
test('never is cut off', asks, () => 1, REACH_TICKS);

test('holding more pods all the time gains no lead time', (t) => {
  const demand = hill(200);
  const held = (share: number) => hill(200).map((value) => value * share);
  const gained = leadTimeGained(rows(demand, held(2)), rows(demand, held(1.2)));
  t.true(Math.abs(gained.seconds) < 1e-6, `${gained.seconds}`);
});

test('what both had long before, or neither ever asked for, tells nothing', (t) => {
  const demand = hill(200);
  const always = new Array<number>(800).fill(50);
  const gained = leadTimeGained(rows(demand, always), rows(demand, hill(210)));
  t.is(gained.rises, 1);
  const nothing = { seconds: Number.NaN, rises: 0 };
  t.deepEqual(leadTimeGained(rows(demand, always), rows(demand, always)), nothing);
});

test('without a rise there is nothing to gain', (t) => {
  const flat = new Array<number>(500).fill(10);
  t.is(leadTimeGained(rows(flat, flat), rows(flat, flat)).seconds, Number.NaN);
});

test('a climb whose top is not known yet does not count', (t) => {
  const demand = hill(200).slice(0, 300);
  t.deepEqual(risesOf(demand), []);
});
