import { join } from 'node:path';
import type { Api } from './api.ts';
import type { Envoy } from './envoy.ts';
import { createPart, type Part } from './part.ts';
import { DEFAULT_BEHAVIOUR, type PodBehaviour } from './pod-queue.ts';
import type { PodStats, ServedPod } from './pod-server.ts';
import { freePort } from './ports.ts';
import { type PodSelection, type PodView, readyPods } from './ready-pods.ts';
import { repeat } from './repeat.ts';

export { type PodView, readyPods } from './ready-pods.ts';

export type Workload = PodSelection & {
  /** What differs from DEFAULT_BEHAVIOUR; a function decides for each pod. */
  readonly behaviour?: Partial<PodBehaviour> | ((pod: PodView) => Partial<PodBehaviour>);
  /** The Envoy cluster that follows this workload's Ready pods. */
  readonly cluster?: string;
};

export type PodsOptions = {
  readonly api: Api;
  readonly logs: string;
  readonly workloads: readonly Workload[];
  readonly envoy?: Envoy;
  readonly port?: number;
  readonly pollMs?: number;
};

export type Pods = {
  readonly part: Part;
  /** The Ready pods as last seen. */
  ready(): readonly PodView[];
  stats(): Promise<readonly PodStats[]>;
  /** Changes how a workload's pods serve, from the next poll on. */
  setBehaviour(selector: string, behaviour: Workload['behaviour']): void;
  stop(): Promise<void>;
};

const DEFAULT_PORT = 8000;
const DEFAULT_POLL_MS = 250;

/**
 * Gives the Ready pods of the workloads a process that answers at their addresses, and tells Envoy of them. While the
 * API server is away the last state stays, as it does with a real mesh.
 */
export async function startPods(options: PodsOptions): Promise<Pods> {
  const { port = DEFAULT_PORT, pollMs = DEFAULT_POLL_MS, workloads } = options;
  const server = await startPodServer(port, options.logs);
  const changed = new Map<string, Workload['behaviour']>();
  let ready: readonly PodView[] = [];
  let last = '';
  const follow = async () => {
    const groups = await Promise.all(workloads.map((workload) => readyPods(options.api, workload)));
    ready = groups.flat();
    const served = workloads.flatMap((workload, index) =>
      (groups[index] ?? []).map((pod) => toServed(pod, changed.get(workload.selector) ?? workload.behaviour)),
    );
    if (JSON.stringify(served) === last) return;
    // The pods, the new ones too, can answer before Envoy knows of them; those that are gone are drained.
    await server.setPods(served);
    tellEnvoy(options, groups, port);
    last = JSON.stringify(served);
  };
  const stopFollowing = repeat(follow, pollMs);
  return {
    part: server.part,
    ready: () => ready,
    stats: server.stats,
    setBehaviour: (selector, behaviour) => void changed.set(selector, behaviour),
    stop: async () => {
      await stopFollowing();
      await server.part.stop();
    },
  };
}

async function startPodServer(port: number, logs: string) {
  const controlPort = await freePort();
  const control = `http://127.0.0.1:${controlPort}`;
  const part = createPart({
    name: 'pod-server',
    file: process.execPath,
    args: [join(import.meta.dirname, 'pod-server.ts'), String(port), String(controlPort)],
    logFile: join(logs, 'pod-server.log'),
    ready: async () => (await fetch(`${control}/stats`)).ok,
  });
  await part.start();
  return {
    part,
    setPods: async (pods: readonly ServedPod[]) => {
      const response = await fetch(`${control}/pods`, { method: 'PUT', body: JSON.stringify(pods) });
      if (!response.ok) throw new Error(`the pod server answered ${response.status}`);
    },
    stats: async () => (await (await fetch(`${control}/stats`)).json()) as readonly PodStats[],
  };
}

function toServed(pod: PodView, behaviour: Workload['behaviour'] = {}): ServedPod {
  const own = typeof behaviour === 'function' ? behaviour(pod) : behaviour;
  return { address: pod.address, behaviour: { ...DEFAULT_BEHAVIOUR, ...own } };
}

function tellEnvoy(
  { workloads, envoy }: PodsOptions,
  groups: readonly (readonly PodView[])[],
  port: number,
): void {
  workloads.forEach(({ cluster }, index) => {
    const endpoints = (groups[index] ?? []).map(({ address }) => ({ address, port }));
    if (cluster !== undefined) envoy?.setEndpoints(cluster, endpoints);
  });
}
