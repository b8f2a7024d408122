import { setTimeout as sleep } from 'node:timers/promises';
import type { Rig } from '../rig/rig.ts';
import { until } from '../rig/until.ts';
import { type MetricsServer, startMetricsServer } from './hpa/metrics-server.ts';
import { SERIES, TICKS } from './hpa/series.ts';
import { releaseTime, TICK_MS, WINDOW_MS } from './hpa/sync-clock.ts';
import { createTarget, defineTargets, replicasOf } from './hpa/target.ts';
import { hpaManifest, Workload } from './hpa/workload.ts';
import { realTest, useRig } from './real-test.ts';

const NAMESPACE = 'default';
/** Between the last write that a sync must see and the sync. */
const SETTLE_MS = 600;

const rig = useRig({
  name: 'hpa',
  controllerManagerFlags: [
    // Shorter than a tick: the next sync waits for its metric until the test lets it have it.
    '--horizontal-pod-autoscaler-sync-period=500ms',
    `--horizontal-pod-autoscaler-downscale-stabilization=${WINDOW_MS}ms`,
    `--concurrent-horizontal-pod-autoscaler-syncs=${SERIES.length + 2}`,
    ...['--kube-api-qps=1000', '--kube-api-burst=2000'],
  ],
});

realTest(
  'the real HPA controller and the model of the replay give the same replicas at every sync',
  async (t) => {
    const workloads = SERIES.map((series) => new Workload(rig(), NAMESPACE, series));
    const metrics = await prepare(rig(), workloads);
    await play(rig(), metrics, workloads);
    await metrics.stop();
    for (const { series, real } of workloads) t.log(`${series.name}: ${real.join(' ')}`);
    for (const { series, real, model } of workloads) t.deepEqual(model, real, series.name);
    const idle = workloads.filter(({ real }) => new Set(real).size === 1).length;
    t.true(idle <= SERIES.length / 10, `${idle} of ${SERIES.length} series never make the HPA act`);
  },
  { timeoutMs: 180_000 },
);

realTest('whoever scales to 0 switches the HPA off', async (t) => {
  await rig().kubectl([
    'patch',
    'targets.rig.foresail.dev',
    'spike',
    '--type=merge',
    '-p',
    '{"spec":{"replicas":0}}',
  ]);
  const reason = '-o=jsonpath={.status.conditions[?(@.type=="ScalingActive")].reason}';
  await until(
    async () => (await rig().kubectl(['get', 'hpa', 'spike', reason])).stdout === 'ScalingDisabled',
  );
  t.is(await replicasOf(rig(), NAMESPACE, 'spike'), 0);
});

async function prepare(real: Rig, workloads: readonly Workload[]): Promise<MetricsServer> {
  await defineTargets(real);
  const metrics = await startMetricsServer(real, NAMESPACE);
  real.onStop(() => metrics.stop());
  // Else it would learn of the new kind only when it next forgets what kinds there are, after half a minute.
  await real.controllerManager.stop();
  await real.controllerManager.start();
  for (const { series, fleet } of workloads) {
    await createTarget(real, NAMESPACE, series.name, series.replicas);
    await fleet.resize(series.replicas, 0);
  }
  return metrics;
}

async function play(real: Rig, metrics: MetricsServer, workloads: readonly Workload[]): Promise<void> {
  const createdMs = Date.now();
  await real.apply(workloads.map(({ series }) => hpaManifest(NAMESPACE, series)).join('---\n'));
  const events: number[] = [createdMs];
  for (let tick = 0; tick <= TICKS; tick++) {
    await until(
      () => workloads.every(({ series }) => metrics.waitingSinceMs(series.name) !== undefined),
      30_000,
      20,
    );
    const asked = workloads.map(({ series }) => metrics.waitingSinceMs(series.name) ?? Number.NaN);
    if (tick === 0) {
      for (const [index, workload] of workloads.entries())
        workload.start(createdMs, asked[index] ?? createdMs);
      events.push(...asked);
    }
    const replicas = await Promise.all(
      workloads.map(({ series }) => replicasOf(real, NAMESPACE, series.name)),
    );
    for (const [index, workload] of workloads.entries()) workload.compare(replicas[index] ?? Number.NaN);
    if (tick === TICKS) return;
    await Promise.all(workloads.map(({ fleet }, index) => fleet.resize(replicas[index] ?? 0, tick)));
    const last = events.at(-1) ?? createdMs;
    const atMs = releaseTime(Math.max(last + TICK_MS, Date.now() + SETTLE_MS), events);
    await sleep(atMs - Date.now());
    const nowMs = Date.now();
    for (const [index, workload] of workloads.entries()) {
      metrics.answer(workload.series.name, workload.sync(tick, nowMs, replicas[index] ?? 0));
    }
    events.push(nowMs);
  }
}
