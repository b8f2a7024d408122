import { type HpaMetricView, metricReplicas } from './hpa-metric.ts';

/**
 * The HorizontalPodAutoscaler (autoscaling/v2) as kube-controller-manager computes it, read in Kubernetes 1.37's
 * pkg/controller/podautoscaler/horizontal.go and held against the real one by test/real/hpa.test.ts. Pure: state in,
 * state out.
 */
export interface HpaRules {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /**
   * spec.behavior, filled with the API's defaults. An HPA without it, as most are, is not the same: what it wanted when
   * its rate held it back goes on being wanted for the whole window, and it grows to max(2 x replicas, 4) instead of
   * max(2 x replicas, replicas + 4).
   */
  readonly behavior?: HpaBehavior;
  /** --horizontal-pod-autoscaler-downscale-stabilization, where there is no behavior. */
  readonly downWindowMs?: number;
}

export interface HpaBehavior {
  readonly downWindowMs: number;
  readonly policyPeriodMs: number;
}

export interface HpaSpec extends HpaRules {
  /** Percent of the request. */
  readonly targetUtilisation: number;
}

export interface HpaState {
  /** Recommendations before stabilisation, oldest first, at most the stabilisation window's. */
  readonly recommendations: readonly { readonly atMs: number; readonly replicas: number }[];
  /** Changes that the policies' periods still count. */
  readonly events: readonly { readonly atMs: number; readonly change: number }[];
}

export interface HpaView extends HpaMetricView {
  readonly nowMs: number;
}

export const DEFAULT_BEHAVIOR: HpaBehavior = { downWindowMs: 300_000, policyPeriodMs: 15_000 };

export const newHpa: HpaState = { recommendations: [], events: [] };

export interface HpaSync {
  /** What the HPA would write; equal to view.replicas when it writes nothing. */
  readonly replicas: number;
  readonly state: HpaState;
}

/** One sync (every 15 s) on utilisation. */
export function syncHpa(spec: HpaSpec, state: HpaState, view: HpaView): HpaSync {
  return syncWith(spec, state, view, () => metricReplicas(spec.targetUtilisation, view));
}

/** One sync for whatever metric: `metric` says how many replicas it wants, undefined when it is not known. */
export function syncWith(
  rules: HpaRules,
  state: HpaState,
  view: Pick<HpaView, 'nowMs' | 'replicas'>,
  metric: () => number | undefined,
): HpaSync {
  // The controller starts its window with the replicas it finds, so a fresh HPA removes nothing for 300 s.
  const seeded = state.recommendations.length
    ? state.recommendations
    : [{ atMs: view.nowMs, replicas: view.replicas }];
  const events = state.events.filter((event) => event.atMs > view.nowMs - periodMs(rules));
  // Whoever scales to 0 by hand switches the HPA off.
  if (view.replicas === 0) return { replicas: 0, state: { recommendations: seeded, events } };
  const bounded = Math.min(rules.maxReplicas, Math.max(rules.minReplicas, view.replicas));
  if (bounded !== view.replicas) {
    return { replicas: bounded, state: { recommendations: seeded, events: changed(events, view, bounded) } };
  }
  const wanted = metric();
  if (wanted === undefined) return { replicas: view.replicas, state: { recommendations: seeded, events } };
  const recommendations = [...seeded, { atMs: view.nowMs, replicas: wanted }].filter(
    (entry) => entry.atMs > view.nowMs - windowMs(rules),
  );
  const highest = recommendations.reduce((most, entry) => Math.max(most, entry.replicas), wanted);
  const replicas = rules.behavior
    ? limited(rules, view.replicas, events, stabilised(view.replicas, wanted, highest))
    : plainlyLimited(rules, view.replicas, highest);
  return { replicas, state: { recommendations, events: changed(events, view, replicas) } };
}

function periodMs({ behavior = DEFAULT_BEHAVIOR }: HpaRules): number {
  return behavior.policyPeriodMs;
}

function windowMs({ behavior, downWindowMs = DEFAULT_BEHAVIOR.downWindowMs }: HpaRules): number {
  return behavior?.downWindowMs ?? downWindowMs;
}

/** stabilizeRecommendationWithBehaviors: no window upwards, the maximum of the window downwards. */
function stabilised(replicas: number, wanted: number, highest: number): number {
  return wanted >= replicas ? wanted : Math.min(replicas, highest);
}

/** calculateScaleUpLimitWithScalingRules: max(4 pods, 100 %) per 15 s; downwards 100 % per 15 s, which limits nothing. */
function limited(rules: HpaRules, replicas: number, events: HpaState['events'], wanted: number): number {
  const periodStart = replicas - events.reduce((sum, event) => sum + event.change, 0);
  const ceiling = Math.max(replicas, periodStart + 4, periodStart * 2);
  const highest = Math.min(rules.maxReplicas, wanted > replicas ? ceiling : rules.maxReplicas);
  return Math.min(highest, Math.max(rules.minReplicas, wanted));
}

/**
 * normalizeDesiredReplicas, for an HPA without behavior: the maximum of the window holds upwards, too. Example: 10
 * replicas, wanted 100 once and 10 from then on: 20, 40, 80, 100 at one sync after the other.
 */
function plainlyLimited(rules: HpaRules, replicas: number, highest: number): number {
  const ceiling = Math.min(rules.maxReplicas, Math.max(replicas * 2, 4));
  return Math.max(rules.minReplicas, Math.min(ceiling, highest));
}

function changed(
  events: HpaState['events'],
  view: Pick<HpaView, 'nowMs' | 'replicas'>,
  replicas: number,
): HpaState['events'] {
  if (replicas === view.replicas) return events;
  return [...events, { atMs: view.nowMs, change: replicas - view.replicas }];
}
