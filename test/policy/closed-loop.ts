import { seededRandom } from '../../controller/clock.ts';
import { type Forecast, LEADS, PEAK_STEPS, type Quantiles } from '../../controller/forecast/forecast.ts';
import { decide } from '../../controller/policy/decide.ts';
import { freshMemory } from '../../controller/policy/memory.ts';
import type { Capacity, Memory, Observation } from '../../controller/policy/observation.ts';
import type { Step } from '../../controller/series/step.ts';
import { observation, STEP_SECONDS, spec } from './observations.ts';

/** A fleet, a load, and somebody who decides at every step: small enough to play days in a second. */
export interface World {
  /** The smooth rate at each step, and what arrives: the same with noise. */
  readonly smooth: readonly number[];
  readonly load: readonly number[];
  readonly capacityRps: number;
  readonly startupSeconds: number;
}

export interface Outcome {
  /** Share of requests that arrived in a step with more load than the Ready pods carry. */
  readonly hot: number;
  readonly podHours: number;
  readonly turnsPerDay: number;
}

/** Replicas to ask for at step `at`, given what was asked for and how many are Ready. */
export type Policy = (at: number, asked: number, ready: number) => number;

const DAY_STEPS = 86_400 / STEP_SECONDS;

/**
 * Days as a shop has them: a wave with a morning ramp and an evening peak, opening hours that begin within a minute,
 * and a job of four minutes on every hour. Noise is relative, one sigma per step.
 */
export function days(count: number, meanRps: number, noise: number, seed = 7): World {
  const random = seededRandom(seed);
  const smooth = Array.from({ length: count * DAY_STEPS }, (_, at) => {
    const day = (at % DAY_STEPS) / DAY_STEPS;
    const wave = 1 - 0.6 * Math.cos(2 * Math.PI * day) - 0.2 * Math.cos(4 * Math.PI * day);
    const sinceOpening = (day - 9 / 24) * 1440;
    const opening = day < 17 / 24 ? 0.5 * Math.min(1, Math.max(0, sinceOpening)) : 0;
    const job = (day * 24) % 1 < 4 / 60 ? 0.5 : 0;
    return meanRps * (wave + opening + job);
  });
  const load = smooth.map((rps) => Math.max(0, rps * (1 + noise * gaussian(random))));
  return { smooth, load, capacityRps: 50, startupSeconds: 60 };
}

export function playDays(world: World, policy: Policy, first: number): Outcome {
  const { load, capacityRps, startupSeconds } = world;
  const startupSteps = Math.ceil(startupSeconds / STEP_SECONDS);
  let pods: readonly number[] = Array<number>(first).fill(0);
  let [hot, all, podSteps, turns, direction] = [0, 0, 0, 0, 0];
  for (const [at, rps] of load.entries()) {
    const ready = pods.filter((readyAt) => readyAt <= at).length;
    const wanted = policy(at, pods.length, ready);
    const change = Math.sign(wanted - pods.length);
    if (change !== 0 && direction !== 0 && change !== direction) turns += 1;
    if (change !== 0) direction = change;
    const added = Array<number>(Math.max(0, wanted - pods.length)).fill(at + startupSteps);
    pods = [...pods.slice(0, wanted), ...added];
    const serving = pods.filter((readyAt) => readyAt <= at).length;
    podSteps += pods.length;
    all += rps;
    if (rps > serving * capacityRps) hot += rps;
  }
  return {
    hot: hot / all,
    podHours: (podSteps * STEP_SECONDS) / 3600,
    turnsPerDay: turns / (load.length / DAY_STEPS),
  };
}

/**
 * Kubernetes' HPA v2 on utilisation, with its defaults: desired = ceil(replicas x utilisation / target), nothing
 * inside 10 % tolerance, down to the highest of 300 s, up at most to the double or by 4.
 */
