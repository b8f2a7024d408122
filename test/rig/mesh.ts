import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Envoy } from './envoy.ts';
import { createPart, type Part } from './part.ts';
import { type PodView, readyPods, type Workload } from './pods.ts';
import type { Rig } from './rig.ts';

/** What every pod of a meshed workload gets: its inbound proxy, and Foresail's sidecar beside it. Stops with the rig. */
export type Mesh = {
  /** One entry per pod that is proxied now. */
  pods(): readonly MeshedPod[];
  /** Stops the sidecars (not the proxies) of all pods, and of those to come. */
  stopSidecars(): Promise<void>;
  /** Starts them again, with the same command line. */
  startSidecars(): Promise<void>;
};

export type MeshedPod = { readonly pod: PodView; readonly proxy: Envoy; readonly sidecar: Part };

export type MeshOptions = {
  readonly rig: Rig;
  readonly workload: Workload;
  /** The ServiceAccount the pods run as. */
  readonly serviceAccount: string;
  /** OTLP endpoints of the controllers. */
  readonly endpoints: readonly string[];
  /** Sends to the proxies of the Ready pods; the load goes through it. */
  readonly gateway: Envoy;
  readonly gatewayCluster: string;
  readonly audience: string;
  readonly intervalSeconds?: number;
  /** Where each pod's app listens. */
  readonly appPort?: number;
  /** Replaces the sidecar's scrape target: a test stands a liar between proxy and sidecar. */
  readonly scrapeUrl?: (proxy: Envoy) => string;
};

const PROXY_PORT = 15006;
const APP_PORT = 8000;
const POLL_MS = 250;

/**
 * Plays the injector and the kubelet for the pods of one workload: kwok's pods have an address and no processes, so
 * each Ready pod gets a real proxy on its own address and a real sidecar process with a token bound to that pod.
 */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const meshed = new Map<string, MeshedPod>();
  const state = { sidecars: true, running: true };

  const follow = async (): Promise<void> => {
    const ready = await readyPods(options.rig.api, options.workload);
    const known = new Set(ready.map(({ uid }) => uid));
    const gone = [...meshed.values()].filter(({ pod }) => !known.has(pod.uid));
    const fresh = ready.filter(({ uid }) => !meshed.has(uid));
    if (gone.length === 0 && fresh.length === 0) return;
    for (const { pod } of gone) meshed.delete(pod.uid);
    const started = await Promise.all(fresh.map((pod) => startPod(options, pod, state.sidecars)));
    for (const entry of started) meshed.set(entry.pod.uid, entry);
    options.gateway.setEndpoints(
      options.gatewayCluster,
      [...meshed.values()].map(({ pod }) => ({ address: pod.address, port: PROXY_PORT })),
    );
    await Promise.all(gone.map(stopPod));
  };
  const following = (async () => {
    while (state.running) {
      // The API server may be away: the pods that are there go on, as they would with a real kubelet.
      await follow().catch(() => undefined);
      await sleep(POLL_MS);
    }
  })();

  options.rig.onStop(async () => {
    state.running = false;
    await following;
    await Promise.all([...meshed.values()].map(({ sidecar }) => sidecar.stop()));
  });
  return {
    pods: () => [...meshed.values()],
    stopSidecars: async () => {
      state.sidecars = false;
      await Promise.all([...meshed.values()].map(({ sidecar }) => sidecar.stop()));
    },
    startSidecars: async () => {
      state.sidecars = true;
      await Promise.all([...meshed.values()].map(({ sidecar }) => sidecar.start()));
    },
  };
}

async function startPod(options: MeshOptions, pod: PodView, withSidecar: boolean): Promise<MeshedPod> {
  const proxy = await options.rig.startEnvoy({
    name: `proxy-${pod.name}`,
    address: pod.address,
    port: PROXY_PORT,
    clusters: { app: [{ address: pod.address, port: options.appPort ?? APP_PORT }] },
    retries: 0,
  });
  const sidecar = await sidecarOf(options, pod, proxy);
  if (withSidecar) await sidecar.start();
  return { pod, proxy, sidecar };
}

async function stopPod({ proxy, sidecar }: MeshedPod): Promise<void> {
  await sidecar.stop();
  await proxy.stop();
}

async function sidecarOf(options: MeshOptions, pod: PodView, proxy: Envoy): Promise<Part> {
  const { rig, serviceAccount: name, audience, intervalSeconds = 5 } = options;
  const token = await rig.token({
    namespace: pod.namespace,
    serviceAccount: name,
    audience,
    pod: { name: pod.name, uid: pod.uid },
  });
  const tokenFile = join(rig.folder, `${pod.name}.token`);
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const scrape = options.scrapeUrl?.(proxy) ?? `${proxy.adminUrl}/stats/prometheus`;
  return createPart({
    name: `sidecar-${pod.name}`,
    file: process.execPath,
    args: [
      join(import.meta.dirname, '../../bin/foresail.js'),
      'sidecar',
      ...['--proxy', 'envoy', '--scrape', scrape, '--token-file', tokenFile],
      ...['--interval-seconds', String(intervalSeconds)],
      ...options.endpoints.flatMap((endpoint) => ['--endpoint', endpoint]),
    ],
    logFile: join(rig.logs, `sidecar-${pod.name}.log`),
  });
}
