import type { Forecaster } from '../../assembly/pkg/forecaster.js';
import type { Demand } from './demand.ts';
import { foresailScaler } from './scalers/foresail.ts';
import { hpaScaler } from './scalers/hpa.ts';
import { oracleScaler } from './scalers/oracle.ts';
import { proportionalScaler } from './scalers/proportional.ts';
import { type Ground, play, type Schedule, type Work } from './schedule.ts';
import { TARGETS, type Tuned, tuned } from './tuned.ts';
import { type Verdict, verdictOn } from './verdict.ts';

/** Who can be asked for; `hpa-default` is the HPA at the 70 % most charts ship. */
export const POLICIES = ['foresail', 'hpa-default', 'hpa-tuned', 'rps', 'oracle'] as const;
export type Policy = (typeof POLICIES)[number];
export const DEFAULT_HPA_TARGET = 70;
/** A fleet that is there when the replay begins, whoever scales it: the first tick's load at this utilisation. */
const FIRST_UTILISATION = 0.7;

export interface SimulationParts {
  readonly demand: Demand;
  readonly startupSeconds: number;
  readonly warmupSeconds: number;
  /** First tick that is judged; what is before is only learned from. */
  readonly fromTick: number;
  /** Share of requests that may run hot. */
  readonly limit: number;
  readonly podHourCost: number;
  readonly policies: readonly Policy[];
  readonly core: { readonly forecaster: Forecaster; readonly digest: string };
  /** Pins what a replica carries in requests per second; learned when absent. */
  readonly capacityRps?: number;
}

export interface Simulated {
  readonly policy: Policy;
  readonly schedule: Schedule;
  readonly verdict: Verdict;
  /** Percent, of the tuned ones. */
  readonly target?: number;
  /** false: no target of a tuned one holds the limit. */
  readonly meetsLimit?: boolean;
}

/** How many ticks a simulation plays in all, for a progress bar. The tuned HPA and the oracle are the yardstick of all. */
export function ticksToPlay({ demand, policies }: SimulationParts): number {
  const others = policies.filter((policy) => policy === 'foresail' || policy === 'hpa-default').length;
  const sweeps = policies.includes('rps') ? 2 : 1;
  return demand.pods.length * (1 + others + sweeps * TARGETS.length);
}

/** Plays one demand through every policy asked for, and judges them by the same yardstick. */
export function* simulate(parts: SimulationParts): Work<readonly Simulated[]> {
  const { demand, startupSeconds, fromTick, limit, policies } = parts;
  const ground: Ground = { demand, startupSeconds, replicas: firstReplicas(demand) };
  const tunedHpa = yield* tuned((target) => hpaScaler('hpa-tuned', target), ground, fromTick, limit);
  const oracle = yield* play(oracleScaler(demand, startupSeconds), ground);
  const { warmupSeconds, podHourCost } = parts;
  const bench = { fromTick, warmupSeconds, podHourCost, tunedHpa: tunedHpa.schedule, oracle };
  const all: Simulated[] = [];
  for (const policy of policies) {
    const found = yield* schedules[policy](parts, ground, tunedHpa, oracle);
    all.push({ policy, ...found, verdict: verdictOn(found.schedule, bench) });
  }
  return all;
}

type Found = Pick<Simulated, 'schedule' | 'target' | 'meetsLimit'>;
type Finding = (parts: SimulationParts, ground: Ground, tunedHpa: Tuned, oracle: Schedule) => Work<Found>;

const schedules: Readonly<Record<Policy, Finding>> = {
  *foresail({ core, capacityRps, limit }, ground) {
    const scaler = foresailScaler({
      core: core.forecaster,
      digest: core.digest,
      startMs: ground.demand.startMs,
      objective: { budgetPercent: limit * 100 },
      ...(capacityRps === undefined ? {} : { capacityRps }),
    });
    try {
      return { schedule: yield* play(scaler, ground) };
    } finally {
      scaler.close();
    }
  },
  *'hpa-default'(_, ground) {
    return {
      schedule: yield* play(hpaScaler('hpa-default', DEFAULT_HPA_TARGET), ground),
      target: DEFAULT_HPA_TARGET,
    };
  },
  // biome-ignore lint/correctness/useYield: found before, as the yardstick of all
  *'hpa-tuned'(_parts, _ground, { schedule, target, meetsLimit }) {
    return { schedule, target, meetsLimit };
  },
  *rps({ fromTick, limit }, ground) {
    const { schedule, target, meetsLimit } = yield* tuned(
      (percent) => proportionalScaler('rps', percent),
      ground,
      fromTick,
      limit,
    );
    return { schedule, target, meetsLimit };
  },
  // biome-ignore lint/correctness/useYield: found before, as the yardstick of all
  *oracle(_parts, _ground, _tunedHpa, oracle) {
    return { schedule: oracle };
  },
};

function firstReplicas({ pods }: Demand): number {
  const first = pods.find((load) => !Number.isNaN(load)) ?? 0;
  return Math.max(1, Math.ceil(first / FIRST_UTILISATION));
}
