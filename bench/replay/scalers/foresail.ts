import {
  type PredictiveScalerSpec,
  predictiveScalerSpec,
} from '../../../controller/api/predictive-scaler.ts';
import { budgetUseOf, guarded, initialBudget, spend } from '../../../controller/policy/budget.ts';
import { capacityOf, initialCapacity, learnCapacity } from '../../../controller/policy/capacity.ts';
import { decide } from '../../../controller/policy/decide.ts';
import { coldPods } from '../../../controller/policy/evidence.ts';
import { highWaterOf, initialHighWater, marked } from '../../../controller/policy/high-water.ts';
import { boldnessOf, initialLadder } from '../../../controller/policy/ladder.ts';
import {
  initialLeadTime,
  type LeadTimeState,
  leadTimeOf,
  learnLeadTime,
  noteOrder,
} from '../../../controller/policy/lead-time.ts';
import { freshMemory } from '../../../controller/policy/memory.ts';
import type { LeadTime, Observation, Target } from '../../../controller/policy/observation.ts';
import type { RuleBook } from '../../../controller/policy/rules.ts';
import { learnBoldness } from '../../../controller/policy/trial.ts';
import type { Pod } from '../../../controller/ports.ts';
import type { Step } from '../../../controller/series/step.ts';
import { TICK_SECONDS } from '../demand.ts';
import type { Fleet, FleetPod } from '../fleet.ts';
import type { Forecasts } from '../forecast-tape.ts';
import { REPLICA_BOUNDS } from '../replica-bounds.ts';
import type { Scaler, Seen } from '../scaler.ts';
import { SimulatedTelemetry } from '../simulated-telemetry.ts';

const RECENT_STEPS = 40;
const workload = { namespace: 'replay', kind: 'Deployment', name: 'shop' };

export interface ForesailParts {
  readonly forecasts: Forecasts;
  readonly startMs: number;
  readonly objective?: Partial<PredictiveScalerSpec['objective']>;
  /** Pins what a replica carries; learned from latency when absent. */
  readonly capacityRps?: number;
  /** Other rules than the controller's own, for policies that are tried beside it. */
  readonly rules?: RuleBook;
}

/**
 * Foresail in a replay: the same decide, on the same observation that the controller gathers, with capacity and lead time
 * learned by the same code from telemetry and pods. Only the way there is short: no HTTP, no worker, one workload.
 */
export function foresailScaler(parts: ForesailParts): Scaler {
  return new ForesailScaler(parts);
}

class ForesailScaler implements Scaler {
  readonly name = 'foresail';
  readonly #parts: ForesailParts;
  readonly #spec: PredictiveScalerSpec;
  readonly #telemetry = new SimulatedTelemetry();
  readonly #pods = new SeenPods();
  #recent: Step[] = [];
  #lastKnownMs = Number.NEGATIVE_INFINITY;
  #capacity = initialCapacity();
  #leadTime = initialLeadTime();
  #lead: Lead;
  #ladder = initialLadder();
  #budget = initialBudget();
  #highWater = initialHighWater();
  #memory = freshMemory(0);

