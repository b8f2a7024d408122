import type { PredictiveScaler } from '../api/predictive-scaler.ts';
import type { Decision } from '../policy/decision.ts';
import type { Observation } from '../policy/observation.ts';
import type { Cluster, Leadership, ScaleOutcome } from '../ports.ts';
import { isOut, planRotation } from './rotation.ts';

/**
 * Writes what was decided, if this controller leads. Leadership is read here, at the last moment before the write; the
 * epoch that goes with it lets the API server refuse a write that was overtaken all the same.
 */
export async function actuateScale(
  scaler: PredictiveScaler,
  observation: Observation,
  decision: Decision,
  cluster: Cluster,
  leadership: Leadership,
): Promise<ScaleOutcome | undefined> {
  const { leading, epoch } = leadership.current();
  if (!leading) return undefined;
  const turned = await rotate(scaler, observation, decision, cluster, epoch);
  if (turned !== undefined && typeof turned !== 'number') return turned;
  if (!decision.act) return undefined;
  const { reason, message } = decision;
  return cluster.scale({ scaler, replicas: turned ?? decision.replicas, epoch, reason, message });
}

/** How many to ask for now, or why nothing is asked for; undefined where pods are not taken out of rotation. */
async function rotate(
  scaler: PredictiveScaler,
  { workload, target, wallMs: nowMs }: Observation,
  { replicas: wanted, act }: Decision,
  cluster: Cluster,
  epoch: number,
): Promise<number | ScaleOutcome | undefined> {
  const { rotationSeconds: holdSeconds } = scaler.spec.behavior.scaleDown;
  if (holdSeconds === undefined || !target || !cluster.rotate) return undefined;
  const current = target.replicas;
  const pods = cluster.pods(workload);
  if (wanted >= current && !pods.some(isOut)) return undefined;
  const { out, back, replicas } = planRotation({ pods, current, wanted, nowMs, holdSeconds });
  if (out.length + back.length > 0) {
    const failure = await cluster.rotate({ scaler, out, back, epoch });
    // What cannot leave the rotation is not removed from under its requests; more replicas wait for nothing.
    if (failure && wanted <= current) return failure;
  }
  if (!act || replicas !== current) return replicas;
  return {
    kind: 'held',
    message: `${current - wanted} of ${current} pods leave the rotation for ${holdSeconds} s before they are removed`,
  };
}
