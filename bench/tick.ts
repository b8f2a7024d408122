import { type PredictiveScaler, predictiveScalerSpec } from '../controller/api/predictive-scaler.ts';
import { systemClock, VirtualClock } from '../controller/clock.ts';
import { createForecaster } from '../controller/forecast/forecaster.ts';
import { createPipeline, workloadOf } from '../controller/pipeline.ts';
import type { Cluster, Pod } from '../controller/ports.ts';
import { memoryHistory } from '../controller/store/memory-history.ts';
import { workloadKey } from '../controller/workload.ts';

/*
 * One decision tick with 500 workloads of 5 pods: steps closed, all learned from and forecast (in the worker), every one
 * decided. Reports are taken before the clock of the tick starts. `npm run bench:tick -- [WORKLOADS] [TICKS]`
 */
const [workloads = 500, ticks = 120] = process.argv.slice(2).map(Number);
const PODS = 5;
const STEP_SECONDS = 15;
const startMs = Date.UTC(2026, 0, 5);

const clock = new VirtualClock(startMs);
const scalers = Array.from({ length: workloads }, (_, index) => scalerOf(index));
const pods: readonly Pod[] = Array.from({ length: PODS }, (_, index) => ({
  ...{ uid: `pod-${index}`, name: `pod-${index}`, ready: true, terminating: false },
  ...{ createdMs: startMs - 60_000, readyMs: startMs - 30_000 },
}));
const history = memoryHistory({ stepSeconds: STEP_SECONDS });
const forecaster = createForecaster();
const pipeline = createPipeline({
  ...{ clock, cluster: clusterOf(scalers), history, forecaster, stepSeconds: STEP_SECONDS, graceMs: 0 },
  leadership: { current: () => ({ leading: true, epoch: 1, holder: 'bench' }) },
  recorder: { decided: () => {}, forgotten: () => {} },
  historySeconds: 86_400,
});

const durationsMs: number[] = [];
await pipeline.observe();
for (let tick = 1; tick <= ticks; tick++) {
  clock.advance(STEP_SECONDS * 1000);
  report(tick);
  const startedMs = systemClock.monotonicMs();
  await pipeline.tick();
  durationsMs.push(systemClock.monotonicMs() - startedMs);
}
const stats = forecaster.stats();
await forecaster.close();
durationsMs.sort((a, b) => a - b);
const at = (share: number): string =>
  `${(durationsMs[Math.ceil(share * ticks) - 1] ?? Number.NaN).toFixed(1)} ms`;
process.stdout.write(
  `${workloads} workloads x ${PODS} pods, ${ticks} ticks: p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}; ` +
    `answers ${JSON.stringify(stats.answers)}; RSS ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB\n`,
);

function report(tick: number): void {
  const nowMs = clock.wallMs();
  for (const scaler of scalers) {
    for (const [index, { uid, name }] of pods.entries()) {
      const value = tick * 15 * 20 + ((index + tick) % 7);
      pipeline.receive({
        ...{ workload: workloadOf(scaler), podUid: uid, podName: name, receivedAtMs: nowMs },
        points: [
          {
            kind: 'counter',
            signal: 'requests',
            outcome: 'ok',
            temporality: 'cumulative',
            startMs,
            atMs: nowMs,
            value,
          },
        ],
      });
    }
  }
}

function scalerOf(index: number): PredictiveScaler {
  const name = `web-${index}`;
  return {
    ...{ namespace: 'bench', name, uid: name, generation: 1, resourceVersion: '1' },
    spec: predictiveScalerSpec.parse({
      scaleTargetRef: { kind: 'Deployment', name },
      maxReplicas: 50,
      mode: 'Automatic',
      capacity: { requestsPerSecondPerReplica: 30 },
    }),
  };
}

/** Takes every write as written at once: the tick is measured, not an API server. */
function clusterOf(all: readonly PredictiveScaler[]): Cluster {
  const replicas = new Map<string, number>();
  return {
    staleSeconds: () => 0,
    scalers: () => all,
    target: (workload) => {
      const asked = replicas.get(workloadKey(workload)) ?? PODS;
      return { replicas: asked, ready: PODS, starting: Math.max(0, asked - PODS), resourceVersion: '1' };
    },
    pods: () => pods,
    scale: async ({ scaler, replicas: asked }) => {
      replicas.set(workloadKey(workloadOf(scaler)), asked);
      return { kind: 'written', replicas: asked };
    },
    publish: async () => {},
    event: () => {},
    onChange: () => {},
  };
}