  constructor(parts: ForesailParts) {
    this.#parts = parts;
    const { objective = {}, capacityRps } = parts;
    this.#spec = predictiveScalerSpec.parse({
      scaleTargetRef: { kind: workload.kind, name: workload.name },
      ...REPLICA_BOUNDS,
      mode: 'Automatic',
      objective,
      capacity: capacityRps === undefined ? {} : { requestsPerSecondPerReplica: capacityRps },
      forecast: { mayScaleDown: true },
    });
    const state = this.#leadTime;
    this.#lead = { learned: { pods: [], state }, time: leadTimeOf(state, this.#spec) };
  }

  decide(seen: Seen, fleet: Fleet): number {
    const { endMs } = seen;
    const pods = this.#pods.of(fleet, endMs);
    this.#observe(seen, pods);
    const decision = decide(this.#observation(endMs, pods), this.#parts.rules);
    this.#memory = decision.memory;
    if (decision.replicas > fleet.replicas) this.#leadTime = noteOrder(this.#leadTime, endMs);
    return decision.replicas;
  }

  #observe({ startMs, endMs, demand, served }: Seen, pods: readonly Pod[]): void {
    const step = this.#telemetry.step(startMs, demand, served);
    this.#recent = [...this.#recent.slice(1 - RECENT_STEPS), step];
    this.#highWater = marked(this.#highWater, step);
    if (Number.isFinite(step.rps)) this.#lastKnownMs = endMs;
    const { ready, starting } = targetOf(pods);
    const { objective } = this.#spec;
    const { rpsPerReplica: capacityRps } = capacityOf(this.#capacity, this.#spec);
    const stepSeconds = TICK_SECONDS;
    this.#budget = spend(this.#budget, { step, stepSeconds, ready, capacityRps, objective });
    const cold = starting + coldPods(pods, endMs, TICK_SECONDS);
    this.#capacity = learnCapacity(this.#capacity, { step, ready, starting: cold, objective });
    this.#learnLeadTime(pods);
  }

  /** Nothing new is learned from the same pods by the same state, as in most ticks. */
  #learnLeadTime(pods: readonly Pod[]): void {
    const { learned } = this.#lead;
    if (learned.pods === pods && learned.state === this.#leadTime) return;
    this.#leadTime = learnLeadTime(this.#leadTime, pods);
    this.#lead = { learned: { pods, state: this.#leadTime }, time: leadTimeOf(this.#leadTime, this.#spec) };
  }

  #observation(endMs: number, pods: readonly Pod[]): Observation {
    const sinceMs = endMs - this.#parts.startMs;
    const known = {
      wallMs: endMs,
      spec: this.#spec,
      stepSeconds: TICK_SECONDS,
      recent: this.#recent,
      forecast: this.#parts.forecasts.at(Math.round(sinceMs / (TICK_SECONDS * 1000)) - 1),
      capacity: capacityOf(this.#capacity, this.#spec),
      leadTime: this.#lead.time,
    };
    this.#ladder = learnBoldness(this.#ladder, known);
    const limit = this.#spec.objective.budgetPercent / 100;
    const highWater = highWaterOf(this.#highWater);
    const budget = budgetUseOf(this.#budget, endMs, limit);
    return {
      ...known,
      workload,
      nowMs: sinceMs,
      target: targetOf(pods),
      clusterStale: false,
      telemetryAgeSeconds: (endMs - this.#lastKnownMs) / 1000,
      boldness: guarded(boldnessOf(this.#ladder, limit), budget),
      ...(budget ? { budget } : {}),
      ...(highWater ? { highWater } : {}),
      memory: this.#memory,
    };
  }
}

interface Lead {
  readonly learned: { readonly pods: readonly Pod[]; readonly state: LeadTimeState };
  readonly time: LeadTime;
}

/** A fleet as the controller sees pods. Pods come and go at its end, and change once: what stands is not made again. */
class SeenPods {
  #fleet: readonly FleetPod[] = [];
  #pods: readonly Pod[] = [];

  /** The same list as long as nothing has changed. */
  of(fleet: Fleet, nowMs: number): readonly Pod[] {
    const now = fleet.pods();
    const stands = (pod: FleetPod, index: number) =>
      this.#fleet[index] === pod && this.#pods[index]?.ready === pod.readyMs <= nowMs;
    if (now.length === this.#fleet.length && now.every(stands)) return this.#pods;
    this.#pods = now.map((pod, index) => {
      const before = this.#pods[index];
      return before && stands(pod, index) ? before : asPod(pod, pod.readyMs <= nowMs);
    });
    this.#fleet = [...now];
    return this.#pods;
  }
}

function asPod({ ordinal, createdMs, readyMs }: FleetPod, ready: boolean): Pod {
  const uid = `shop-${ordinal}`;
  return { uid, name: uid, ready, terminating: false, createdMs, ...(ready ? { readyMs } : {}) };
}

function targetOf(pods: readonly Pod[]): Target {
  const ready = pods.reduce((count, pod) => count + (pod.ready ? 1 : 0), 0);
  return { replicas: pods.length, ready, starting: pods.length - ready, resourceVersion: '' };
}
