import type { PredictiveScaler } from '../api/predictive-scaler.ts';
import type { Rival } from '../policy/observation.ts';
import { type FloorRecord, groupOf } from './floor.ts';

/** What a scaler's number is written to, and who else scales the target. */
export interface Actuator {
  /** undefined: the scale of the target, unless `missing` says otherwise. */
  readonly floor?: FloorRecord;
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
  const named = floors.filter((floor) => floor.kind === kind && (name === undefined || floor.name === name));
  const [floor, second] = named;
  const { kind: targetKind, name: targetName } = spec.scaleTargetRef;
  const scales = `scaleTargetRef ${targetKind} ${targetName}`;
  if (floor === undefined) {
    const what = name === undefined ? `there must be a ${kind}` : `${kind} ${name} must exist,`;
    return { missing: `spec.actuation: ${what} with ${scales}`, rivals: rivalsAmong(floors) };
  }
  if (second !== undefined) {
    const names = named.map((one) => one.name).join(', ');
    return { missing: `spec.actuation.name must say which ${kind} of ${names}`, rivals: [] };
  }
  const { owner } = floor;
  if (owner?.kind === 'ScaledObject') {
    const missing = `spec.actuation: ${kind} ${floor.name} belongs to ScaledObject ${owner.name}, which would undo what is written to it`;
    return { missing, rivals: [] };
  }
  const others = floors.filter((one) => one !== floor && one.owner?.uid !== floor.uid);
  return { floor, rivals: rivalsAmong(others) };
}

/** KEDA scales through an HPA of its own: its owner is who must be spoken to. */
function rivalsAmong(floors: readonly FloorRecord[]): readonly Rival[] {
  const rivals = floors.map(
    ({ kind, name, owner }): Rival =>
      owner?.kind === 'ScaledObject' ? { kind: owner.kind, name: owner.name } : { kind, name },
  );
  return [...new Map(rivals.map((rival) => [`${rival.kind}/${rival.name}`, rival])).values()];
}
