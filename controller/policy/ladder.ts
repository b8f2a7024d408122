import { z } from 'zod';
import { cheapest, perStep } from './choice.ts';
import {
  DEADBAND_DOWN,
  DEADBAND_UP,
  LADDER_CHOICE_STEPS,
  LADDER_FADED_SHARE,
  LADDER_HALF_LIFE_STEPS,
  LADDER_LEAST_STEPS,
  LADDER_NEEDED_STEPS,
  LADDER_PHASE_GAIN,
  LADDER_SPEND,
  LADDER_TRUST_LEAST,
  LADDER_TRUST_MOST,
  LADDER_TRUST_PRIOR,
} from './constants.ts';
import type { Boldness } from './observation.ts';
import { PHASES } from './phase.ts';

/** How sure a rung is that the load stays under what it asks for. */
export const RUNGS = [
  0.5, 0.65, 0.75, 0.82, 0.87, 0.9, 0.93, 0.95, 0.965, 0.975, 0.985, 0.99, 0.994, 0.997, 0.9985, 0.9995,
] as const;
const TOP = RUNGS.length - 1;

/** A start of 10 minutes at 15 s is the longest that is learned. */
const MOST_ASKED = 41;

/** One figure for each phase of the hour. */
const byPhase = z.array(z.number().min(0)).length(PHASES);

const rung = z.object({
  /** What this rung asked for at the end of each of the last steps, newest last. */
  asked: z.array(z.int().min(0)).max(MOST_ASKED),
  /** What it needed in each of the last steps, not rounded: replicas go only down to the highest. */
  needed: z.array(z.number().min(0)).max(LADDER_NEEDED_STEPS),
  /** Load that met too few ready replicas, and replicas asked for; both faded. */
  hot: z.number().min(0),
  cost: z.number().min(0),
  /** The same by the phase of the hour; a state from before there were phases has none. */
  hotIn: byPhase.optional(),
  costIn: byPhase.optional(),
});

const schema = z.object({
  rungs: z.array(rung).length(RUNGS.length),
  /** All load, in replicas, faded like the rungs' figures. */
  load: z.number().min(0),
  /** Load of steps that missed the objective, and what the choice had said would; faded alike. */
  missed: z.number().min(0),
  foreseen: z.number().min(0),
  /** Steps seen, and how many of them in each phase of the hour; these faded. */
  steps: z.int().min(0),
  stepsIn: byPhase.optional(),
  /** The rung of each phase, the one for what is asked for now, and the share of the load that they may let be hot. */
  picks: z.array(z.int().min(0).max(TOP)).length(PHASES).optional(),
  chosen: z.int().min(0).max(TOP),
  expected: z.number().min(0).default(0),
});

type Rung = Readonly<Omit<z.output<typeof rung>, 'hotIn' | 'costIn'>> & {
  readonly hotIn: readonly number[];
  readonly costIn: readonly number[];
};

/** What is known of how bold the policy may be. Plain JSON, so that it outlives the process. */
export type LadderState = Readonly<Omit<z.output<typeof schema>, 'rungs' | 'stepsIn'>> & {
  readonly stepsIn: readonly number[];
  readonly rungs: readonly Rung[];
};

/** The state as it was remembered; empty when nothing was, or when it is not such a state. */
export function initialLadder(recalled?: unknown): LadderState {
  const parsed = schema.safeParse(recalled);
  if (parsed.success) return withPhases(parsed.data);
  return {
    rungs: RUNGS.map(() => ({ asked: [], needed: [], hot: 0, cost: 0, hotIn: none(), costIn: none() })),
    load: 0,
    missed: 0,
    foreseen: 0,
    steps: 0,
    stepsIn: none(),
    chosen: TOP,
    expected: 0,
  };
}

