import type { PredictiveScaler } from '../api/predictive-scaler.ts';
import type { Rival } from '../policy/observation.ts';
import { type FloorRecord, groupOf, type ReplicaRange } from './floor.ts';

/** What a scaler's number is written to, and who else scales the target. */
export interface Actuator {
  /** undefined: the scale of the target, unless `missing` or `asker` says otherwise. */
  readonly floor?: FloorRecord;
  /** The ScaledObject that asks for the number; then it is written to nothing. */
  readonly asker?: { readonly name: string; readonly range: ReplicaRange };
  /** Why there is nothing to write to. */
  readonly missing?: string;
  readonly rivals: readonly Rival[];
}

/** `under`: all that scale something of the target's kind and name; another group's is another object. */
export function actuatorOf(
  { spec }: Pick<PredictiveScaler, 'spec'>,
  under: readonly FloorRecord[],
): Actuator {
  const { kind, name } = spec.actuation;
  const group = groupOf(spec.scaleTargetRef.apiVersion);
  const floors = under.filter(({ target }) => target?.group === group);
  if (kind === 'Scale') return { rivals: rivalsAmong(floors) };
  if (kind === 'ExternalScaler') return askedBy(spec, floors);
  const named = floors.filter((floor) => floor.kind === kind && (name === undefined || floor.name === name));
  const [floor, second] = named;
  if (floor === undefined) return { missing: nothing(spec, kind), rivals: rivalsAmong(floors) };
  if (second !== undefined) return { missing: which(kind, named), rivals: [] };
  const { owner } = floor;
  if (owner?.kind === 'ScaledObject') {
    const missing = `spec.actuation: ${kind} ${floor.name} belongs to ScaledObject ${owner.name}, which would undo what is written to it`;
    return { missing, rivals: [] };
  }
  const others = floors.filter((one) => one !== floor && one.owner?.uid !== floor.uid);
  return { floor, rivals: rivalsAmong(others) };
}

/** A ScaledObject is known by the HPA that KEDA makes of it: only then does somebody ask. */
function askedBy(spec: PredictiveScaler['spec'], floors: readonly FloorRecord[]): Actuator {
  const { name } = spec.actuation;
  const asking = floors.flatMap(({ owner, range }) =>
    owner?.kind === 'ScaledObject' && (name === undefined || owner.name === name)
      ? [{ name: owner.name, uid: owner.uid, range }]
      : [],
  );
  const [asker, second] = asking;
  if (asker === undefined)
    return { missing: nothing(spec, 'ScaledObject'), rivals: rivalsAmong(floors, name) };
  if (second !== undefined) return { missing: which('ScaledObject', asking), rivals: [] };
  const others = floors.filter(({ uid, owner }) => uid !== asker.uid && owner?.uid !== asker.uid);
  return { asker, rivals: rivalsAmong(others) };
}

function nothing({ actuation: { name }, scaleTargetRef }: PredictiveScaler['spec'], kind: string): string {
  const what = name === undefined ? `there must be a ${kind}` : `${kind} ${name} must exist,`;
  const seen = kind === 'ScaledObject' ? ', and deploy/keda must be applied for Foresail to see it' : '';
  return `spec.actuation: ${what} with scaleTargetRef ${scaleTargetRef.kind} ${scaleTargetRef.name}${seen}`;
}

function which(kind: string, named: readonly { readonly name: string }[]): string {
  return `spec.actuation.name must say which ${kind} of ${named.map((one) => one.name).join(', ')}`;
}

/** KEDA scales through an HPA of its own: its owner is who must be spoken to. `but`: who is expected, and not ready yet. */
function rivalsAmong(floors: readonly FloorRecord[], but?: string): readonly Rival[] {
  const rivals = floors.map(
    ({ kind, name, owner }): Rival =>
      owner?.kind === 'ScaledObject' ? { kind: owner.kind, name: owner.name } : { kind, name },
  );
  const others = rivals.filter(({ kind, name }) => kind !== 'ScaledObject' || name !== but);
  return [...new Map(others.map((rival) => [`${rival.kind}/${rival.name}`, rival])).values()];
}
