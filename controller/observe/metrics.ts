import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Forecast } from '../forecast/forecast.ts';
import { peakOver } from '../policy/peak.ts';
import { assess } from '../policy/situation.ts';
import type { Account } from '../ports.ts';
import type { Workload } from '../workload.ts';

const workloadLabels = ['namespace', 'kind', 'name'] as const;

/**
 * Foresail's own metrics, on a registry of their own so that two controllers in one process do not meet. A figure
 * that is not known is not set: a scrape shows nothing rather than zero.
 */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, extra: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: [...workloadLabels, ...extra], registers });
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });

  const replicas = gauge('foresail_replicas', 'Replicas of the workload, by what is counted.', ['state']);
  const demand = gauge('foresail_demand_requests_per_second', 'Arrivals per second in the last closed step.');
  const forecast = gauge(
    'foresail_forecast_requests_per_second',
    'Forecast of the maximum rate over the lead time.',
    ['quantile'],
  );
  const capacity = gauge(
    'foresail_capacity_requests_per_second',
    'What one ready replica carries inside the objective.',
  );
  const lead = gauge('foresail_lead_time_seconds', 'Decision to Ready, p95.');
  const signal = gauge(
    'foresail_signal_replicas',
    'Replicas that each signal beside the request rate asks for; absent while it is not known.',
    ['signal'],
  );
  const budget = gauge(
    'foresail_budget_spent_ratio',
    'Share of the objective’s 30-day budget that is spent; above 1 when it is overspent.',
  );
  const burn = gauge('foresail_budget_burn_ratio', 'Pace of spending; 1 spends the budget in 30 days.', [
    'window',
  ]);
  const request = gauge(
    'foresail_recommended_request',
    'What each container should request: cores of cpu, bytes of memory.',
    ['container', 'resource'],
  );
  const decisions = counter('foresail_decisions_total', 'Decisions by the rule that had the last word.', [
    ...workloadLabels,
    'reason',
  ]);
  const writes = counter('foresail_scale_writes_total', 'Scale writes by outcome.', [
    ...workloadLabels,
    'outcome',
  ]);
  const fallbacks = counter(
    'foresail_forecast_fallbacks_total',
    'Forecasts that a baseline answered, by reason.',
    ['reason'],
  );
  const leading = new Gauge({ name: 'foresail_leader', help: '1 while this controller may act.', registers });
  const tick = new Histogram({
    name: 'foresail_tick_duration_seconds',
    help: 'Closing the steps of all workloads, learning from them and forecasting; decisions follow one by one.',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });

  /** A workload is decided whenever something changes, and so more often than it is forecast. */
  const counted = new WeakSet<Forecast>();

  return {
    registry,
    leading,
    tick,
    decided({ observation, decision, recommendations = [], outcome }: Account): void {
      const labels = labelsOf(observation.workload);
      for (const { container, cores, bytes } of recommendations) {
        request.set({ ...labels, container, resource: 'cpu' }, cores);
        request.set({ ...labels, container, resource: 'memory' }, bytes);
      }
      decisions.inc({ ...labels, reason: decision.reason });
      if (outcome) writes.inc({ ...labels, outcome: outcome.kind });
      const { target, forecast: expected } = observation;
      setKnown(replicas, { ...labels, state: 'asked' }, target?.workloadReplicas ?? target?.replicas);
      setKnown(replicas, { ...labels, state: 'ready' }, target?.ready);
      setKnown(replicas, { ...labels, state: 'recommended' }, target && decision.recommended);
      setKnown(demand, labels, observation.recent.at(-1)?.rps);
      setKnown(budget, labels, observation.budget?.spentShare);
      setKnown(burn, { ...labels, window: '1h' }, observation.budget?.hourBurn);
      setKnown(burn, { ...labels, window: '3d' }, observation.budget?.threeDayBurn);
      setKnown(capacity, labels, observation.capacity.rpsPerReplica);
      lead.set(labels, observation.leadTime.seconds);
      const needs = target && observation.signals ? assess(observation, target).signals : [];
      for (const { reading, fresh, replicas: asked } of needs)
        setKnown(signal, { ...labels, signal: reading.name }, fresh ? asked : undefined);
      if (expected?.fallbackReason && !counted.has(expected)) {
        counted.add(expected);
        fallbacks.inc({ reason: expected.fallbackReason });
      }
      const peak = expected && peakOver(expected, observation.leadTime.seconds);
      setKnown(forecast, { ...labels, quantile: '0.5' }, peak?.p50);
      setKnown(forecast, { ...labels, quantile: '0.95' }, peak?.p95);
      setKnown(forecast, { ...labels, quantile: '0.99' }, peak?.p99);
    },
    /** A workload that is gone is gone from the next scrape on: a last value would be read as the present one. */
    forgotten(workload: Workload): void {
      const wanted = labelsOf(workload);
      for (const gauge of [replicas, demand, forecast, capacity, lead, signal, budget, burn, request])
        void removeAll(gauge, wanted);
      for (const total of [decisions, writes]) void removeAll(total, wanted);
    },
    /** Exposes a counter kept elsewhere (the receiver's, the store's) under its reasons, read at each scrape. */
    count(name: string, help: string, read: () => Readonly<Record<string, number>>): void {
      new Counter({
        name,
        help,
        labelNames: ['reason'],
        registers,
        collect() {
          this.reset();
          for (const [reason, value] of Object.entries(read())) this.inc({ reason }, value);
        },
      });
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

function labelsOf({ namespace, kind, name }: Workload): Record<string, string> {
  return { namespace, kind, name };
}

function setKnown(gauge: Gauge, labels: Record<string, string>, value: number | undefined): void {
  if (value === undefined || !Number.isFinite(value)) gauge.remove(labels);
  else gauge.set(labels, value);
}

/** Removes every series that has these labels, whatever its other labels are. */
async function removeAll(metric: Gauge | Counter, wanted: Record<string, string>): Promise<void> {
  const { values } = await metric.get();
  for (const { labels } of values) {
    const has = Object.entries(wanted).every(([name, value]) => labels[name] === value);
    if (has) metric.remove(labels as Record<string, string>);
  }
}
