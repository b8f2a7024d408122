import type { PredictiveScaler } from '../api/predictive-scaler.ts';
import type { Decision } from '../policy/decision.ts';
import type { Cluster, Leadership, ScaleOutcome } from '../ports.ts';

/**
 * Writes what was decided, if this controller leads. Leadership is read here, at the last moment before the write; the
 * epoch that goes with it lets the API server refuse a write that was overtaken all the same.
 */
export async function actuateScale(
  scaler: PredictiveScaler,
  decision: Decision,
  cluster: Cluster,
  leadership: Leadership,
): Promise<ScaleOutcome | undefined> {
  if (!decision.act) return undefined;
  const { leading, epoch } = leadership.current();
  if (!leading) return undefined;
  const { replicas, reason, message } = decision;
  return cluster.scale({ scaler, replicas, epoch, reason, message });
}
