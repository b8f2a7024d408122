import { z } from 'zod';
import type { Account } from '../ports.ts';
import type { Observation } from './observation.ts';
import { peakOver } from './peak.ts';
import { whole } from './situation.ts';

/** Not known is null: it has to outlive JSON. */
const figure = z.number().nullable();
const quantity = z.object({ source: z.string() });

/** A decision with all it was made from, as plain JSON: what the controller keeps, and `foresail explain` shows. */
export const explanation = z.object({
  workload: z.object({ namespace: z.string(), kind: z.string(), name: z.string() }),
  /** ISO 8601. */
  at: z.string(),
  mode: z.string(),
  /** What the target had, and what it was to have; absent without a target. */
  current: z.object({ replicas: z.int(), ready: z.int(), starting: z.int() }).optional(),
  replicas: z.int(),
  /** What it would have been, had mode, pause and permissions allowed it. */
  recommended: z.int(),
  reason: z.string(),
  message: z.string(),
  /** What came of the write; absent: nothing was to be written, or by another controller. */
  outcome: z.object({ kind: z.string(), message: z.string().optional() }).optional(),
  load: z.object({ requestsPerSecond: figure, ageSeconds: figure }),
  capacity: quantity.extend({ requestsPerSecondPerReplica: figure, evidence: z.int() }),
  leadTime: quantity.extend({ seconds: z.number(), starts: z.int() }),
  boldness: quantity.extend({ probability: z.number(), hotShare: figure, steps: z.int() }),
  objective: z.object({ percentile: z.number(), thresholdMs: z.number(), budgetPercent: z.number() }),
  bounds: z.object({ minReplicas: z.int(), maxReplicas: z.int() }),
  /** Of the highest load within the lead time; absent without a forecast. */
  forecast: quantity
    .extend({
      originAt: z.string(),
      withinSeconds: z.number(),
      ...{ p50: z.number(), p90: z.number(), p95: z.number(), p99: z.number() },
    })
    .optional(),
  rules: z.array(
    z.object({
      rule: z.string(),
      speaks: z.boolean(),
      replicas: z.int(),
      reason: z.string(),
      message: z.string(),
    }),
  ),
  /** What a HorizontalPodAutoscaler would ask for at this load; null where that cannot be told. */
  hpa: z.object({ targetPercent: z.number(), replicas: z.int().nullable() }),
});

export type Explanation = z.output<typeof explanation>;

export function explanationOf({ observation, decision, outcome }: Account): Explanation {
  const { capacity, leadTime, boldness, spec, target, workload, wallMs } = observation;
  const message = outcome && 'message' in outcome ? { message: outcome.message } : {};
  return {
    workload,
    at: new Date(wallMs).toISOString(),
    mode: spec.mode,
    ...(target ? { current: withoutOther(target) } : {}),
    replicas: decision.replicas,
    recommended: decision.recommended,
    reason: decision.reason,
    message: decision.message,
    ...(outcome ? { outcome: { kind: outcome.kind, ...message } } : {}),
    load: {
      requestsPerSecond: known(observation.recent.at(-1)?.rps),
      ageSeconds: known(observation.telemetryAgeSeconds),
    },
    capacity: {
      requestsPerSecondPerReplica: known(capacity.rpsPerReplica),
      source: capacity.source,
      evidence: capacity.evidence,
    },
    leadTime: { seconds: leadTime.seconds, source: leadTime.source, starts: leadTime.starts },
    boldness: { ...boldness, hotShare: known(boldness.hotShare) },
    objective: { ...spec.objective },
    bounds: { minReplicas: spec.minReplicas, maxReplicas: spec.maxReplicas },
    ...forecastOf(observation),
    rules: decision.trace.map(({ rule, speaks, replicas, reason, message }) => ({
      ...{ rule, speaks, replicas, reason, message },
    })),
    hpa: { targetPercent: HPA_TARGET_PERCENT, replicas: hpaReplicas(observation) },
  };
}

function forecastOf({ forecast, leadTime }: Observation): Pick<Explanation, 'forecast'> {
  const peak = forecast && peakOver(forecast, leadTime.seconds);
  if (forecast === undefined || peak === undefined) return {};
  const { steps, p50, p90, p95, p99 } = peak;
  // A forecast that is not a number is for the rules to say; here it is left out.
  if (![p50, p90, p95, p99].every(Number.isFinite)) return {};
  return {
    forecast: {
      ...{ source: forecast.source, withinSeconds: steps * forecast.stepSeconds, p50, p90, p95, p99 },
      originAt: new Date(forecast.originMs).toISOString(),
    },
  };
}

/** What most charts ship. */
const HPA_TARGET_PERCENT = 70;
/** `--horizontal-pod-autoscaler-tolerance`. */
const HPA_TOLERANCE = 0.1;

/**
 * What an HPA at 70 % of what one replica carries would ask for, by the load of this moment and before its 300 s of
 * stabilisation downwards; null while either is not known.
 *
 * 600 requests/s, one replica carries 75; 10 replicas | 11 replicas
 * 600 / (0.7 x 75) = 11.4; 11.4 / 10 is outside the tolerance of 10 % | 11.4 / 11 is inside
 * -> 12 | 11
 */
export function hpaReplicas({
  capacity,
  recent,
  target,
  spec,
}: Pick<Observation, 'capacity' | 'recent' | 'target' | 'spec'>): number | null {
  const need = (recent.at(-1)?.rps ?? Number.NaN) / (capacity.rpsPerReplica * (HPA_TARGET_PERCENT / 100));
  if (target === undefined || !Number.isFinite(need) || need < 0) return null;
  const near = Math.abs(need / target.replicas - 1) <= HPA_TOLERANCE;
  const wanted = near ? target.replicas : whole(need);
  return Math.min(spec.maxReplicas, Math.max(spec.minReplicas, wanted));
}

function withoutOther({ replicas, ready, starting }: NonNullable<Observation['target']>) {
  return { replicas, ready, starting };
}

function known(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
