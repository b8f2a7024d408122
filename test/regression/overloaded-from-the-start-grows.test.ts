import test from 'ava';
import { capacityOf, initialCapacity, learnCapacity } from '../../controller/policy/capacity.ts';
import { decide } from '../../controller/policy/decide.ts';
import { freshMemory } from '../../controller/policy/memory.ts';
import type { Step } from '../../controller/series/step.ts';
import { observation, spec, step } from '../policy/observations.ts';

/* A fleet that was overloaded from its first step never met its objective, so its capacity stayed unknown and it held. */

const OBJECTIVE_SECONDS = 0.25;

/** One replica carries 50 requests/s inside the objective, and none beyond. */
function stepOf(rps: number, ready: number, startMs: number): Step {
  const slow = rps / ready > 50;
  const seconds = slow
    ? { lower: 1, upper: 2 }
    : { lower: OBJECTIVE_SECONDS / 4, upper: OBJECTIVE_SECONDS / 2 };
  return { ...step(rps, startMs), latency: { p50: seconds, p95: seconds, p99: seconds } };
}

test('it grows until the objective is met, and then knows what one replica carries', (t) => {
  let capacity = initialCapacity();
  let memory = freshMemory(0);
  let replicas = 2;
  const recent: Step[] = [];
  const asked: number[] = [];
  for (let tick = 0; tick < 120; tick++) {
    const nowMs = tick * 15_000;
    recent.push(stepOf(600, replicas, nowMs));
    const newest = recent.at(-1);
    if (newest)
      capacity = learnCapacity(capacity, {
        step: newest,
        ready: replicas,
        starting: 0,
        objective: spec().objective,
      });
    const decision = decide({
      ...observation({ recent: recent.slice(-10), capacity: capacityOf(capacity, spec()), memory, nowMs }),
      spec: spec({ maxReplicas: 100 }),
      target: { replicas, ready: replicas, starting: 0, resourceVersion: '1' },
      forecast: undefined,
    });
    memory = decision.memory;
    if (decision.replicas !== replicas) asked.push(decision.replicas);
    replicas = decision.replicas;
  }
  t.true(replicas >= 12, `600 requests/s at 50 each need 12; asked for ${asked.join(', ')}`);
  t.true(replicas <= 20, `and not many more; asked for ${asked.join(', ')}`);
  t.is(capacityOf(capacity, spec()).source, 'learned');
});
