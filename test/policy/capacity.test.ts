import test from 'ava';
import {
  type CapacityState,
  capacityOf,
  initialCapacity,
  isNewCapacity,
  learnCapacity,
} from '../../controller/policy/capacity.ts';
import { AFTERMATH_STEPS, REACH_MOST, SETTLING_STEPS } from '../../controller/policy/constants.ts';
import type { Evidence } from '../../controller/policy/evidence.ts';
import { spec, step } from './observations.ts';

const { objective } = spec();

interface Served {
  readonly perReplica: number;
  readonly ready?: number;
  readonly starting?: number;
  readonly missed?: boolean;
  readonly roomy?: boolean;
  readonly overloaded?: boolean;
  readonly atMs?: number;
}

function served({
  perReplica,
  ready = 10,
  starting = 0,
  missed = false,
  roomy = false,
  overloaded = false,
  atMs = 0,
}: Served): Evidence {
  const good = { lower: 0, upper: roomy ? 0.1 : 0.25 };
  const p99 = overloaded ? { lower: 1, upper: 2.5 } : missed ? { lower: 0.25, upper: 0.5 } : good;
  const latency = { p50: p99, p95: p99, p99 };
  return { step: { ...step(perReplica * ready, atMs), latency }, ready, starting, objective };
}

function learn(state: CapacityState, times: number, what: Served): CapacityState {
  let next = state;
  for (let time = 0; time < times; time += 1) next = learnCapacity(next, served(what));
  return next;
}

const bound = (state: CapacityState) => capacityOf(state, spec()).rpsPerReplica;
const near = (rps: number, share: number, of: number) => rps <= of && rps >= of * share;

const steady = learn(initialCapacity(), 60, { perReplica: 60 });

