import type { FloorKind } from '../api/actuation-block.ts';
import type { Clock, Random } from '../clock.ts';
import type { Approval } from '../ports.ts';
import type { Workload } from '../workload.ts';
import { ApprovalIndex } from './approval-index.ts';
import { type ApprovalRecord, approvalRecord } from './approval-record.ts';
import type { Connection } from './connection.ts';
import { type FloorRecord, floorForms, floorRecord } from './floor.ts';
import type { Change } from './object-cache.ts';
import { type PodRecord, podRecord } from './pod-record.ts';
import { isRefusal, Reflector, type ReflectorCounts, type ReflectorTiming } from './reflector.ts';
import { APPS_API } from './scale.ts';
import { type ScalerRecord, type ScalerRef, scalerRecord, workloadOf } from './scaler-record.ts';
import { SCALER_API } from './status.ts';
import { type TargetRecord, targetRecord } from './target-record.ts';
import { replicaSetRecord, type WorkloadIndex } from './workload-index.ts';

export interface ReflectorsOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  readonly index: WorkloadIndex;
  readonly onScaler: (change: Change<ScalerRecord>) => void;
  readonly onWorkload: (workload: Workload) => void;
  readonly onFloor: (change: Change<FloorRecord>) => void;
  /** With the UID of a pod that is gone, or on its way: what its token said is no longer believed. */
  readonly onPodGone?: ((uid: string) => void) | undefined;
  readonly onFailure: (error: Error) => void;
  readonly timing?: Partial<ReflectorTiming> | undefined;
}

export type Targets = Reflector<TargetRecord>;

/** The resources that are watched, cluster-wide. */
export interface Reflectors {
  readonly scalers: Reflector<ScalerRecord>;
  readonly targets: Readonly<Record<string, Targets>>;
  start(): void;
  stop(): Promise<void>;
  synced(): boolean;
  /** Of the one that is furthest behind. */
  staleSeconds(): number;
  /** Why it is not known what else scales workloads, and what must be changed; undefined when it is known. */
  unseen(): string | undefined;
  /** What people have approved for a scaler and holds at this time, in Unix ms; none where approvals cannot be seen. */
  approvals(scaler: Pick<ScalerRef, 'namespace' | 'name'>, wallMs: number): readonly Approval[];
  /** By resource, for metrics. */
  counts(): Readonly<Record<string, Readonly<ReflectorCounts>>>;
}

export function createReflectors(options: ReflectorsOptions): Reflectors {
  const needed = reflectorsOf(options);
  const approvals = new ApprovalIndex();
  const scaleapprovals = reflectorOfApprovals(options, approvals, needed.predictivescalers);
  // Without approvals what is held stays held, and all else goes on: nothing waits for them, however late they are.
  const all = { ...needed, scaleapprovals };
  const each = Object.values(all);
  const must = Object.values(needed);
  return {
    scalers: all.predictivescalers,
    targets: { Deployment: all.deployments, StatefulSet: all.statefulsets },
    start() {
      for (const reflector of each) reflector.start();
    },
    async stop() {
      await Promise.all(each.map((reflector) => reflector.stop()));
    },
    synced: () => must.every((reflector) => reflector.synced() || reflector.refusal() !== undefined),
    staleSeconds: () =>
      Math.max(
        ...must
          .filter((reflector) => reflector.refusal() === undefined)
          .map((reflector) => reflector.staleSeconds()),
      ),
    unseen() {
      const refusal = all.horizontalpodautoscalers.refusal();
      return refusal === undefined ? undefined : blindText(refusal);
    },
    approvals: (scaler, wallMs) => approvals.of(scaler, wallMs),
    counts: () => Object.fromEntries(Object.entries(all).map(([name, { counts }]) => [name, counts])),
  };
}

/** Most clusters have no KEDA, or Foresail was not told of it: the scaler that needs it says so. */
const unlessRefused = (onFailure: (error: Error) => void) => (error: Error) => {
  if (!isRefusal(error)) onFailure(error);
};

const blindText = (refusal: string) =>
  `another scaler of the target would not be noticed: the ClusterRole foresail must allow list and watch of horizontalpodautoscalers (${refusal})`;

function reflectorOfApprovals(
  { connection, clock, random, onFailure, onWorkload, timing = {} }: ReflectorsOptions,
  approvals: ApprovalIndex,
  scalers: Reflector<ScalerRecord>,
): Reflector<ApprovalRecord> {
  return new Reflector({
    ...{ connection, clock, random, timing, optional: true, shape: approvalRecord },
    path: `${SCALER_API}/scaleapprovals`,
    onFailure: (error) => onFailure(isRefusal(error) ? new Error(deafText(error.message)) : error),
    onChange: (change) => {
      for (const key of approvals.changed(change)) {
        const parsed = scalers.cache.get(key)?.parsed;
        if (parsed && 'spec' in parsed) onWorkload(workloadOf(parsed));
      }
    },
  });
}

const deafText = (refusal: string) =>
  `approvals are not seen: the CRD scaleapprovals.foresail.dev must be installed, and the ClusterRole foresail must allow list and watch of it (${refusal})`;

function reflectorsOf(options: ReflectorsOptions) {
  const { connection, clock, random, onFailure, onScaler, index, timing = {} } = options;
  const parts = { connection, clock, random, onFailure, timing };
  const tell = (workload: Workload | undefined) => workload && options.onWorkload(workload);
  const ofTargets = (plural: string, kind: string) =>
    new Reflector({
      ...parts,
      path: `${APPS_API}/${plural}`,
      shape: targetRecord,
      onChange: ({ object, previous }: Change<TargetRecord>) => {
        const record = object ?? previous;
        if (record) tell({ namespace: record.namespace, kind, name: record.name });
      },
    });
  const ofFloors = (kind: FloorKind) =>
    new Reflector({
      ...{ ...parts, optional: true, shape: floorRecord(kind), onChange: options.onFloor },
      ...(kind === 'ScaledObject' ? { onFailure: unlessRefused(onFailure) } : {}),
      path: `${floorForms[kind].api}/${floorForms[kind].plural}`,
    });
  const scalers = `${SCALER_API}/predictivescalers`;
  return {
    predictivescalers: new Reflector({ ...parts, path: scalers, shape: scalerRecord, onChange: onScaler }),
    deployments: ofTargets('deployments', 'Deployment'),
    statefulsets: ofTargets('statefulsets', 'StatefulSet'),
    horizontalpodautoscalers: ofFloors('HorizontalPodAutoscaler'),
    scaledobjects: ofFloors('ScaledObject'),
    replicasets: new Reflector({
      ...parts,
      path: `${APPS_API}/replicasets`,
      metadataOnly: true,
      shape: replicaSetRecord,
      onChange: (change) => tell(index.replicaSetChanged(change)),
    }),
    pods: new Reflector({
      ...parts,
      path: '/api/v1/pods',
      shape: podRecord,
      onChange: (change: Change<PodRecord>) => {
        const { object, previous } = change;
        if (previous && (object?.uid !== previous.uid || object.terminating))
          options.onPodGone?.(previous.uid);
        tell(index.podChanged(change));
      },
    }),
  };
}
