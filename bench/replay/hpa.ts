/**
 * The HorizontalPodAutoscaler (autoscaling/v2) as kube-controller-manager computes it for a Resource metric with
 * target averageUtilization and `behavior` as autoscaling/v2 defaults it, read in Kubernetes 1.37's
 * pkg/controller/podautoscaler/{replica_calculator,horizontal}.go. Pure: state in, state out.
 */
export interface HpaSpec {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Percent of the request. */
  readonly targetUtilisation: number;
}

export interface HpaState {
  /** Recommendations before stabilisation, oldest first, at most the stabilisation window's. */
  readonly recommendations: readonly { readonly atMs: number; readonly replicas: number }[];
  /** Changes that the policies' periods still count. */
  readonly events: readonly { readonly atMs: number; readonly change: number }[];
}

export interface HpaView {
  readonly nowMs: number;
  /** spec.replicas. */
  readonly replicas: number;
  /** Usage / request of each Ready pod that has a metric. */
  readonly usage: readonly number[];
  /** Pods not Ready, or Ready for too short a time to have a metric of their own. */
  readonly unready: number;
  /** Ready pods whose metric is missing. */
  readonly missing: number;
}

export const HPA_TOLERANCE = 0.1;
export const HPA_DOWN_WINDOW_MS = 300_000;
const POLICY_PERIOD_MS = 15_000;

export const newHpa: HpaState = { recommendations: [], events: [] };

export interface HpaSync {
  /** What the HPA would write; equal to view.replicas when it writes nothing. */
  readonly replicas: number;
  readonly state: HpaState;
}

/** One sync (every 15 s) on utilisation. */
export function syncHpa(spec: HpaSpec, state: HpaState, view: HpaView): HpaSync {
  return syncWith(spec, state, view, () => metricReplicas(spec, view));
}

/** One sync for whatever metric: `metric` says how many replicas it wants, undefined when it is not known. */
export function syncWith(
  spec: Pick<HpaSpec, 'minReplicas' | 'maxReplicas'>,
  state: HpaState,
  view: Pick<HpaView, 'nowMs' | 'replicas'>,
  metric: () => number | undefined,
): HpaSync {
  // The controller starts its window with the replicas it finds, so a fresh HPA removes nothing for 300 s.
  const seeded = state.recommendations.length
    ? state.recommendations
    : [{ atMs: view.nowMs, replicas: view.replicas }];
  const events = state.events.filter((event) => event.atMs > view.nowMs - POLICY_PERIOD_MS);
  const bounded = Math.min(spec.maxReplicas, Math.max(spec.minReplicas, view.replicas));
  if (bounded !== view.replicas) {
    return { replicas: bounded, state: { recommendations: seeded, events: changed(events, view, bounded) } };
  }
  const wanted = metric();
  if (wanted === undefined) return { replicas: view.replicas, state: { recommendations: seeded, events } };
  const recommendations = [...seeded, { atMs: view.nowMs, replicas: wanted }].filter(
    (entry) => entry.atMs > view.nowMs - HPA_DOWN_WINDOW_MS,
  );
  const replicas = limit(spec, view, events, stabilise(view.replicas, wanted, recommendations));
  return { replicas, state: { recommendations, events: changed(events, view, replicas) } };
}

/**
 * replica_calculator.go, GetResourceReplicas.
 *
 * Examples (target 70): 10 pods at 90 % -> ratio 90/70 -> ceil(12.86) = 13. 10 at 76 % -> inside the tolerance, 10.
 * 10 at 90 % with 3 more starting: those count as 0, so 900/13 = 69 % -> stays at 13. undefined: no pod has a metric,
 * and the HPA does nothing.
 */
export function metricReplicas(spec: HpaSpec, view: HpaView): number | undefined {
  const { usage, unready, missing, replicas } = view;
  if (usage.length === 0) return undefined;
  const total = usage.reduce((sum, one) => sum + one, 0);
  const ratio = utilisationRatio(total, usage.length, spec.targetUtilisation);
  const countsUnready = unready > 0 && ratio > 1;
  if (!countsUnready && missing === 0) {
    return withinTolerance(ratio) ? replicas : Math.ceil(ratio * usage.length);
  }
  // Missing pods are taken to speak against the change: at 100 % of their request when it would go down, at 0 when up.
  const assumed = ratio < 1 ? missing * Math.max(1, spec.targetUtilisation / 100) : 0;
  const counted = ratio === 1 ? 0 : missing;
  const count = usage.length + counted + (countsUnready ? unready : 0);
  const rebased = utilisationRatio(total + assumed, count, spec.targetUtilisation);
  if (withinTolerance(rebased) || (ratio < 1 && rebased > 1) || (ratio > 1 && rebased < 1)) return replicas;
  const wanted = Math.ceil(rebased * count);
  const contradicts = rebased < 1 ? wanted > replicas : wanted < replicas;
  return contradicts ? replicas : wanted;
}

/** Utilisation is a whole percentage, cut off, before it is compared with the target. */
function utilisationRatio(total: number, count: number, targetUtilisation: number): number {
  // 1e-9: 0.7 * 10 / 10 must not become 69 % by a rounding error that the controller's integers do not have.
  return Math.floor((total * 100) / count + 1e-9) / targetUtilisation;
}

export function withinTolerance(ratio: number): boolean {
  return Math.abs(1 - ratio) <= HPA_TOLERANCE + 1e-12;
}

/** stabilizeRecommendationWithBehaviors: no window upwards, the maximum of 300 s downwards. */
function stabilise(replicas: number, wanted: number, recent: HpaState['recommendations']): number {
  if (wanted >= replicas) return wanted;
  const highest = recent.reduce((most, entry) => Math.max(most, entry.replicas), wanted);
  return Math.min(replicas, highest);
}

/** calculateScaleUpLimitWithScalingRules: max(4 pods, 100 %) per 15 s; downwards 100 % per 15 s, which limits nothing. */
function limit(
  spec: Pick<HpaSpec, 'minReplicas' | 'maxReplicas'>,
  view: Pick<HpaView, 'replicas'>,
  events: HpaState['events'],
  wanted: number,
): number {
  const periodStart = view.replicas - events.reduce((sum, event) => sum + event.change, 0);
  const ceiling = Math.max(view.replicas, periodStart + 4, periodStart * 2);
  const highest = Math.min(spec.maxReplicas, wanted > view.replicas ? ceiling : spec.maxReplicas);
  return Math.min(highest, Math.max(spec.minReplicas, wanted));
}

function changed(
  events: HpaState['events'],
  view: Pick<HpaView, 'nowMs' | 'replicas'>,
  replicas: number,
): HpaState['events'] {
  if (replicas === view.replicas) return events;
  return [...events, { atMs: view.nowMs, change: replicas - view.replicas }];
}
