import type { Writer } from '../policy/observation.ts';
import type { KubeObject } from './kube-object.ts';
import { writerOf } from './writer.ts';

/** What is kept of a Deployment or StatefulSet. */
export interface TargetRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly replicas: number;
  /** Who set them, when it was not Foresail. */
  readonly writer?: Writer;
}

export function targetRecord({ metadata, spec }: KubeObject): TargetRecord {
  const replicas = (spec as { replicas?: unknown } | undefined)?.replicas;
  const writer = writerOf(metadata, 'replicas');
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    // The API server fills in 1; an object without it was not read whole.
    replicas: typeof replicas === 'number' ? replicas : 1,
    ...(writer ? { writer } : {}),
  };
}