test('nothing is known before 20 steps, everything seen so far after', (t) => {
  const few = learn(initialCapacity(), 19, { perReplica: 60 });
  t.deepEqual(capacityOf(few, spec()), {
    ...{ rpsPerReplica: Number.NaN, source: 'unknown', evidence: 19 },
    firstRps: 60,
  });
  const enough = learn(few, 1, { perReplica: 60 });
  t.like(capacityOf(enough, spec()), { source: 'learned', evidence: 20 });
  t.true(near(bound(enough), 0.98, 60));
});
test('before, what the first good step carried is told, and no later one', (t) => {
  const later = learn(learn(initialCapacity(), 1, { perReplica: 40 }), 2, { perReplica: 80 });
  t.is(later.firstRps, 40);
  const { firstRps = 0 } = capacityOf(later, spec());
  t.true(firstRps >= 40 && firstRps <= 40 * REACH_MOST);
  t.false('firstRps' in capacityOf(learn(initialCapacity(), 5, { perReplica: 40, missed: true }), spec()));
});
test('or more, where replicas were idle', (t) => {
  const idle = learn(initialCapacity(), 10, { perReplica: 2, roomy: true });
  const { firstRps = 0 } = capacityOf(idle, spec());
  t.true(firstRps > 4 && firstRps <= 7);
});
test('the spec pins it', (t) => {
  const pinned = spec({ capacity: { requestsPerSecondPerReplica: 42 } });
  t.like(capacityOf(steady, pinned), { rpsPerReplica: 42, source: 'pinned' });
});
test('four lucky steps prove nothing, the fifth does', (t) => {
  const lucky = learn(steady, 4, { perReplica: 90 });
  t.is(bound(lucky), bound(steady));
  t.true(near(bound(learn(lucky, 1, { perReplica: 90 })), 0.98, 90));
});
test('load that falls takes nothing away', (t) => {
  t.is(bound(steady).toFixed(1), '59.1');
  t.is(bound(learn(steady, 10_000, { perReplica: 3 })), bound(steady));
});
test('a rate that was met with idle replicas stands for some more, and no more however often', (t) => {
  const roomy = learn(initialCapacity(), 60, { perReplica: 60, roomy: true });
  t.true(bound(roomy) > 61 && bound(roomy) <= 60 * REACH_MOST);
  t.is(bound(learn(roomy, 1000, { perReplica: 60, roomy: true })), bound(roomy));
});
test('and says what was seen', (t) => {
  const { carriedRps = 0 } = capacityOf(
    learn(initialCapacity(), 60, { perReplica: 60, roomy: true }),
    spec(),
  );
  t.true(near(carriedRps, 0.98, 60));
  t.false('carriedRps' in capacityOf(steady, spec()));
});
test('what was only inferred is taken back by the first misses', (t) => {
  const roomy = learn(initialCapacity(), 60, { perReplica: 60, roomy: true });
  const missed = learn(roomy, 3 + SETTLING_STEPS, { perReplica: 62, missed: true });
  t.true(bound(missed) < 61);
  const again = learn(missed, 60, { perReplica: 59, roomy: true });
  t.true(bound(again) < 62);
});
test('the queue of an overload says nothing of the rates it is served at', (t) => {
  const flooded = learn(steady, 10, { perReplica: 120, overloaded: true });
  t.is(bound(learn(flooded, AFTERMATH_STEPS - 1, { perReplica: 50, missed: true })), bound(steady));
  t.true(bound(learn(flooded, AFTERMATH_STEPS + 20, { perReplica: 50, missed: true })) < 50);
});
test('an overload that goes on counts, also in its queue', (t) => {
  t.true(bound(learn(steady, 60, { perReplica: 55, overloaded: true })) < 55);
});
test('two misses are bad luck, repeated misses are too much', (t) => {
  const two = learn(steady, 2, { perReplica: 70, missed: true });
  t.is(bound(two), bound(steady));
  const repeated = learn(steady, 8, { perReplica: 58, missed: true });
  t.true(bound(repeated) < 58);
  t.true(bound(repeated) > 0.9 * 58);
});
test('misses above what was seen good change nothing', (t) => {
  t.is(bound(learn(steady, 20, { perReplica: 90, missed: true })), bound(steady));
});
test('one missed step in twenty is not yet too much, one in five is', (t) => {
  const mixed = (every: number) => {
    let state = steady;
    for (let at = 0; at < 200; at += 1) {
      state = learnCapacity(state, served({ perReplica: 60, missed: at % every === 0 }));
    }
    return bound(state);
  };
  t.is(mixed(20), bound(steady));
  t.true(mixed(5) < bound(steady));
});
test('a pod that starts, or has just started, is not the fleet', (t) => {
  const cold = learn(steady, 50, { perReplica: 55, missed: true, starting: 1 });
  t.is(bound(cold), bound(steady));
  const grown = learn(steady, 3, { perReplica: 55, missed: true, ready: 11 });
  t.is(bound(grown), bound(steady));
});
test('a step in which a pod went counts for the larger fleet', (t) => {
  const shrunk = learnCapacity(steady, served({ perReplica: 100, ready: 5 }));
  t.is(
    shrunk.bins.at(-1)?.index,
    Math.floor(Math.log(50) / Math.log(1.02)) + (shrunk.bins.length > 1 ? 9 : 0),
  );
});
test('a fleet that misses at a small share of what it carried is not short of replicas', (t) => {
  const outage = learn(steady, 120, { perReplica: 20, missed: true });
  t.is(bound(outage), bound(steady));
});
test('what was missed still speaks for a little less, so no old low load decides', (t) => {
  const low = learn(initialCapacity(), 40, { perReplica: 35 });
  const both = learn(low, 40, { perReplica: 60 });
  t.true(bound(learn(both, 40, { perReplica: 60, missed: true })) >= 0.9 * 60);
});
test('but a fleet that misses for hours at any load is believed in the end', (t) => {
  t.true(bound(learn(steady, 600, { perReplica: 20, missed: true })) < 20);
});
test('slower software is learned within minutes, in small steps', (t) => {
  let state = steady;
  let perReplica = 60;
  for (let at = 0; at < 60; at += 1) {
    const before = bound(state);
    state = learnCapacity(state, served({ perReplica, missed: perReplica > 42, atMs: at * 15_000 }));
    t.true(bound(state) >= before * 0.9);
    perReplica = bound(state);
  }
  t.true(near(bound(state), 0.88, 42));
});
test('faster software is learned from load', (t) => {
  const slow = learn(steady, 30, { perReplica: 60, missed: true });
  const again = learn(slow, 60, { perReplica: 75 });
  t.true(near(bound(again), 0.98, 75));
});
test('misses fade though nothing speaks against them', (t) => {
  const missed = learn(steady, 2, { perReplica: 50, missed: true });
  const dayLater = { perReplica: 50, missed: true, atMs: 86_400_000 };
  t.is(bound(learn(missed, 1, dayLater)), bound(steady));
  t.true(bound(learn(missed, 3, { perReplica: 50, missed: true })) < bound(steady));
});
test('overload alone, with nothing ever good, stays unknown', (t) => {
  const state = learn(initialCapacity(), 100, { perReplica: 60, missed: true });
  t.is(capacityOf(state, spec()).source, 'unknown');
});
test('no pods, no rate: nothing is learned', (t) => {
  t.is(learnCapacity(steady, { ...served({ perReplica: 60 }), step: step(Number.NaN) }), steady);
  t.is(initialCapacity().bins.length, learn(initialCapacity(), 5, { perReplica: 0 }).bins.length);
});
test('a state that has nothing new to learn is not stored again', (t) => {
  t.false(isNewCapacity(steady, learnCapacity(steady, served({ perReplica: 60 }))));
  t.is(learnCapacity(steady, served({ perReplica: 20, roomy: true })), steady);
  t.true(isNewCapacity(steady, learnCapacity(steady, served({ perReplica: 70 }))));
});
test('survives being remembered as JSON; anything else starts empty', (t) => {
  const state = learn(steady, 4, { perReplica: 58, missed: true });
  t.deepEqual(initialCapacity(JSON.parse(JSON.stringify(state))), state);
  for (const broken of [undefined, null, 'x', {}, { ...state, boundRps: -1 }, { ...state, bins: [{}] }]) {
    t.deepEqual(initialCapacity(broken), initialCapacity());
  }
});
test('it stays small', (t) => {
  let state = initialCapacity();
  for (let at = 0; at < 20_000; at += 1) {
    state = learnCapacity(
      state,
      served({ perReplica: 1 + (at % 997), missed: at % 7 === 0 && at % 997 > 600 }),
    );
  }
  t.true(JSON.stringify(state).length < 6000);
});
