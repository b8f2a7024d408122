import { DEFAULT_BEHAVIOR, newHpa, syncWith } from '../hpa.ts';
import { withinTolerance } from '../hpa-metric.ts';
import { REPLICA_BOUNDS } from '../replica-bounds.ts';
import type { Scaler } from '../scaler.ts';

/**
 * Requests per second through a target per pod: an HPA on an External or Object metric with AverageValue, or KEDA's
 * prometheus trigger. GetExternalPerPodMetricReplicas: ceil(usage / target) unless usage / (target x replicas) is within
 * 10 % of 1; then the same stabilisation and limits as any HPA. Starting pods do not enter.
 *
 * target 70 %: a load of 14 pods at 100 % on 18 replicas
 * 14 / (0.7 x 18) = 1.11, outside the tolerance
 * -> ceil(14 / 0.7) = 20
 */
export function proportionalScaler(name: string, targetUtilisation: number): Scaler {
  const share = targetUtilisation / 100;
  const rules = { ...REPLICA_BOUNDS, behavior: DEFAULT_BEHAVIOR };
  let state = newHpa;
  return {
    name,
    decide({ demand, endMs }, fleet) {
      const { replicas } = fleet;
      const synced = syncWith(rules, state, { nowMs: endMs, replicas }, () => {
        if (Number.isNaN(demand)) return undefined;
        return withinTolerance(demand / (share * replicas)) ? replicas : Math.ceil(demand / share - 1e-9);
      });
      state = synced.state;
      return synced.replicas;
    },
  };
}
