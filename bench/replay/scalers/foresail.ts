import type { Forecaster } from '../../../assembly/pkg/forecaster.js';
import {
  type PredictiveScalerSpec,
  predictiveScalerSpec,
} from '../../../controller/api/predictive-scaler.ts';
import { ANSWER_FIGURES, LEAD_FIGURES } from '../../../controller/forecast/batch.ts';
import { conservativeBaseline } from '../../../controller/forecast/fallback/conservative.ts';
import { readAnswer } from '../../../controller/forecast/figures.ts';
import type { Forecast } from '../../../controller/forecast/forecast.ts';
import { capacityOf, initialCapacity, learnCapacity } from '../../../controller/policy/capacity.ts';
import { decide } from '../../../controller/policy/decide.ts';
import { coldPods } from '../../../controller/policy/evidence.ts';
import { boldnessOf, initialLadder } from '../../../controller/policy/ladder.ts';
import {
  initialLeadTime,
  leadTimeOf,
  learnLeadTime,
  noteOrder,
} from '../../../controller/policy/lead-time.ts';
import { freshMemory } from '../../../controller/policy/memory.ts';
import type { Observation, Target } from '../../../controller/policy/observation.ts';
import { learnBoldness } from '../../../controller/policy/trial.ts';
import type { Pod } from '../../../controller/ports.ts';
import type { Step } from '../../../controller/series/step.ts';
import { TICK_SECONDS } from '../demand.ts';
import type { Fleet, FleetPod } from '../fleet.ts';
import { REPLICA_BOUNDS } from '../replica-bounds.ts';
import type { Scaler, Seen } from '../scaler.ts';
import { SimulatedTelemetry } from '../simulated-telemetry.ts';

const RECENT_STEPS = 40;
/** As the controller's forecast host has it: before that the conservative baseline answers. */
const LEAST_KNOWN_STEPS = 60;
const DAY_STEPS = 86_400 / TICK_SECONDS;
const workload = { namespace: 'replay', kind: 'Deployment', name: 'shop' };

export interface ForesailParts {
  readonly core: Forecaster;
  /** SHA-256 of the core's module, for the record. */
  readonly digest: string;
  readonly startMs: number;
  readonly objective?: Partial<PredictiveScalerSpec['objective']>;
  /** Pins what a replica carries; learned from latency when absent. */
  readonly capacityRps?: number;
}

/**
 * Foresail in a replay: the same decide, on the same observation that the controller gathers, with capacity and lead time
 * learned by the same code from telemetry and pods. Only the way there is short: no HTTP, no worker, one workload.
 */
export function foresailScaler(parts: ForesailParts): Scaler & { close(): void } {
  return new ForesailScaler(parts);
}

class ForesailScaler implements Scaler {
  readonly name = 'foresail';
  readonly #parts: ForesailParts;
  readonly #spec: PredictiveScalerSpec;
  readonly #telemetry = new SimulatedTelemetry();
  readonly #series: number;
  readonly #figures = new Float64Array(ANSWER_FIGURES);
  #recent: Step[] = [];
  #lastKnownMs = Number.NEGATIVE_INFINITY;
  #capacity = initialCapacity();
  #leadTime = initialLeadTime();
  #ladder = initialLadder();
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
    this.#series = parts.core.open(DAY_STEPS, 7 * DAY_STEPS);
    if (this.#series <= 0) throw new RangeError('the forecasting core has no memory left for a series');
  }

  decide(seen: Seen, fleet: Fleet): number {
    const { endMs } = seen;
    const pods = fleet.pods().map((pod) => asPod(pod, endMs));
    this.#observe(seen, pods);
    const decision = decide(this.#observation(endMs, pods));
    this.#memory = decision.memory;
    if (decision.replicas > fleet.replicas) this.#leadTime = noteOrder(this.#leadTime, endMs);
    return decision.replicas;
  }

  /** Gives the series back to the core. */
  close(): void {
    this.#parts.core.close(this.#series);
  }

  #observe({ startMs, endMs, demand, served }: Seen, pods: readonly Pod[]): void {
    const step = this.#telemetry.step(startMs, demand, served);
    this.#recent = [...this.#recent.slice(1 - RECENT_STEPS), step];
    if (Number.isFinite(step.rps)) this.#lastKnownMs = endMs;
    const { ready, starting } = targetOf(pods);
    const { objective } = this.#spec;
    const cold = starting + coldPods(pods, endMs, TICK_SECONDS);
    this.#capacity = learnCapacity(this.#capacity, { step, ready, starting: cold, objective });
    this.#leadTime = learnLeadTime(this.#leadTime, pods);
    this.#parts.core.push(this.#series, step.rps);
  }

  #observation(endMs: number, pods: readonly Pod[]): Observation {
    const known = {
      wallMs: endMs,
      spec: this.#spec,
      stepSeconds: TICK_SECONDS,
      recent: this.#recent,
      forecast: this.#forecast(endMs),
      capacity: capacityOf(this.#capacity, this.#spec),
      leadTime: leadTimeOf(this.#leadTime, this.#spec),
    };
    this.#ladder = learnBoldness(this.#ladder, known);
    return {
      ...known,
      workload,
      nowMs: endMs - this.#parts.startMs,
      target: targetOf(pods),
      clusterStale: false,
      telemetryAgeSeconds: (endMs - this.#lastKnownMs) / 1000,
      boldness: boldnessOf(this.#ladder, this.#spec.objective.budgetPercent / 100),
      memory: this.#memory,
    };
  }

  #forecast(originMs: number): Forecast | undefined {
    const { core, digest } = this.#parts;
    const { known } = core.counts(this.#series);
    if (known === 0) return undefined;
    const common = { originMs, stepSeconds: TICK_SECONDS };
    if (known < LEAST_KNOWN_STEPS) {
      const rates = Float64Array.from(this.#recent, ({ rps }) => rps);
      const answer = conservativeBaseline(rates);
      const model = 'builtin:conservative';
      return { ...common, source: 'conservative', model, fallbackReason: 'ModelWarmingUp', ...answer };
    }
    core.forecast(this.#series, this.#figures.subarray(0, LEAD_FIGURES));
    core.peaks(this.#series, this.#figures.subarray(LEAD_FIGURES));
    const answer = readAnswer(this.#figures, 0);
    return answer && { ...common, source: 'champion', model: digest, ...answer };
  }
}

function asPod({ ordinal, createdMs, readyMs }: FleetPod, nowMs: number): Pod {
  const uid = `shop-${ordinal}`;
  const ready = readyMs <= nowMs;
  return { uid, name: uid, ready, terminating: false, createdMs, ...(ready ? { readyMs } : {}) };
}

function targetOf(pods: readonly Pod[]): Target {
  const ready = pods.reduce((count, pod) => count + (pod.ready ? 1 : 0), 0);
  return { replicas: pods.length, ready, starting: pods.length - ready, resourceVersion: '' };
}
