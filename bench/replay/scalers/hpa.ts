import { type HpaBehavior, newHpa, syncHpa } from '../hpa.ts';
import { REPLICA_BOUNDS } from '../replica-bounds.ts';
import type { Scaler } from '../scaler.ts';

/**
 * A HorizontalPodAutoscaler on utilisation of what a pod can carry, not cut off at 100 % (as CPU without a limit is not),
 * which is the kinder case. Without `behavior` it is what an HPA is that does not mention it (hpa.ts). Pods that became Ready inside the tick have no full metric window and count as unready.
 */
export function hpaScaler(name: string, targetUtilisation: number, behavior?: HpaBehavior): Scaler {
  const spec = { ...REPLICA_BOUNDS, targetUtilisation, ...(behavior && { behavior }) };
  let state = newHpa;
  return {
    name,
    decide({ demand, served, endMs }, fleet) {
      const known = !Number.isNaN(demand);
      const usage = known ? new Array<number>(served).fill(demand / served) : [];
      const view = {
        nowMs: endMs,
        replicas: fleet.replicas,
        usage,
        unready: fleet.replicas - served,
        missing: 0,
      };
      const synced = syncHpa(spec, state, view);
      state = synced.state;
      return synced.replicas;
    },
  };
}
