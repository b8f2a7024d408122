import type { Step } from '../../series/step.ts';
import {
  BLIND_GROWTH,
  BLIND_GROWTH_MOST,
  BLIND_GROWTH_OVERLOADED,
  FIRST_TOLERANCE,
  REACTIVE_STEPS,
  SETTLING_STEPS,
} from '../constants.ts';
import { testify } from '../evidence.ts';
import { rateText } from '../figures.ts';
import type { Observation } from '../observation.ts';
import { passes, type Rule, type Ruling, says } from '../rule.ts';
import { reactiveRps, type Situation, whole } from '../situation.ts';

/**
 * Until it is known what one replica carries, each goes on with as much as it had when its objective was first seen met, as an
 * HPA would have it: whoever set the replicas wanted it so. A fleet that misses its objective is too small whatever one
 * replica carries: once all that was asked for is Ready it grows by half, or to the double where a queue has built up.
 *
 * capacity NaN, 9 replicas now, all Ready, the load is 900 requests/s now
 * nothing known | at first 75 each met it: 900 / 75 = 12 > 9 x 1.1 | p99 in (500, 1000] ms in the last two steps, objective 250 ms
 * -> 9 | 12 | ceil(9 x 1.5) = 14
 */
export const capacityUnknown: Rule = {
  name: 'capacityUnknown',
  apply(situation, word) {
    const { observation, capacityRps, current } = situation;
    if (capacityRps > 0) return passes(word, 'capacity is known');
    const first = asAtFirst(situation);
    const missing = missesOf(observation);
    if (missing !== 'none') return grow(situation, missing, first);
    if (first !== undefined && first.replicas > current * FIRST_TOLERANCE) {
      return says(first.replicas, 'LoadRose', `${first.words}; what one replica carries is not known yet`);
    }
    return says(
      current,
      'CapacityUnknown',
      'what one replica carries is not known yet; it is learned from load, or pinned by spec.capacity.requestsPerSecondPerReplica',
    );
  },
};

interface First {
  readonly replicas: number;
  readonly words: string;
}

function asAtFirst({ observation: { capacity, recent } }: Situation): First | undefined {
  const rps = reactiveRps(recent);
  const { firstRps } = capacity;
  if (!(firstRps !== undefined && firstRps > 0 && Number.isFinite(rps))) return undefined;
  const words = `the load is ${rateText(rps)} requests/s now, and ${rateText(firstRps)} per replica met the objective at first`;
  return { replicas: whole(rps / firstRps), words };
}

function grow(
  { observation, target, current }: Situation,
  missing: 'missed' | 'overloaded',
  first: First | undefined,
): Ruling {
  const { percentile, thresholdMs } = observation.spec.objective;
  const miss = `p${percentile} is above ${thresholdMs} ms`;
  const { missed } = observation.capacity;
  if (missed !== undefined && !(missed.highestRps < missed.lowestRps * BLIND_GROWTH_MOST)) {
    const message = `${miss} also with an eighth of the load per replica: more replicas do not help`;
    return says(current, 'CapacityUnknown', message);
  }
  const factor = missing === 'overloaded' ? BLIND_GROWTH_OVERLOADED : BLIND_GROWTH;
  const grown = Math.ceil((target.workloadReplicas ?? current) * factor);
  const because = first !== undefined && first.replicas > grown ? `; ${first.words}` : '';
  const message = `${miss} and what one replica carries is not known yet${because}`;
  return says(Math.max(grown, first?.replicas ?? 0), 'ObjectiveMissed', message);
}

/**
 * The last two steps missed the objective, and where replicas came just before, more: the queue of before is served first.
 *
 * replicas in the steps, newest last: 9, 9, both missed | 9, 14, 14, both missed
 * the same fleet | they have served for 2 steps, not for 3
 * -> missed | none
 */
function missesOf({ recent, target, spec: { objective } }: Observation): 'none' | 'missed' | 'overloaded' {
  if (target === undefined || target.ready === 0 || target.starting > 0) return 'none';
  const newest = recent.at(-1);
  const settled = recent.slice(-SETTLING_STEPS).every((step) => step.podsReporting === newest?.podsReporting);
  const last = recent.slice(-REACTIVE_STEPS);
  const said = last.map((step: Step) => testify({ step, objective }));
  if (!settled || last.length < REACTIVE_STEPS || !said.every(({ missed }) => missed)) return 'none';
  return said.every(({ overloaded }) => overloaded) ? 'overloaded' : 'missed';
}
