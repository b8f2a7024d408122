/**
 * How many replicas one metric of a HorizontalPodAutoscaler asks for, as Kubernetes 1.37's
 * pkg/controller/podautoscaler/replica_calculator.go computes it; test/real/hpa.test.ts holds it against the real one.
 */
export interface HpaMetricView {
  /** spec.replicas. */
  readonly replicas: number;
  /** Usage / request of each Ready pod that has a metric. */
  readonly usage: readonly number[];
  /**
   * Pods that are Pending, or not Ready, or (for CPU, in a pod's first five minutes) Ready for less than the window of
   * their metric.
   */
  readonly unready: number;
  /** Running pods, Ready or not, whose metric is missing. */
  readonly missing: number;
}

const TOLERANCE = 0.1;

/**
 * A Resource metric with target averageUtilization (GetResourceReplicas).
 *
 * Examples (target 70): 10 pods at 90 % -> ratio 90/70 -> ceil(12.86) = 13. 10 at 76 % -> inside the tolerance, 10.
 * 10 at 90 % with 3 more starting: those count as 0, so 900/13 = 69 % -> stays at 13. undefined: no pod has a metric,
 * and the HPA does nothing.
 */
export function metricReplicas(targetUtilisation: number, view: HpaMetricView): number | undefined {
  const { usage, unready, missing, replicas } = view;
  if (usage.length === 0) return undefined;
  const total = usage.reduce((sum, one) => sum + one, 0);
  const ratio = utilisationRatio(total, usage.length, targetUtilisation);
  const countsUnready = unready > 0 && ratio > 1;
  if (!countsUnready && missing === 0) {
    return withinTolerance(ratio) ? replicas : Math.ceil(ratio * usage.length);
  }
  // Missing pods are taken to speak against the change: at 100 % of their request when it would go down, at 0 when up.
  const assumed = ratio < 1 ? missing * Math.max(1, targetUtilisation / 100) : 0;
  const counted = ratio === 1 ? 0 : missing;
  const count = usage.length + counted + (countsUnready ? unready : 0);
  const rebased = utilisationRatio(total + assumed, count, targetUtilisation);
  if (withinTolerance(rebased) || (ratio < 1 && rebased > 1) || (ratio > 1 && rebased < 1)) return replicas;
  const wanted = Math.ceil(rebased * count);
  const contradicts = rebased < 1 ? wanted > replicas : wanted < replicas;
  return contradicts ? replicas : wanted;
}

/**
 * An External metric with target value (GetExternalMetricReplicas): `ratio` is value / target, not cut to whole percent,
 * and only pods that are Ready count, so starting pods neither help nor hold back.
 *
 * Example: ratio 1.5 at 10 replicas of which 8 are Ready -> ceil(1.5 x 8) = 12.
 */
export function valueReplicas(ratio: number, replicas: number, ready: number): number {
  return withinTolerance(ratio) ? replicas : Math.ceil(ratio * ready);
}

/** Utilisation is a whole percentage, cut off, before it is compared with the target. */
function utilisationRatio(total: number, count: number, targetUtilisation: number): number {
  // 1e-9: 0.7 * 10 / 10 must not become 69 % by a rounding error that the controller's integers do not have.
  return Math.floor((total * 100) / count + 1e-9) / targetUtilisation;
}

/** The controller's own comparison, to the last bit: 77 / 70 is inside, as 1 + 0.1 is not below it. */
export function withinTolerance(ratio: number): boolean {
  return 1 - TOLERANCE <= ratio && ratio <= 1 + TOLERANCE;
}
