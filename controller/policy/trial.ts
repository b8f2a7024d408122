import { PAYBACK_PROBABILITY } from './constants.ts';
import { testify } from './evidence.ts';
import { climb, type LadderState, type Trial } from './ladder.ts';
import type { Observation } from './observation.ts';
import { phaseOf } from './phase.ts';
import { isKnown, outlookOf, paybackSeconds } from './situation.ts';

type Known = Pick<
  Observation,
  'spec' | 'forecast' | 'capacity' | 'leadTime' | 'stepSeconds' | 'recent' | 'wallMs'
>;

/** Lets the shadows of a workload take the newest step; the state stays what it was when the step tells nothing. */
export function learnBoldness(state: LadderState, known: Known): LadderState {
  const trial = trialOf(known);
  return trial ? climb(state, trial) : state;
}

/** undefined: the load, what a replica carries or what lies ahead is not known. */
function trialOf(known: Known): Trial | undefined {
  const newest = known.recent.at(-1);
  const { capacityRps, leadSeconds, servesInSeconds, at, ahead, reactive } = outlookOf(known);
  if (newest === undefined || !isKnown(newest) || reactive === undefined) return undefined;
  const payback = ahead(paybackSeconds(leadSeconds), PAYBACK_PROBABILITY);
  if (payback === undefined) return undefined;
  const leadSteps = Math.ceil(servesInSeconds / known.stepSeconds);
  return {
    load: newest.rps / capacityRps,
    now: reactive.replicas,
    order: (probability) => at(leadSeconds, probability)?.replicas ?? Number.NaN,
    keep: (probability) => ahead(leadSeconds, probability)?.replicas ?? Number.NaN,
    payback: payback.replicas,
    missed: testify({ step: newest, objective: known.spec.objective }).missed,
    leadSteps,
    phase: phaseOf(newest.startMs),
    servesIn: phaseOf(newest.startMs + (leadSteps + 1) * known.stepSeconds * 1000),
    limit: known.spec.objective.budgetPercent / 100,
  };
}
