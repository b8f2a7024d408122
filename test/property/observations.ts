import fc from 'fast-check';
import { type PredictiveScalerSpec, predictiveScalerSpec } from '../../controller/api/predictive-scaler.ts';
import { type Forecast, LEADS, PEAK_STEPS } from '../../controller/forecast/forecast.ts';
import type { Memory, Observation, Target } from '../../controller/policy/observation.ts';
import type { QualityFlag, Step } from '../../controller/series/step.ts';

/** Observations as hostile as their types allow; `sane` ones have no flaw that forbids scale-down. */

const NOW_MS = 10_000_000;

/** What a broken sender, model or clock might say instead of a number. */
const broken = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -0);

const rate = fc.double({ min: 0, max: 5000, noNaN: true });
const flags = fc.subarray<QualityFlag>(['Missing', 'Partial', 'Rejected', 'Reset', 'Late', 'Stuck']);

const limits = fc.record(
  {
    maxReplicas: fc.integer({ min: 1, max: 30 }),
    maxPercent: fc.integer({ min: 1, max: 300 }),
    cooldownSeconds: fc.integer({ min: 0, max: 600 }),
  },
  { requiredKeys: [] },
);

export const specs: fc.Arbitrary<PredictiveScalerSpec> = fc
  .record({
    minReplicas: fc.integer({ min: 1, max: 20 }),
    range: fc.integer({ min: 0, max: 60 }),
    mode: fc.constantFrom('Shadow', 'Advisory', 'Assisted', 'Automatic', 'Automatic', 'Automatic'),
    paused: fc.constantFrom(false, false, false, true),
    objective: fc.record({ budgetPercent: fc.double({ min: 0.01, max: 20, noNaN: true }) }),
    forecast: fc.record({ mayScaleDown: fc.boolean() }),
    behavior: fc.record({ scaleUp: limits, scaleDown: limits }),
  })
  .map(({ range, ...given }) =>
    predictiveScalerSpec.parse({
      scaleTargetRef: { kind: 'Deployment', name: 'cart' },
      ...given,
      maxReplicas: given.minReplicas + range,
    }),
  );

const quantiles = fc
  .array(rate, { minLength: 4, maxLength: 4 })
  .map((values) => values.sort((a, b) => a - b))
  .map(([p50 = 0, p90 = 0, p95 = 0, p99 = 0]) => ({ mean: p50, p50, p90, p95, p99 }));

export const forecasts: fc.Arbitrary<Forecast> = fc
  .record({ base: quantiles, source: fc.constantFrom('champion', 'seasonal', 'conservative') })
  .map(({ base, source }) => ({
    originMs: 0,
    stepSeconds: 15,
    source,
    model: 'sha256',
    leads: Array.from({ length: LEADS }, () => base),
    peaks: PEAK_STEPS.map((steps) => ({ ...base, p99: base.p99 * (1 + steps / 30), steps })),
  }));

function steps(rates: fc.Arbitrary<number>, flagged: fc.Arbitrary<readonly QualityFlag[]>) {
  const one = fc.record({ rps: rates, flags: flagged }).map(
    (given): Step => ({
      startMs: 0,
      errorRatio: 0,
      inflight: Number.NaN,
      podsReporting: 1,
      podsExpected: 1,
      ...given,
    }),
  );
  return fc.array(one, { minLength: 4, maxLength: 40 });
}

const targets: fc.Arbitrary<Target> = fc
  .record({ replicas: fc.integer({ min: 0, max: 100 }), starting: fc.integer({ min: 0, max: 20 }) })
  .map(({ replicas, starting }) => ({
    replicas,
    ready: Math.max(0, replicas - starting),
    starting: Math.min(replicas, starting),
    resourceVersion: '1',
  }));

const past = fc.integer({ min: 0, max: NOW_MS });

const memories: fc.Arbitrary<Memory> = fc.record(
  {
    lastUpMs: past,
    lastDownMs: past,
    sinceMs: past,
    recommendations: fc.array(
      fc.record({
        atMs: fc.integer({ min: NOW_MS - 400_000, max: NOW_MS }),
        replicas: fc.integer({ min: 0, max: 100 }),
      }),
      { maxLength: 5 },
    ),
  },
  { requiredKeys: ['sinceMs', 'recommendations'] },
) as fc.Arbitrary<Memory>;

/** Anything from far below to far above what is asked for. */
const highWater = fc.record({
  rps: fc.oneof({ weight: 9, arbitrary: rate }, broken),
  days: fc.integer({ min: 1, max: 35 }),
});

const common = {
  workload: fc.constant({ namespace: 'shop', kind: 'Deployment', name: 'cart' }),
  spec: specs,
  wallMs: fc.constant(NOW_MS),
  nowMs: fc.constant(NOW_MS),
  stepSeconds: fc.constant(15),
  target: targets,
  leadTime: fc.record({
    seconds: fc.integer({ min: 1, max: 900 }),
    source: fc.constant('learned' as const),
    starts: fc.constant(9),
  }),
  boldness: fc.record({
    probability: fc.double({ min: 0.5, max: 0.9995, noNaN: true }),
    source: fc.constant('learned' as const),
    hotShare: fc.double({ min: 0, max: 1, noNaN: true }),
    steps: fc.integer({ min: 240, max: 1e6 }),
  }),
  highWater,
  memory: memories,
};

const capacities = (rps: fc.Arbitrary<number>) =>
  fc.record({ rpsPerReplica: rps, source: fc.constant('learned' as const), evidence: fc.constant(99) });

/** Whole telemetry, a usable forecast, a known capacity, a fresh cluster. */
export const sane: fc.Arbitrary<Observation & { readonly target: Target }> = fc.record({
  ...common,
  clusterStale: fc.constant(false),
  recent: steps(rate, fc.constant([])),
  telemetryAgeSeconds: fc.double({ min: 0, max: 45, noNaN: true }),
  forecast: forecasts,
  capacity: capacities(fc.double({ min: 0.1, max: 500, noNaN: true })),
});

/** Anything at all. */
export const hostile: fc.Arbitrary<Observation> = fc.record({
  ...common,
  nowMs: fc.oneof({ weight: 9, arbitrary: fc.constant(NOW_MS) }, broken),
  stepSeconds: fc.oneof({ weight: 9, arbitrary: fc.constant(15) }, broken, fc.constant(0)),
  target: fc.oneof({ weight: 9, arbitrary: targets }, fc.constant(undefined)),
  clusterStale: fc.boolean(),
  recent: fc.oneof(steps(fc.oneof(rate, broken), flags), fc.constant([])),
  telemetryAgeSeconds: fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), broken),
  forecast: fc.oneof(forecasts, fc.constant(undefined), forecasts.chain(spoiled)),
  capacity: capacities(fc.oneof(fc.double({ min: 0.1, max: 500, noNaN: true }), broken)),
  leadTime: fc.record({
    seconds: fc.oneof(fc.integer({ min: 1, max: 900 }), broken),
    source: fc.constant('learned' as const),
    starts: fc.constant(9),
  }),
});

/** One figure of the forecast is not a number. */
export function spoiled(forecast: Forecast): fc.Arbitrary<Forecast> {
  const at = fc.integer({ min: 0, max: forecast.peaks.length - 1 });
  const key = fc.constantFrom('p50' as const, 'p90' as const, 'p95' as const, 'p99' as const);
  return fc.tuple(at, key).map(([index, name]) => ({
    ...forecast,
    peaks: forecast.peaks.map((peak, other) => (other === index ? { ...peak, [name]: Number.NaN } : peak)),
  }));
}
