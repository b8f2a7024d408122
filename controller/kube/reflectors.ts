import type { Clock, Random } from '../clock.ts';
import type { Workload } from '../workload.ts';
import type { Connection } from './connection.ts';
import type { Change } from './object-cache.ts';
import { type PodRecord, podRecord } from './pod-record.ts';
import { Reflector, type ReflectorCounts, type ReflectorTiming } from './reflector.ts';
import { APPS_API } from './scale.ts';
import { type ScalerRecord, scalerRecord } from './scaler-record.ts';
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
  /** With the UID of a pod that is gone, or on its way: what its token said is no longer believed. */
  readonly onPodGone?: ((uid: string) => void) | undefined;
  readonly onFailure: (error: Error) => void;
  readonly timing?: Partial<ReflectorTiming> | undefined;
}

export type Targets = Reflector<TargetRecord>;

/** The five resources that are watched, cluster-wide. */
export interface Reflectors {
  readonly scalers: Reflector<ScalerRecord>;
  readonly targets: Readonly<Record<string, Targets>>;
  start(): void;
  stop(): Promise<void>;
  synced(): boolean;
  /** Of the one that is furthest behind. */
  staleSeconds(): number;
  /** By resource, for metrics. */
  counts(): Readonly<Record<string, Readonly<ReflectorCounts>>>;
}

export function createReflectors(options: ReflectorsOptions): Reflectors {
  const { connection, clock, random, onFailure, onScaler, index } = options;
  const timing = options.timing ?? {};
  const parts = { connection, clock, random, onFailure, timing };
  const told = (workload: Workload | undefined) => workload && options.onWorkload(workload);
  const ofTargets = (plural: string, kind: string) =>
    new Reflector({
      ...parts,
      path: `${APPS_API}/${plural}`,
      shape: targetRecord,
      onChange: targetChanged(kind),
    });
  const targetChanged = (kind: string) => (change: Change<TargetRecord>) => {
    const record = change.object ?? change.previous;
    if (record) told({ namespace: record.namespace, kind, name: record.name });
  };
  const scalers = new Reflector({
    ...parts,
    path: `${SCALER_API}/predictivescalers`,
    shape: scalerRecord,
    onChange: onScaler,
  });
  const deployments = ofTargets('deployments', 'Deployment');
  const statefulsets = ofTargets('statefulsets', 'StatefulSet');
  const replicasets = new Reflector({
    ...parts,
    path: `${APPS_API}/replicasets`,
    metadataOnly: true,
    shape: replicaSetRecord,
    onChange: (change) => told(index.replicaSetChanged(change)),
  });
  const pods = new Reflector<PodRecord>({
    ...parts,
    path: '/api/v1/pods',
    shape: podRecord,
    onChange: (change) => {
      const { object, previous } = change;
      if (previous && (object?.uid !== previous.uid || object.terminating)) options.onPodGone?.(previous.uid);
      told(index.podChanged(change));
    },
  });
  const all = { predictivescalers: scalers, deployments, statefulsets, replicasets, pods };
  return {
    scalers,
    targets: { Deployment: deployments, StatefulSet: statefulsets },
    start() {
      for (const reflector of Object.values(all)) reflector.start();
    },
    async stop() {
      await Promise.all(Object.values(all).map((reflector) => reflector.stop()));
    },
    synced: () => Object.values(all).every((reflector) => reflector.synced()),
    staleSeconds: () => Math.max(...Object.values(all).map((reflector) => reflector.staleSeconds())),
    counts: () => Object.fromEntries(Object.entries(all).map(([name, { counts }]) => [name, counts])),
  };
}
