import { setTimeout as sleep } from 'node:timers/promises';
import { TELEMETRY_AUDIENCE } from '../../sidecar/signals.ts';
import { type InstalledForesail, installForesail } from '../rig/foresail.ts';
import { type Load, startLoad } from '../rig/load.ts';
import { scalerManifest } from '../rig/manifests.ts';
import { type Mesh, startMesh } from '../rig/mesh.ts';
import { importPast, type Past, writePast } from '../rig/past.ts';
import type { Rig } from '../rig/rig.ts';
import { sampleWorkload } from '../rig/sample.ts';
import { until } from '../rig/until.ts';
import { type Liar, startLiar } from './liar.ts';

/*
 * A meshed workload under Foresail. One day is 150 s long: 30 requests/s, and from second 70 to 105 of each day 120.
 * Its history is as many such days as four hours hold; the days that follow are played in real time.
 *
 *      120 |         ______
 *       30 |________|      |__
 *          0        70   105  150 s
 */
export const STEP_SECONDS = 5;
export const DAY_SECONDS = 150;
export const RISE_SECOND = 70;
const FALL_SECOND = 105;
export const BASE_RPS = 30;
export const PEAK_RPS = 120;
export const RPS_PER_REPLICA = 15;
export const MIN_REPLICAS = 3;
export const STARTUP_SECONDS = 20;
const HISTORY_SECONDS = 4 * 3600;
const PLAYED_DAYS = 3;
/** From the history's end to second 0. */
const STAGE_SECONDS = 30;

export const NAMESPACE = 'shop';

export interface Stage {
  readonly foresail: InstalledForesail;
  readonly mesh: Mesh;
  readonly liar: Liar;
  readonly load: Load;
  /** Unix ms of second 0 of the first day that is played. */
  readonly dayZeroMs: number;
}

export function rateAt(second: number): number {
  const inDay = ((second % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
  return inDay >= RISE_SECOND && inDay < FALL_SECOND ? PEAK_RPS : BASE_RPS;
}

export interface StageOptions {
  /** More of the scaler's spec. */
  readonly spec?: object;
  /** Called when the workload is there, and Foresail is installed, before the scaler is. */
  readonly prepare?: () => Promise<void>;
}

export async function setStage(rig: Rig, options: StageOptions = {}): Promise<Stage> {
  await rig.kubectl(['create', 'namespace', NAMESPACE]);
  const sample = {
    name: 'web',
    namespace: NAMESPACE,
    replicas: MIN_REPLICAS,
    startupSeconds: STARTUP_SECONDS,
  };
  await rig.apply(sampleWorkload(sample));
  const workload = { namespace: NAMESPACE, selector: 'app=web' };
  const pods = await rig.startPods({ workloads: [workload] });
  await until(() => pods.ready().length === MIN_REPLICAS, 60_000);

  const stepMs = STEP_SECONDS * 1000;
  const dayZeroMs = Math.ceil((Date.now() + STAGE_SECONDS * 1000) / stepMs) * stepMs;
  const past: Past = {
    workload: `${NAMESPACE}/Deployment/web`,
    ...{ stepSeconds: STEP_SECONDS, zeroMs: dayZeroMs, rateAt, seconds: HISTORY_SECONDS },
  };
  const history = writePast(rig, past);
  const foresail = await installForesail(rig, {
    stepSeconds: STEP_SECONDS,
    prepare: (historyFile) => importPast(past, history, historyFile),
  });
  const gateway = await rig.startEnvoy({ name: 'gateway', clusters: { web: [] } });
  const liar = await startLiar();
  rig.onStop(() => liar.stop());
  const mesh = await startMesh({
    ...{ rig, workload, gateway, gatewayCluster: 'web', serviceAccount: 'default' },
    ...{ endpoints: foresail.endpoints, audience: TELEMETRY_AUDIENCE, intervalSeconds: 2 },
    scrapeUrl: (proxy) => liar.urlOf(`${proxy.adminUrl}/stats/prometheus`),
  });
  await until(() => mesh.pods().length === MIN_REPLICAS, 30_000);
  await options.prepare?.();
  await rig.apply(scalerManifest(NAMESPACE, 'web', { ...scalerSpec, ...options.spec }));
  if (Date.now() > dayZeroMs) throw new Error(`the stage took longer than ${STAGE_SECONDS} s to set`);
  await sleep(dayZeroMs - Date.now());
  const profile = Array.from({ length: PLAYED_DAYS * DAY_SECONDS }, (_, second) => rateAt(second));
  const load = startLoad({ url: gateway.url, profile });
  rig.onStop(async () => void (await load.stop()));
  return { foresail, mesh, liar, load, dayZeroMs };
}

const scalerSpec = {
  scaleTargetRef: { kind: 'Deployment', name: 'web' },
  minReplicas: MIN_REPLICAS,
  maxReplicas: 30,
  mode: 'Automatic',
  capacity: { requestsPerSecondPerReplica: RPS_PER_REPLICA },
  forecast: { mayScaleDown: true, seasonSeconds: DAY_SECONDS },
};
