import type { Demand } from './demand.ts';
import type { Forecasts } from './forecast-tape.ts';
import { DEFAULT_BEHAVIOR } from './hpa.ts';
import { type ForesailParts, foresailScaler } from './scalers/foresail.ts';
import { hpaScaler } from './scalers/hpa.ts';
import { oracleScaler } from './scalers/oracle.ts';
import { proportionalScaler } from './scalers/proportional.ts';
import { qLearningScaler } from './scalers/q-learning.ts';
import { type Ground, play, type Schedule, together, type Work } from './schedule.ts';
import { type Swept, sweep, TARGETS, type Tuned, tuned } from './tuned.ts';
import { judgeOn, type Verdict } from './verdict.ts';

/** Who can be asked for; `hpa-default` is the HPA at the 70 % most charts ship. */
export const POLICIES = ['foresail', 'q-learning', 'hpa-default', 'hpa-tuned', 'rps', 'oracle'] as const;
/** `all`: a policy that is only tried has to be named. */
export const STANDING = POLICIES.filter((policy) => policy !== 'q-learning');
export type Policy = (typeof POLICIES)[number];
export const DEFAULT_HPA_TARGET = 70;
/** A fleet that is there when the replay begins, whoever scales it: the first tick's load at this utilisation. */
const FIRST_UTILISATION = 0.7;

/** What is played. */
export interface FieldParts {
  readonly demand: Demand;
  readonly forecasts: Forecasts;
  readonly startupSeconds: number;
  /** Share of requests that may run hot. */
  readonly limit: number;
  readonly policies: readonly Policy[];
  /** Pins what a replica carries in requests per second; learned when absent. */
  readonly capacityRps?: number;
}

/** By what it is judged. */
export interface Yardstick {
  /** First tick that is judged; what is before is only learned from. */
  readonly fromTick: number;
  readonly warmupSeconds: number;
  readonly podHourCost: number;
}

export interface SimulationParts extends FieldParts, Yardstick {}

export interface Simulated {
  readonly policy: Policy;
  readonly schedule: Schedule;
  readonly verdict: Verdict;
  /** Percent, of the tuned ones. */
  readonly target?: number;
  /** false: no target of a tuned one holds the limit. */
  readonly meetsLimit?: boolean;
}

/** All that ran over one demand, whatever part of it is judged. */
export interface Field {
  readonly hpa: readonly Swept[];
  readonly oracle: Schedule;
  /** Absent where they were not asked for. */
  readonly hpaDefault?: Schedule;
  readonly rps?: readonly Swept[];
  readonly foresail?: Schedule;
  readonly qLearning?: Schedule;
}

const SINGLES = ['foresail', 'q-learning', 'hpa-default'] as const satisfies readonly Policy[];

/** How many ticks a simulation plays in all, for a progress bar. The HPAs and the oracle are the yardstick of all. */
export function ticksToPlay({ demand, policies }: FieldParts): number {
  const singles = policies.filter((policy) => SINGLES.some((single) => single === policy)).length;
  const sweeps = policies.includes('rps') ? 2 : 1;
  return demand.pods.length * (1 + singles + sweeps * TARGETS.length);
}

/** Plays one demand through every policy asked for, and judges them by the same yardstick. */
export function* simulate(parts: SimulationParts): Work<readonly Simulated[]> {
  return judge(yield* playField(parts), parts);
}

export function* playField({ demand, startupSeconds, policies, ...parts }: FieldParts): Work<Field> {
  const ground: Ground = { demand, startupSeconds, replicas: firstReplicas(demand) };
  // Who tunes an HPA writes its behavior out. Left out, the HPA runs on after a spike, and is no cheaper on any trace.
  const hpa = yield* sweep((target) => hpaScaler('hpa', target, DEFAULT_BEHAVIOR), ground);
  const hpaDefault = policies.includes('hpa-default')
    ? yield* play(hpaScaler('hpa-default', DEFAULT_HPA_TARGET), ground)
    : undefined;
  const oracle = yield* play(oracleScaler(demand, startupSeconds), ground);
  const rps = policies.includes('rps')
    ? yield* sweep((target) => proportionalScaler('rps', target), ground)
    : undefined;
  // They take turns, so that one run of the core is enough for both.
  const forecasting = (
    [
      ['foresail', foresailScaler],
      ['q-learning', qLearningScaler],
    ] as const
  ).filter(([name]) => policies.includes(name));
  const played = yield* together(
    forecasting.map(([, scaler]) => play(scaler(partsOf(parts, demand.startMs)), ground)),
  );
  const [foresail, qLearning] = (['foresail', 'q-learning'] as const).map((name) =>
    played.find((one) => one.name === name),
  );
  const others = { ...(hpaDefault && { hpaDefault }), ...(rps && { rps }) };
  return { hpa, oracle, ...others, ...(foresail && { foresail }), ...(qLearning && { qLearning }) };
}

/** Each policy that was asked for, in the order asked. */
export function judge(
  field: Field,
  parts: Yardstick & Pick<FieldParts, 'policies' | 'limit'>,
): readonly Simulated[] {
  const { fromTick, warmupSeconds, podHourCost, limit } = parts;
  const tunedHpa = tuned(field.hpa, fromTick, limit);
  const verdictOn = judgeOn({
    ...{ fromTick, warmupSeconds, podHourCost },
    tunedHpa: tunedHpa.schedule,
    oracle: field.oracle,
  });
  return parts.policies.flatMap((policy) => {
    const found = entryOf(policy, field, tunedHpa, parts);
    return found ? [{ policy, ...found, verdict: verdictOn(found.schedule) }] : [];
  });
}

type Found = Pick<Simulated, 'schedule' | 'target' | 'meetsLimit'>;

function entryOf(
  policy: Policy,
  { hpaDefault, oracle, rps, foresail, qLearning }: Field,
  tunedHpa: Tuned,
  { fromTick, limit }: Pick<SimulationParts, 'fromTick' | 'limit'>,
): Found | undefined {
  switch (policy) {
    case 'foresail':
      return foresail && { schedule: foresail };
    case 'q-learning':
      return qLearning && { schedule: qLearning };
    case 'hpa-default':
      return hpaDefault && { schedule: hpaDefault, target: DEFAULT_HPA_TARGET };
    case 'hpa-tuned':
      return withoutOutcome(tunedHpa);
    case 'rps':
      return rps && withoutOutcome(tuned(rps, fromTick, limit));
    case 'oracle':
      return { schedule: oracle };
  }
}

function withoutOutcome({ target, schedule, meetsLimit }: Tuned): Found {
  return { schedule, target, meetsLimit };
}

function partsOf(
  { forecasts, capacityRps, limit }: Pick<FieldParts, 'forecasts' | 'capacityRps' | 'limit'>,
  startMs: number,
): ForesailParts {
  return {
    ...{ forecasts, startMs },
    objective: { budgetPercent: limit * 100 },
    ...(capacityRps === undefined ? {} : { capacityRps }),
  };
}

function firstReplicas({ pods }: Demand): number {
  const first = pods.find((load) => !Number.isNaN(load)) ?? 0;
  return Math.max(1, Math.ceil(first / FIRST_UTILISATION));
}
