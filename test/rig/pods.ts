import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, mustRequest } from './api.ts';
import type { Envoy } from './envoy.ts';
import { createPart, type Part } from './part.ts';
import { DEFAULT_BEHAVIOUR, type PodBehaviour } from './pod-queue.ts';
import type { PodStats, ServedPod } from './pod-server.ts';
import { freePort } from './ports.ts';

export type PodView = {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly address: string;
  readonly annotations: Readonly<Record<string, string>>;
};

export type Workload = {
  readonly namespace: string;
  /** A label selector, such as `app=shop`. */
  readonly selector: string;
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
  const { port = DEFAULT_PORT, pollMs = DEFAULT_POLL_MS } = options;
  const controlPort = await freePort();
  const control = `http://127.0.0.1:${controlPort}`;
  const part = createPart({
    name: 'pod-server',
    file: process.execPath,
    args: [join(import.meta.dirname, 'pod-server.ts'), String(port), String(controlPort)],
    logFile: join(options.logs, 'pod-server.log'),
    ready: async () => (await fetch(`${control}/stats`)).ok,
  });
  await part.start();
  const changed = new Map<string, Workload['behaviour']>();
  let ready: readonly PodView[] = [];
  let last = '';
  const follow = async () => {
    const groups = await Promise.all(options.workloads.map((workload) => readyPods(options.api, workload)));
    ready = groups.flat();
    const served = options.workloads.flatMap((workload, index) =>
      (groups[index] ?? []).map((pod) => toServed(pod, changed.get(workload.selector) ?? workload.behaviour)),
    );
    if (JSON.stringify(served) === last) return;
    await publish(options, groups, served, { control, port });
    last = JSON.stringify(served);
  };
  const stopFollowing = repeat(follow, pollMs);
  return {
    part,
    ready: () => ready,
    stats: async () => (await (await fetch(`${control}/stats`)).json()) as readonly PodStats[],
    setBehaviour: (selector, behaviour) => void changed.set(selector, behaviour),
    stop: async () => {
      await stopFollowing();
      await part.stop();
    },
  };
}

function toServed(pod: PodView, behaviour: Workload['behaviour'] = {}): ServedPod {
  const own = typeof behaviour === 'function' ? behaviour(pod) : behaviour;
  return { address: pod.address, behaviour: { ...DEFAULT_BEHAVIOUR, ...own } };
}

/** The pod server knows all pods, the new ones too, before Envoy does; the gone ones it drains. */
async function publish(
  { workloads, envoy }: PodsOptions,
  groups: readonly (readonly PodView[])[],
  served: readonly ServedPod[],
  { control, port }: { readonly control: string; readonly port: number },
): Promise<void> {
  const response = await fetch(`${control}/pods`, { method: 'PUT', body: JSON.stringify(served) });
  if (!response.ok) throw new Error(`the pod server answered ${response.status}`);
  workloads.forEach(({ cluster }, index) => {
    const endpoints = (groups[index] ?? []).map(({ address }) => ({ address, port }));
    if (cluster !== undefined) envoy?.setEndpoints(cluster, endpoints);
  });
}

type PodList = {
  readonly items: readonly {
    readonly metadata: {
      readonly namespace: string;
      readonly name: string;
      readonly uid: string;
      readonly annotations?: Readonly<Record<string, string>>;
      readonly deletionTimestamp?: string;
    };
    readonly status: {
      readonly podIP?: string;
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    };
  }[];
};

/** The pods that a Service would send requests to. */
export async function readyPods(api: Api, { namespace, selector }: Workload): Promise<readonly PodView[]> {
  // resourceVersion 0: from the API server's memory, without asking etcd.
  const query = `labelSelector=${encodeURIComponent(selector)}&resourceVersion=0`;
  const list = (await mustRequest(api, 'GET', `/api/v1/namespaces/${namespace}/pods?${query}`)) as PodList;
  return list.items.flatMap(({ metadata, status }) => {
    const isReady = status.conditions?.some(
      ({ type, status: value }) => type === 'Ready' && value === 'True',
    );
    if (!isReady || status.podIP === undefined || metadata.deletionTimestamp !== undefined) return [];
    const { name, uid, annotations = {} } = metadata;
    return [{ namespace: metadata.namespace, name, uid, address: status.podIP, annotations }];
  });
}

/** Calls the task over and over, whether it succeeds or not; the answer stops it. */
function repeat(task: () => Promise<void>, everyMs: number): () => Promise<void> {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await task().catch(() => undefined);
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stopping.abort();
    await running;
  };
}
