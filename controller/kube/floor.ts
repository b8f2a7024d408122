import type { FloorKind } from '../api/actuation-block.ts';
import { GROUP } from '../api/crd.ts';
import type { Writer } from '../policy/observation.ts';
import { controllerOf, type KubeObject, type OwnerReference } from './kube-object.ts';
import { writerOf } from './writer.ts';

/** Where one kind keeps its range. */
export interface FloorForm {
  readonly api: string;
  readonly plural: string;
  readonly minField: string;
  readonly maxField: string;
  /** What an absent field means. */
  readonly absent: ReplicaRange;
}

export const floorForms: Readonly<Record<FloorKind, FloorForm>> = {
  HorizontalPodAutoscaler: {
    api: '/apis/autoscaling/v2',
    plural: 'horizontalpodautoscalers',
    minField: 'minReplicas',
    maxField: 'maxReplicas',
    absent: { min: 1, max: 1 },
  },
  ScaledObject: {
    api: '/apis/keda.sh/v1alpha1',
    plural: 'scaledobjects',
    minField: 'minReplicaCount',
    maxField: 'maxReplicaCount',
    absent: { min: 0, max: 100 },
  },
};

export interface ReplicaRange {
  readonly min: number;
  readonly max: number;
}

/** On a floor that Foresail raised: what its owner had there, what Foresail put there, and for which scaler. */
export const annotations = {
  before: `${GROUP}/replicas-before`,
  set: `${GROUP}/replicas-set`,
  by: `${GROUP}/replicas-set-by`,
} as const;

/** What is kept of an object that scales a workload above a floor. */
export interface FloorRecord {
  readonly kind: FloorKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** What it scales; undefined where that cannot be read. */
  readonly target: { readonly group: string; readonly kind: string; readonly name: string } | undefined;
  readonly range: ReplicaRange;
  readonly raised?: { readonly before: ReplicaRange; readonly set: ReplicaRange; readonly by: string };
  readonly owner?: OwnerReference;
  /** Who set the lower end, when it was not Foresail. */
  readonly writer?: Writer;
}

export function floorRecord(kind: FloorKind): (object: KubeObject) => FloorRecord {
  const { minField, maxField, absent } = floorForms[kind];
  return (object) => {
    const { metadata } = object;
    const spec = (object.spec ?? {}) as Record<string, unknown>;
    const { namespace, name, uid, resourceVersion } = metadata;
    const raised = raisedOf(metadata.annotations ?? {});
    const owner = controllerOf(object);
    const writer = writerOf(metadata, minField);
    return {
      ...{ kind, namespace, name, uid, resourceVersion },
      target: targetOf(spec.scaleTargetRef),
      range: { min: count(spec[minField], absent.min), max: count(spec[maxField], absent.max) },
      ...(raised ? { raised } : {}),
      ...(owner ? { owner } : {}),
      ...(writer ? { writer } : {}),
    };
  };
}

/**
 * What the owner wants the range to be: what stood there before Foresail raised it, but for an end that is no longer
 * what Foresail put there, which the owner has changed since.
 *
 * before 2..10, set 12..20, and now it is 4..20
 * the lower end was changed by somebody else
 * -> 4..10
 */
export function ownRange({ range, raised }: Pick<FloorRecord, 'range' | 'raised'>): ReplicaRange {
  if (raised === undefined) return range;
  return {
    min: range.min === raised.set.min ? raised.before.min : range.min,
    max: range.max === raised.set.max ? raised.before.max : range.max,
  };
}

/**
 * The range with this floor: never below what the owner wants as the least, and within the most unless that may be
 * raised.
 *
 * the owner wants 2..10
 * a floor of 1 | of 7 | of 12 | of 12, and the most may be raised
 * -> 2..10 | 7..10 | 10..10 | 12..12
 */
export function rangeWith(own: ReplicaRange, replicas: number, mayRaiseMaximum: boolean): ReplicaRange {
  const max = mayRaiseMaximum ? Math.max(own.max, replicas) : own.max;
  return { min: Math.max(own.min, Math.min(replicas, max)), max };
}

export const rangeText = ({ min, max }: ReplicaRange) => `${min}..${max}`;

export function floorKey({
  kind,
  namespace,
  name,
}: Pick<FloorRecord, 'kind' | 'namespace' | 'name'>): string {
  return `${kind}/${namespace}/${name}`;
}

function raisedOf(on: Readonly<Record<string, string>>): FloorRecord['raised'] {
  const before = parseRange(on[annotations.before]);
  const set = parseRange(on[annotations.set]);
  return before && set && { before, set, by: on[annotations.by] ?? '' };
}

function parseRange(text = ''): ReplicaRange | undefined {
  const [, min, max] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text) ?? [];
  return min === undefined || max === undefined ? undefined : { min: Number(min), max: Number(max) };
}

/** KEDA's objects may leave out version and kind: then it is a Deployment. */
function targetOf(ref: unknown): FloorRecord['target'] {
  const { apiVersion = 'apps/v1', kind = 'Deployment', name } = (ref ?? {}) as Record<string, unknown>;
  const known = typeof apiVersion === 'string' && typeof kind === 'string' && typeof name === 'string';
  return known ? { group: groupOf(apiVersion), kind, name } : undefined;
}

/** `argoproj.io` of `argoproj.io/v1alpha1`: one object is there in every version of its group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.split('/').slice(0, -1).join('/');
}

const count = (value: unknown, absent: number) => (typeof value === 'number' ? value : absent);
