import { type HpaRules, type HpaState, newHpa, syncHpa, syncWith } from '../../../bench/replay/hpa.ts';
import { valueReplicas } from '../../../bench/replay/hpa-metric.ts';
import type { Rig } from '../../rig/rig.ts';
import { Fleet } from './fleet.ts';
import type { Answer, PodUsage } from './metrics-server.ts';
import type { Series } from './series.ts';
import { FILLED_PERIOD_MS, SCALED_PERIOD_MS, WINDOW_MS } from './sync-clock.ts';
import { TARGET_REF } from './target.ts';

/** What both see at one sync: the answer for the real controller, and the same as the model takes it. */
interface Sight {
  readonly answer: Answer;
  readonly usage: readonly number[];
  readonly unready: number;
  readonly missing: number;
}

/** One series with its pods, the real controller's replicas and the model's. */
export class Workload {
  readonly series: Series;
  readonly fleet: Fleet;
  /** By tick. */
  readonly real: number[] = [];
  readonly model: number[] = [];
  #replicas: number;
  #state: HpaState = newHpa;

  constructor(rig: Rig, namespace: string, series: Series) {
    this.series = series;
    this.#replicas = series.replicas;
    this.fleet = new Fleet(rig, namespace, series.name, series.starting);
  }

  /** The syncs before the first that asks for a metric: the window's seed, and replicas brought inside the bounds. */
  start(createdMs: number, askedMs: number): void {
    const { minReplicas, maxReplicas, replicas } = this.series;
    const outside = replicas < minReplicas || replicas > maxReplicas;
    const synced = syncWith(
      this.#rules(),
      newHpa,
      { nowMs: outside ? createdMs : askedMs, replicas },
      () => undefined,
    );
    this.#state = synced.state;
    this.#replicas = synced.replicas;
  }

  /** What the model had at the end of the last sync, beside what the real controller has written. */
  compare(real: number): void {
    this.real.push(real);
    this.model.push(this.#replicas);
  }

  /** One sync of the model; gives what to tell the real one. `real`: what it has written so far. */
  sync(tick: number, nowMs: number, real: number): Answer {
    const sight = this.#sight(tick);
    const view = { nowMs, replicas: real, ...sight };
    const rules = this.#rules();
    const { target, metric } = this.series;
    const synced =
      metric === 'Resource'
        ? syncHpa({ ...rules, targetUtilisation: target }, this.#state, view)
        : syncWith(rules, this.#state, view, () => this.#valueReplicas(sight, real));
    this.#state = synced.state;
    this.#replicas = synced.replicas;
    return sight.answer;
  }

  #valueReplicas({ answer, usage }: Sight, replicas: number): number | undefined {
    if (answer.kind !== 'external') return undefined;
    return valueReplicas(answer.milli / (this.series.target * 10), replicas, usage.length);
  }

  #rules(): HpaRules {
    const { minReplicas, maxReplicas, behavior } = this.series;
    const policyPeriodMs = behavior === 'scaled' ? SCALED_PERIOD_MS : FILLED_PERIOD_MS;
    return {
      ...{ minReplicas, maxReplicas, downWindowMs: WINDOW_MS },
      ...(behavior === 'unset' ? {} : { behavior: { downWindowMs: WINDOW_MS, policyPeriodMs } }),
    };
  }

  #sight(tick: number): Sight {
    const pods = this.fleet.pods();
    const { metric } = this.series;
    // Only for a Resource metric does it matter for how long.
    const isReady = (state: string) => state === 'Ready' || (metric === 'External' && state === 'JustReady');
    const ready = pods.filter((pod) => isReady(pod.state));
    const demand = this.series.demand(tick, ready.length);
    const milliCores = Math.floor(((demand ?? 0) * 1000) / Math.max(1, ready.length));
    if (demand === undefined) return { answer: { kind: 'unavailable' }, usage: [], unready: 0, missing: 0 };
    if (metric === 'External') {
      const usage = ready.map(() => milliCores / 1000);
      return { answer: { kind: 'external', milli: milliCores }, usage, unready: 0, missing: 0 };
    }
    const unmeasured = Math.min(this.series.missing(tick), ready.length - 1);
    const measured: PodUsage[] = ready
      .slice(Math.max(0, unmeasured))
      .map(({ name }) => ({ name, milliCores, windowSeconds: 15 }));
    // An hour of window is longer than any of these pods has been Ready.
    const others = pods
      .filter(({ state }) => state === 'JustReady' || (state === 'Unready' && this.series.unreadyHaveMetric))
      .map(({ name }) => ({ name, milliCores: 2 * milliCores + 500, windowSeconds: 3600 }));
    const hidden = pods.filter(({ state }) => state === 'Unready' && !this.series.unreadyHaveMetric).length;
    return {
      answer: { kind: 'pods', pods: [...measured, ...others] },
      usage: measured.map((pod) => pod.milliCores / 1000),
      unready: pods.length - ready.length - hidden,
      missing: ready.length - measured.length + hidden,
    };
  }
}

export function hpaManifest(namespace: string, series: Series): string {
  const { name, metric, target, minReplicas, maxReplicas } = series;
  const source =
    metric === 'Resource'
      ? { resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } } }
      : { external: { metric: { name }, target: { type: 'Value', value: `${target * 10}m` } } };
  return `${JSON.stringify({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { ...TARGET_REF, name },
      ...{ minReplicas, maxReplicas, metrics: [{ type: metric, ...source }] },
      ...behaviorOf(series),
    },
  })}\n`;
}

function behaviorOf({ behavior }: Series): object {
  if (behavior === 'unset') return {};
  if (behavior === 'filled') return { behavior: {} };
  const periodSeconds = SCALED_PERIOD_MS / 1000;
  const percent = { type: 'Percent', value: 100, periodSeconds };
  return {
    behavior: {
      scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds }, percent] },
      scaleDown: { stabilizationWindowSeconds: WINDOW_MS / 1000, policies: [percent] },
    },
  };
}