/** What was learned before there were phases is spread over all of them alike. */
function withPhases(state: z.output<typeof schema>): LadderState {
  const counted = Math.min(state.steps * LADDER_FADED_SHARE, LADDER_HALF_LIFE_STEPS / Math.LN2);
  const evenly = (sum: number) => Array<number>(PHASES).fill(sum / PHASES);
  return {
    ...state,
    rungs: state.rungs.map((one) => ({
      ...one,
      hotIn: one.hotIn ?? evenly(one.hot),
      costIn: one.costIn ?? evenly(one.cost),
    })),
    stepsIn: state.stepsIn ?? evenly(counted),
  };
}

function none(): number[] {
  return Array<number>(PHASES).fill(0);
}

/** One closed step as the shadows see it. Everything in replicas, not rounded. */
export interface Trial {
  /** The load of the step, and the need of this moment (the higher of the last two steps). */
  readonly load: number;
  readonly now: number;
  /** The demand when a replica asked for now can serve, and the highest until then, at a rung's probability. */
  readonly order: (probability: number) => number;
  readonly keep: (probability: number) => number;
  /** Whether the step's own latency missed the objective. */
  readonly missed: boolean;
  /** What a replica removed now might be wanted back for. */
  readonly payback: number;
  /** Steps from asking for a replica to its serving. */
  readonly leadSteps: number;
  /** The phase of the hour of the step, and of the one from which on a replica asked for now serves. */
  readonly phase: number;
  readonly servesIn: number;
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
  const seen: LadderState = {
    ...state,
    rungs: state.rungs.map((one, index) => shadow(one, trial, RUNGS[index] ?? 1, kept)),
    load: state.load * kept + trial.load,
    missed: state.missed * kept + (trial.missed ? trial.load : 0),
    steps,
    stepsIn: faded(state.stepsIn, kept, trial.phase, 1),
  };
  const serving = state.picks?.[trial.phase] ?? state.chosen;
  const hot = (seen.rungs[serving]?.hot ?? 0) - kept * (state.rungs[serving]?.hot ?? 0);
  const known = { ...seen, foreseen: state.foreseen * kept + hot };
  const next = steps % LADDER_CHOICE_STEPS === 0 ? chosenAnew(known, trial.limit, kept) : known;
  return { ...next, chosen: next.picks?.[trial.servesIn] ?? next.chosen };
}

/** The share of requests that the chosen rungs would have let meet too little capacity, and how sure to be now. */
export function boldnessOf({ steps, chosen, expected }: LadderState, limit: number): Boldness {
  if (steps < LADDER_LEAST_STEPS)
    return { probability: 1 - limit, source: 'default', hotShare: Number.NaN, steps };
  return { probability: RUNGS[chosen] ?? 1 - limit, source: 'learned', hotShare: expected, steps };
}

/**
 * How much of what the shadows count as hot is so in truth: they know capacity only by a lower bound, and the policy has more
 * rules than they. With little to go by it is 1.
 *
 * a budget of 100; the chosen rungs let 80 be hot, and 20 missed the objective | 20 and 80
 * (80 + 25) / (20 + 25) | (20 + 25) / (80 + 25)
 * -> 2.33: the shadows may spend 2.33 times as much | 0.43, at least 0.5
 */
export function trust(missed: number, foreseen: number, budget: number): number {
  const prior = LADDER_TRUST_PRIOR * budget;
  const ratio = prior > 0 ? (foreseen + prior) / (missed + prior) : 1;
  return Math.min(LADDER_TRUST_MOST, Math.max(LADDER_TRUST_LEAST, ratio));
}

/**
 * Before there is evidence a rung is taken at its word: so much load more is counted, of which it lets 1 - its probability be
 * hot. It weighs as an hour of steps, and fades as they do.
 *
 * 240 steps of load 10 seen, none of it hot; budget 1 %: a rung of 0.975 would have let 2.5 % of another 2,400 be hot
 * (0 + 0.025 x 2400) / (2400 + 2400) = 1.25 % > 0.9 %
 * -> not yet; 0.985 may, and 0.975 after 2 more hours
 */
function priorLoad(load: number, counted: number, fading: number): number {
  return (load / counted) * LADDER_LEAST_STEPS * fading;
}

