import test from 'ava';
import {
  type CapacityState,
  capacityOf,
  initialCapacity,
  learnCapacity,
} from '../../controller/policy/capacity.ts';
import type { Interval, Step } from '../../controller/series/step.ts';
import { days, foresail, hpa, playDays } from './closed-loop.ts';
import { spec } from './observations.ts';

const LEAST = 2;
const MOST = 90;

const beats = test.macro({
  exec(t, noise: number, mayScaleDown: boolean) {
    const world = days(2, 1000, noise);
    const reactive = playDays(world, hpa(world, 0.7, LEAST, MOST), 10);
    const ahead = playDays(world, foresail(world, { mayScaleDown, sigma: noise }, LEAST, MOST), 10);
    t.log('hpa', reactive, 'foresail', ahead);
    t.true(ahead.hot < reactive.hot);
    t.true(ahead.hot <= 0.01, 'the budget of the objective');
    t.true(ahead.podHours < reactive.podHours);
    t.true(ahead.turnsPerDay <= 2 * reactive.turnsPerDay);
  },
  title: (_, noise: number, mayScaleDown: boolean) =>
    `two days, noise ${noise}, mayScaleDown ${mayScaleDown}: fewer hot requests than the default HPA, with fewer pods`,
});

test(beats, 0.02, false);
test(beats, 0.02, true);
test(beats, 0.1, true);

/** The duration buckets a proxy has, in seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The bucket that the q quantile of an M/M/1 queue falls in, whose p99 reaches 250 ms at 90 % use. */
function latency(q: number, use: number): Interval {
  const seconds = use >= 1 ? Number.POSITIVE_INFINITY : (-Math.log(1 - q) * 0.00543) / (1 - use);
  const at = BOUNDS.findIndex((bound) => seconds <= bound);
  if (at < 0) return { lower: BOUNDS.at(-1) ?? 0, upper: Number.POSITIVE_INFINITY };
  return { lower: BOUNDS[at - 1] ?? 0, upper: BOUNDS[at] ?? Number.POSITIVE_INFINITY };
}

const learns = test.macro({
  exec(t, first: number) {
    const world = days(2, 1000, 0.03);
    const { objective } = spec();
    let state: CapacityState = initialCapacity();
    const bounds: number[] = [];
    const onStep = (step: Step, ready: number, starting: number) => {
      const use = (0.9 * step.rps) / (ready * world.capacityRps);
      const quantiles = { p50: latency(0.5, use), p95: latency(0.95, use), p99: latency(0.99, use) };
      state = learnCapacity(state, { step: { ...step, latency: quantiles }, ready, starting, objective });
      bounds.push(capacityOf(state, spec()).rpsPerReplica);
    };
    const policy = foresail(
      world,
      { mayScaleDown: true, sigma: 0.03, capacity: () => capacityOf(state, spec()), onStep },
      LEAST,
      MOST,
    );
    const outcome = playDays(world, policy, first);
    const secondDay = bounds.slice(bounds.length / 2);
    t.log(outcome, Math.min(...secondDay), Math.max(...secondDay));
    t.true(Math.min(...secondDay) >= 0.8 * world.capacityRps);
    t.true(Math.max(...secondDay) <= 1.02 * world.capacityRps);
    t.true(outcome.hot < 0.01);
    t.true(JSON.stringify(state).length < 4000);
  },
  title: (_, first: number) => `learns what a pod carries, from latency alone, starting with ${first} pods`,
});

test(learns, 10);
test(learns, 60);
