import { type PredictiveScalerSpec, predictiveScalerSpec } from '../../controller/api/predictive-scaler.ts';
import { type Forecast, LEADS, PEAK_STEPS, type Quantiles } from '../../controller/forecast/forecast.ts';
import type { Observation, Target } from '../../controller/policy/observation.ts';
import type { QualityFlag, Step } from '../../controller/series/step.ts';

/** Builders of whole, plain observations: a test names only what it is about. */

export const STEP_SECONDS = 15;
export const HOUR_MS = 3_600_000;

/** Deep enough for specs: `spec({ mode: 'Shadow' })`; defaults as the API fills them in, min 2, max 20, Automatic. */
export function spec(given: Record<string, unknown> = {}): PredictiveScalerSpec {
  return predictiveScalerSpec.parse({
    scaleTargetRef: { kind: 'Deployment', name: 'cart' },
    minReplicas: 2,
    maxReplicas: 20,
    mode: 'Automatic',
    ...given,
  });
}

export function step(rps: number, startMs = 0, flags: readonly QualityFlag[] = []): Step {
  const second = (value: number) => ({ lower: value / 2, upper: value });
  return {
    startMs,
    rps,
    errorRatio: rps > 0 ? 0 : Number.NaN,
    latency: { p50: second(0.01), p95: second(0.05), p99: second(0.1) },
    inflight: Number.NaN,
    podsReporting: 10,
    podsExpected: 10,
    flags,
  };
}

/** The last ten minutes: these rates, the newest last. */
export function recent(...rates: readonly number[]): readonly Step[] {
  return rates.map((rps, at) => step(rps, at * STEP_SECONDS * 1000));
}

/** A forecast, made at the end of four steps, whose every quantile of every window is `rps`, or as `shape` gives it for a window of so many steps. */
export function forecast(shape: number | ((steps: number) => Partial<Quantiles>)): Forecast {
  const at = (steps: number): Quantiles => {
    const given = typeof shape === 'number' ? { p50: shape } : shape(steps);
    const { p50 = 0, p90 = p50, p95 = p90, p99 = p95, mean = p50 } = given;
    return { mean, p50, p90, p95, p99 };
  };
  return {
    originMs: 60_000,
    stepSeconds: STEP_SECONDS,
    source: 'champion',
    model: 'sha256',
    leads: Array.from({ length: LEADS }, (_, lead) => at(lead + 1)),
    peaks: PEAK_STEPS.map((steps) => ({ steps, ...at(steps) })),
  };
}

export function target(replicas: number, starting = 0): Target {
  return { replicas, ready: replicas - starting, starting, resourceVersion: '1' };
}

/** 10 replicas for an hour, 600 requests/s now and ahead, one replica carries 75, lead time 30 s: a need of 8. The forecast is a step old. */
export function observation(given: Partial<Observation> = {}): Observation {
  return {
    workload: { namespace: 'shop', kind: 'Deployment', name: 'cart' },
    spec: spec(),
    wallMs: 75_000,
    nowMs: HOUR_MS,
    stepSeconds: STEP_SECONDS,
    target: target(10),
    clusterStale: false,
    recent: recent(600, 600, 600, 600),
    telemetryAgeSeconds: 5,
    forecast: forecast(600),
    capacity: { rpsPerReplica: 75, source: 'pinned', evidence: 0 },
    leadTime: { seconds: 30, source: 'pinned', starts: 0 },
    boldness: { probability: 0.99, source: 'default', hotShare: Number.NaN, steps: 0 },
    memory: { sinceMs: 0, recommendations: [] },
    ...given,
  };
}
