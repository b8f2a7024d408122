import { type PredictiveScaler, predictiveScalerSpec } from '../../controller/api/predictive-scaler.ts';
import type { Target } from '../../controller/policy/observation.ts';
import type { Cluster, Pod, ScaleOutcome, ScalerStatus, ScaleWrite } from '../../controller/ports.ts';
import type { Reason } from '../../controller/reasons.ts';
import { type Workload, workloadKey } from '../../controller/workload.ts';

/** A cluster that does what the test says and records what it was asked. */
export interface FakeCluster extends Cluster {
  readonly written: ScaleWrite[];
  readonly published: ScalerStatus[];
  readonly events: { readonly reason: Reason; readonly message: string }[];
  staleFor: number;
  setScalers(scalers: readonly PredictiveScaler[]): void;
  setTarget(workload: Workload, target: Target | undefined): void;
  setPods(workload: Workload, pods: readonly Pod[]): void;
  /** The next write ends so instead of being written. */
  failNext(outcome: ScaleOutcome): void;
  change(workload: Workload): void;
}

export function fakeCluster(): FakeCluster {
  let scalers: readonly PredictiveScaler[] = [];
  const targets = new Map<string, Target>();
  const pods = new Map<string, readonly Pod[]>();
  const failures: ScaleOutcome[] = [];
  const listeners: ((workload: Workload) => void)[] = [];
  const cluster: FakeCluster = {
    written: [],
    published: [],
    events: [],
    staleFor: 0,
    staleSeconds: () => cluster.staleFor,
    scalers: () => scalers,
    target: (workload) => targets.get(workloadKey(workload)),
    pods: (workload) => pods.get(workloadKey(workload)) ?? [],
    scale: async (write) => {
      cluster.written.push(write);
      const failure = failures.shift();
      if (failure) return failure;
      const key = workloadKey({ namespace: write.scaler.namespace, ...pick(write.scaler) });
      const target = targets.get(key);
      if (target)
        targets.set(key, {
          ...target,
          replicas: write.replicas,
          starting: Math.max(0, write.replicas - target.ready),
        });
      return { kind: 'written', replicas: write.replicas };
    },
    publish: async (_scaler, status) => void cluster.published.push(status),
    event: (_scaler, reason, message) => void cluster.events.push({ reason, message }),
    onChange: (listener) => void listeners.push(listener),
    setScalers: (next) => {
      scalers = next;
    },
    setTarget: (workload, target) => {
      if (target) targets.set(workloadKey(workload), target);
      else targets.delete(workloadKey(workload));
    },
    setPods: (workload, next) => void pods.set(workloadKey(workload), next),
    failNext: (outcome) => void failures.push(outcome),
    change: (workload) => {
      for (const listener of listeners) listener(workload);
    },
  };
  return cluster;
}

function pick({ spec }: PredictiveScaler): { kind: string; name: string } {
  return { kind: spec.scaleTargetRef.kind, name: spec.scaleTargetRef.name };
}

/** A scaler of Deployment `shop/web` with every default but what is given. */
export function scalerOf(spec: Record<string, unknown> = {}, name = 'web'): PredictiveScaler {
  return {
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    generation: 1,
    resourceVersion: '1',
    spec: predictiveScalerSpec.parse({
      scaleTargetRef: { kind: 'Deployment', name },
      minReplicas: 1,
      maxReplicas: 100,
      mode: 'Automatic',
      ...spec,
    }),
  };
}

export function readyPods(count: number, createdMs = 0, startupMs = 20_000): Pod[] {
  return Array.from({ length: count }, (_, index) => ({
    uid: `pod-${index}`,
    name: `web-${index}`,
    ready: true,
    terminating: false,
    createdMs,
    readyMs: createdMs + startupMs,
  }));
}