/**
 * The cheapest rung that keeps the budget, or the cheapest rungs, one for each phase of the hour, where these save enough to
 * be more than luck. What even the most careful one cannot help is not held against the others: then the cheapest that are
 * about as good as it.
 */
function chosenAnew(state: LadderState, limit: number, kept: number): LadderState {
  const { rungs, load, missed, foreseen, steps, stepsIn } = state;
  const counted = stepsIn.reduce((sum, one) => sum + one, 0);
  const prior = priorLoad(load, counted, kept ** steps);
  const budget = limit * load;
  const words = RUNGS.map((probability) => prior * (1 - probability));
  const most = Math.max(
    LADDER_SPEND * (budget * trust(missed, foreseen, budget) + limit * prior),
    (rungs[TOP]?.hot ?? 0) * (2 - LADDER_SPEND) + (words[TOP] ?? 0),
  );
  const records = rungs.map(({ hot, cost, hotIn, costIn }, index) => ({
    hot: perStep(hotIn, stepsIn, hot / counted).map((rate) => rate + (words[index] ?? 0) / counted),
    cost: perStep(costIn, stepsIn, cost / counted),
  }));
  const common = cheapestAlone(rungs, words, most);
  const byPhase = cheapest(records, stepsIn, most);
  const saves = byPhase.cost < (rungs[common]?.cost ?? 0) * (1 - LADDER_PHASE_GAIN);
  const hot = saves ? byPhase.hot : (rungs[common]?.hot ?? 0);
  const picks = saves ? [...byPhase.picks] : Array<number>(PHASES).fill(common);
  return { ...state, picks, expected: load > 0 ? hot / load : 0 };
}

/** Of equals the boldest. */
function cheapestAlone(rungs: readonly Rung[], words: readonly number[], most: number): number {
  const keeping = rungs.flatMap(({ hot, cost }, index) =>
    hot + (words[index] ?? 0) <= most ? [{ index, cost }] : [],
  );
  return keeping.reduce((best, next) => (next.cost < best.cost ? next : best)).index;
}

/** A step is added to its phase; all fade. */
function faded(sums: readonly number[], kept: number, phase: number, added: number): number[] {
  return sums.map((sum, index) => sum * kept + (index === phase ? added : 0));
}

function shadow(one: Rung, trial: Trial, probability: number, kept: number): Rung {
  const { asked, needed } = one;
  const current = asked.at(-1) ?? whole(trial.now);
  const serving = asked.slice(-trial.leadSteps - 1).reduce((least, one) => Math.min(least, one), current);
  const need = needOf(current, probability, trial);
  const recent = need === undefined ? needed : [...needed.slice(1 - LADDER_NEEDED_STEPS), need];
  const next = need === undefined ? current : follow(current, need, recent, trial);
  const hot = trial.load > serving ? trial.load : 0;
  return {
    asked: [...asked.slice(1 - MOST_ASKED), next],
    needed: recent,
    hot: one.hot * kept + hot,
    cost: one.cost * kept + current,
    hotIn: faded(one.hotIn, kept, trial.phase, hot),
    costIn: faded(one.costIn, kept, trial.phase, current),
  };
}

/** What to add, else what to keep; undefined: not known. */
function needOf(current: number, probability: number, { now, order, keep }: Trial): number | undefined {
  const added = Math.max(order(probability), now);
  if (!Number.isFinite(added)) return undefined;
  return added > current ? added : Math.max(added, Math.min(current, keep(probability)));
}

/** The policy in brief: present load at once, deadband, stabilisation, payback. The spec's bounds bind all rungs alike. */
function follow(current: number, need: number, recent: readonly number[], { now, payback }: Trial): number {
  if (need > current) return need > current * (1 + DEADBAND_UP) || now > current ? whole(need) : current;
  const least = recent.reduce((most, one) => Math.max(most, one), payback);
  return least < current * (1 - DEADBAND_DOWN) ? whole(least) : current;
}

function whole(replicas: number): number {
  return Number.isFinite(replicas) ? Math.max(1, Math.ceil(replicas - 1e-9)) : 1;
}
