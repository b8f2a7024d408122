import type { PredictiveScaler } from '../../controller/api/predictive-scaler.ts';
import type { Clock } from '../../controller/clock.ts';
import type { Target } from '../../controller/policy/observation.ts';
import type { Cluster, Pod, ScaleOutcome, ScalerStatus, ScaleWrite } from '../../controller/ports.ts';
import type { Reason } from '../../controller/reasons.ts';
import { type Workload, workloadKey } from '../../controller/workload.ts';
import { Fleet } from './fleet.ts';

export interface EmbeddedDeployment {
  readonly workload: Workload;
  readonly replicas: number;
  readonly startupSeconds: number;
  /** The epoch on the object. @default 0 */
  readonly epoch?: number;
}

interface Deployment {
  readonly workload: Workload;
  readonly fleet: Fleet;
  /** Counts writes; together with the number of Ready pods it is the resourceVersion. */
  version: number;
  /** What listeners know of. */
  toldReady: number;
  /** The highest epoch that wrote; a later write with a lower one is refused, as the admission policy does. */
  epoch: number;
}

export interface EmbeddedEvent {
  readonly reason: Reason;
  readonly message: string;
}

/** A replay of weeks must not keep every Event it ever saw. */
const EVENTS_KEPT = 100;

/**
 * The Cluster port on a virtual clock: no API server, no kubelet; pods are Ready `startupSeconds` after they were
 * asked for. Everything is current at once, so it is never stale.
 */
export class EmbeddedCluster implements Cluster {
  readonly #clock: Clock;
  readonly #scalers = new Map<string, PredictiveScaler>();
  readonly #deployments = new Map<string, Deployment>();
  readonly #listeners: ((workload: Workload) => void)[] = [];
  readonly #events = new Map<string, readonly EmbeddedEvent[]>();
  readonly #statuses = new Map<string, ScalerStatus>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a Deployment whose first pods are Ready already. */
  deploy({ workload, replicas, startupSeconds, epoch = 0 }: EmbeddedDeployment): void {
    const fleet = new Fleet(replicas, startupSeconds, this.#clock.wallMs());
    const deployment = { workload, fleet, version: 1, toldReady: replicas, epoch };
    this.#deployments.set(workloadKey(workload), deployment);
    this.#changed(workload);
  }

  undeploy(workload: Workload): void {
    if (this.#deployments.delete(workloadKey(workload))) this.#changed(workload);
  }

  /** Adds a scaler, or replaces the one with the same uid. */
  apply(scaler: PredictiveScaler): void {
    this.#scalers.set(scaler.uid, scaler);
    this.#changed(targetOf(scaler));
  }

  withdraw(scaler: PredictiveScaler): void {
    if (this.#scalers.delete(scaler.uid)) this.#changed(targetOf(scaler));
  }

  staleSeconds(): number {
    return 0;
  }

  scalers(): readonly PredictiveScaler[] {
    return [...this.#scalers.values()];
  }

  target(workload: Workload): Target | undefined {
    const deployment = this.#deployments.get(workloadKey(workload));
    if (!deployment) return undefined;
    const { replicas } = deployment.fleet;
    const ready = deployment.fleet.ready(this.#clock.wallMs());
    return { replicas, ready, starting: replicas - ready, resourceVersion: `${deployment.version}-${ready}` };
  }

  pods(workload: Workload): readonly Pod[] {
    const deployment = this.#deployments.get(workloadKey(workload));
    const nowMs = this.#clock.wallMs();
    return (deployment?.fleet.pods() ?? []).map(({ ordinal, createdMs, readyMs }) => ({
      uid: podUid(workload, ordinal),
      name: podName(workload, ordinal),
      ready: readyMs <= nowMs,
      terminating: false,
      createdMs,
      ...(readyMs <= nowMs ? { readyMs } : {}),
    }));
  }

  async scale({ scaler, replicas, epoch }: ScaleWrite): Promise<ScaleOutcome> {
    const workload = targetOf(scaler);
    const deployment = this.#deployments.get(workloadKey(workload));
    if (!deployment) {
      const message = `${workloadKey(workload)} does not exist`;
      return { kind: 'refused', reason: 'ScaleRefused', message };
    }
    const refusal = refusalOf(scaler, replicas, epoch, deployment.epoch);
    if (refusal) return refusal;
    deployment.epoch = epoch;
    if (replicas !== deployment.fleet.replicas) {
      deployment.fleet.resize(replicas, this.#clock.wallMs());
      deployment.version++;
      deployment.toldReady = deployment.fleet.ready(this.#clock.wallMs());
      this.#changed(workload);
    }
    return { kind: 'written', replicas };
  }

  async publish(scaler: PredictiveScaler, status: ScalerStatus): Promise<void> {
    this.#statuses.set(scaler.uid, status);
  }

  /** The last status published for a scaler. */
  status(scaler: PredictiveScaler): ScalerStatus | undefined {
    return this.#statuses.get(scaler.uid);
  }

  event(scaler: PredictiveScaler, reason: Reason, message: string): void {
    const told = this.#events.get(scaler.uid) ?? [];
    if (told.some((event) => event.reason === reason && event.message === message)) return;
    this.#events.set(scaler.uid, [...told, { reason, message }].slice(-EVENTS_KEPT));
  }

  /** The last distinct Events of a scaler, oldest first. */
  events(scaler: PredictiveScaler): readonly EmbeddedEvent[] {
    return this.#events.get(scaler.uid) ?? [];
  }

  onChange(listener: (workload: Workload) => void): void {
    this.#listeners.push(listener);
  }

  /** To be called when the clock has moved: tells listeners of pods that turned Ready meanwhile. */
  settle(): void {
    for (const deployment of this.#deployments.values()) {
      const ready = deployment.fleet.ready(this.#clock.wallMs());
      if (ready === deployment.toldReady) continue;
      deployment.toldReady = ready;
      this.#changed(deployment.workload);
    }
  }

  #changed(workload: Workload): void {
    for (const listener of this.#listeners) listener(workload);
  }
}

/** What the ValidatingAdmissionPolicy refuses on a real cluster. */
function refusalOf(
  { spec }: PredictiveScaler,
  replicas: number,
  epoch: number,
  latestEpoch: number,
): ScaleOutcome | undefined {
  if (epoch < latestEpoch) {
    const message = `epoch ${epoch} must not be lower than ${latestEpoch}`;
    return { kind: 'refused', reason: 'FencedOut', message };
  }
  if (replicas < spec.minReplicas || replicas > spec.maxReplicas) {
    const message = `replicas ${replicas} must be in [minReplicas ${spec.minReplicas}, maxReplicas ${spec.maxReplicas}]`;
    return { kind: 'refused', reason: 'ScaleRefused', message };
  }
  return undefined;
}

function targetOf({ namespace, spec }: PredictiveScaler): Workload {
  return { namespace, kind: spec.scaleTargetRef.kind, name: spec.scaleTargetRef.name };
}

export function podUid(workload: Workload, ordinal: number): string {
  return `${workload.namespace}-${workload.name}-${ordinal}`;
}

function podName(workload: Workload, ordinal: number): string {
  return `${workload.name}-${ordinal}`;
}