export function hpa({ load, capacityRps }: World, target: number, least: number, most: number): Policy {
  const recommended: number[] = [];
  return (at, asked, ready) => {
    const rps = load[Math.max(0, at - 1)] ?? 0;
    const ratio = rps / (Math.max(1, ready) * capacityRps * target);
    const wanted = Math.abs(ratio - 1) <= 0.1 ? asked : Math.ceil(ready * ratio);
    recommended.push(wanted);
    const stable = Math.max(...recommended.slice(-300 / STEP_SECONDS));
    const next = wanted < asked ? Math.min(asked, stable) : Math.min(wanted, Math.max(asked * 2, asked + 4));
    return Math.min(most, Math.max(least, next));
  };
}

export interface Foresail {
  readonly mayScaleDown: boolean;
  /** What the forecast believes the noise to be, one sigma. */
  readonly sigma: number;
  readonly capacity?: () => Capacity;
  readonly onStep?: (step: Step, ready: number, starting: number) => void;
}

/** The real policy with a forecast that knows the smooth load and the size of the noise, not the noise. */
export function foresail(world: World, options: Foresail, least: number, most: number): Policy {
  let memory: Memory = freshMemory(-3_600_000);
  const scaler = spec({
    minReplicas: least,
    maxReplicas: most,
    forecast: { mayScaleDown: options.mayScaleDown },
  });
  return (at, asked, ready) => {
    const nowMs = at * STEP_SECONDS * 1000;
    const recent = Array.from({ length: 4 }, (_, back) => stepAt(world, at - 4 + back));
    const seen: Observation = observation({
      spec: scaler,
      wallMs: nowMs,
      nowMs,
      target: { replicas: asked, ready, starting: asked - ready, resourceVersion: `${at}` },
      recent,
      forecast: foretell(world, at, options.sigma),
      capacity: options.capacity?.() ?? { rpsPerReplica: world.capacityRps, source: 'pinned', evidence: 0 },
      leadTime: { seconds: world.startupSeconds, source: 'learned', starts: 50 },
      memory,
    });
    const decision = decide(seen);
    memory = decision.memory;
    const newest = recent.at(-1);
    if (newest !== undefined) options.onStep?.(newest, ready, asked - ready);
    return decision.replicas;
  };
}

function stepAt({ load }: World, at: number): Step {
  return {
    startMs: at * STEP_SECONDS * 1000,
    rps: load[Math.max(0, at)] ?? Number.NaN,
    errorRatio: 0,
    inflight: Number.NaN,
    podsReporting: 1,
    podsExpected: 1,
    flags: [],
  };
}

function foretell({ smooth }: World, at: number, sigma: number): Forecast {
  const path = Array.from(
    { length: LEADS },
    (_, lead) => smooth[Math.min(at + lead, smooth.length - 1)] ?? 0,
  );
  return {
    originMs: at * STEP_SECONDS * 1000,
    stepSeconds: STEP_SECONDS,
    source: 'champion',
    model: 'builtin:smooth',
    leads: path.map((rps) => spread(rps, sigma, 1)),
    peaks: PEAK_STEPS.map((steps) => ({ steps, ...spread(Math.max(...path.slice(0, steps)), sigma, steps) })),
  };
}

/** The maximum of n normal draws is below x with probability F(x)^n: the p quantile is at z(p^(1/n)). */
function spread(rps: number, sigma: number, draws: number): Quantiles {
  const at = (probability: number) =>
    Math.max(0, rps * (1 + sigma * normalQuantile(probability ** (1 / draws))));
  return { mean: rps, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) };
}

/** Bisection on the normal distribution function; its erf is Abramowitz and Stegun 7.1.26, to 1.5e-7. */
function normalQuantile(probability: number): number {
  let [low, high] = [-6, 6];
  for (let round = 0; round < 40; round += 1) {
    const middle = (low + high) / 2;
    if (normal(middle) < probability) low = middle;
    else high = middle;
  }
  return low;
}

function normal(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const k = 1 / (1 + 0.3275911 * x);
  const series =
    ((((1.061405429 * k - 1.453152027) * k + 1.421413741) * k - 0.284496736) * k + 0.254829592) * k;
  const erf = 1 - series * Math.exp(-x * x);
  return 0.5 * (1 + Math.sign(z) * erf);
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
