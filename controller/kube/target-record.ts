import type { KubeObject } from './kube-object.ts';

/** What is kept of a Deployment or StatefulSet. */
export interface TargetRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly replicas: number;
}

export function targetRecord({ metadata, spec }: KubeObject): TargetRecord {
  const replicas = (spec as { replicas?: unknown } | undefined)?.replicas;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    // The API server fills in 1; an object without it was not read whole.
    replicas: typeof replicas === 'number' ? replicas : 1,
  };
}
