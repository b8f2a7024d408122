import { z } from 'zod';
import {
  DEADBAND_DOWN,
  DEADBAND_UP,
  LADDER_CHOICE_STEPS,
  LADDER_HALF_LIFE_STEPS,
  LADDER_LEAST_STEPS,
  LADDER_SPEND,
} from './constants.ts';
import type { Boldness } from './observation.ts';

/** How sure a rung is that the load stays under what it asks for. */
export const RUNGS = [
  0.5, 0.65, 0.75, 0.82, 0.87, 0.9, 0.93, 0.95, 0.965, 0.975, 0.985, 0.99, 0.994, 0.997, 0.9985, 0.9995,
] as const;
const TOP = RUNGS.length - 1;

/** A start of 10 minutes at 15 s is the longest that is learned. */
const MOST_ASKED = 41;

const rung = z.object({
  /** What this rung asked for at the end of each of the last steps, newest last. */
  asked: z.array(z.int().min(0)).max(MOST_ASKED),
  /** Load that met too few ready replicas, and replicas asked for; both faded. */
  hot: z.number().min(0),
  cost: z.number().min(0),
});

const schema = z.object({
  rungs: z.array(rung).length(RUNGS.length),
  /** All load, in replicas, faded like the rungs' figures. */
  load: z.number().min(0),
  /** Steps seen. */
  steps: z.int().min(0),
  chosen: z.int().min(0).max(TOP),
});

type Rung = Readonly<z.output<typeof rung>>;

/** What is known of how bold the policy may be. Plain JSON, so that it outlives the process. */
export type LadderState = Readonly<Omit<z.output<typeof schema>, 'rungs'>> & {
  readonly rungs: readonly Rung[];
};

/** The state as it was remembered; empty when nothing was, or when it is not such a state. */
export function initialLadder(recalled?: unknown): LadderState {
  const parsed = schema.safeParse(recalled);
  if (parsed.success) return parsed.data;
  return { rungs: RUNGS.map(() => ({ asked: [], hot: 0, cost: 0 })), load: 0, steps: 0, chosen: TOP };
}

/** One closed step as the shadows see it. Everything in replicas, not rounded. */
export interface Trial {
  /** The load of the step, and the need of this moment (the higher of the last two steps). */
  readonly load: number;
  readonly now: number;
  /** The upper demand over the lead window at a rung's probability. */
  readonly ahead: (probability: number) => number;
  /** What a replica removed now might be wanted back for. */
  readonly payback: number;
  /** Steps from asking for a replica to its serving. */
  readonly leadSteps: number;
  /** Share of the load that may meet too little capacity. */
  readonly limit: number;
}

/**
 * Sixteen shadows scale the same load side by side, each sure to another degree, each with replicas that are ready
 * only after the lead time. What each would have cost and spoilt is known a moment later, so the cheapest that keeps
 * the budget is known too, whatever is wrong with the forecast's quantiles, and there is nothing to tune.
 *
 * lead 2 steps; a rung asked for 4, 5, 6, 6 (newest last); the load is 5.2
 * replicas asked for in all of the last 3 steps serve: min(5, 6, 6) = 5 < 5.2
 * -> 5.2 are hot
 */
export function climb(state: LadderState, trial: Trial): LadderState {
  const steps = state.steps + 1;
  const kept = 0.5 ** (1 / Math.min(LADDER_HALF_LIFE_STEPS, Math.max(LADDER_LEAST_STEPS, steps / 2)));
  const load = state.load * kept + trial.load;
  const rungs = state.rungs.map((one, index) => shadow(one, trial, RUNGS[index] ?? 1, kept));
  const due = steps % LADDER_CHOICE_STEPS === 0;
  return { rungs, load, steps, chosen: due ? choose(rungs, load, trial.limit) : state.chosen };
}

/** The share of requests that the chosen rung would have let meet too little capacity, and how sure to be. */
export function boldnessOf({ rungs, load, steps, chosen }: LadderState, limit: number): Boldness {
  if (steps < LADDER_LEAST_STEPS)
    return { probability: 1 - limit, source: 'default', hotShare: Number.NaN, steps };
  const hot = rungs[chosen]?.hot ?? Number.NaN;
  return {
    probability: RUNGS[chosen] ?? 1 - limit,
    source: 'learned',
    hotShare: load > 0 ? hot / load : 0,
    steps,
  };
}

/**
 * The cheapest rung that keeps the budget. What even the most careful one cannot help is not held against the others: then
 * the cheapest that is about as good as it. Of equals the boldest.
 */
function choose(rungs: readonly Rung[], load: number, limit: number): number {
  const most = Math.max(LADDER_SPEND * limit * load, (rungs[TOP]?.hot ?? 0) * (2 - LADDER_SPEND));
  const keeping = rungs.flatMap(({ hot, cost }, index) => (hot <= most ? [{ index, cost }] : []));
  return keeping.reduce((best, next) => (next.cost < best.cost ? next : best)).index;
}

function shadow({ asked, hot, cost }: Rung, trial: Trial, probability: number, kept: number): Rung {
  const current = asked.at(-1) ?? whole(trial.now);
  const serving = asked.slice(-trial.leadSteps - 1).reduce((least, one) => Math.min(least, one), current);
  const next = ask(current, Math.max(trial.ahead(probability), trial.now), trial);
  return {
    asked: [...asked.slice(1 - MOST_ASKED), next],
    hot: hot * kept + (trial.load > serving ? trial.load : 0),
    cost: cost * kept + current,
  };
}

/** The policy in brief: deadband, present load at once, payback. The bounds of the spec bind all rungs alike. */
function ask(current: number, need: number, { now, payback }: Trial): number {
  if (!Number.isFinite(need)) return current;
  if (need > current) return need > current * (1 + DEADBAND_UP) || now > current ? whole(need) : current;
  const least = Math.max(need, payback);
  return least < current * (1 - DEADBAND_DOWN) ? whole(least) : current;
}

function whole(replicas: number): number {
  return Number.isFinite(replicas) ? Math.max(1, Math.ceil(replicas - 1e-9)) : 1;
}
