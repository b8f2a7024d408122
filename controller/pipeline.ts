import type { PredictiveScaler } from './api/predictive-scaler.ts';
import type { Dossier } from './dossier.ts';
import { initialCapacity, learnCapacity } from './policy/capacity.ts';
import { initialLeadTime, learnLeadTime } from './policy/lead-time.ts';
import type { Account, Forecaster, ForecastRequest, History } from './ports.ts';
import { type ReconcileParts, reconcile } from './reconcile.ts';
import type { Report } from './series/report.ts';
import type { Step } from './series/step.ts';
import { WorkloadSeries } from './series/workload-series.ts';
import { type Workload, workloadKey } from './workload.ts';

export interface PipelineParts extends ReconcileParts {
  readonly history: History;
  readonly forecaster: Forecaster;
  /** How long after a step's end its reports may still come. */
  readonly graceMs: number;
  /** How much history is held in memory and given to a model that starts. */
  readonly historySeconds: number;
}

/**
 * The trunk: reports in, decisions out. It knows no adapter and no mesh, and does not wait: the controller drives it
 * from a timer, the replay from a virtual clock, and both get the same decisions from the same reports.
 */
export function createPipeline(parts: PipelineParts) {
  const dossiers = new Map<string, Dossier>();

  return {
    /** Takes what one pod said. A pod of a workload that no scaler names is forgotten at once. */
    receive(report: Report): void {
      dossiers.get(workloadKey(report.workload))?.series.accept(report);
    },

    /** Closes the steps that ended, learns from them, and forecasts anew. Call once per step, for all workloads. */
    async observe(): Promise<void> {
      const scalers = parts.cluster.scalers();
      await Promise.all(scalers.map((scaler) => open(scaler)));
      forget(scalers);
      const current = scalers.flatMap((scaler) => {
        const dossier = dossiers.get(keyOf(scaler));
        return dossier ? [{ scaler, dossier }] : [];
      });
      for (const { scaler, dossier } of current) closeSteps(scaler, dossier);
      await forecast(current);
    },

    /** Decides one workload now, from what is known. undefined when no scaler names it (any more). */
    async reconcile(workload: Workload): Promise<Account | undefined> {
      const key = workloadKey(workload);
      const scaler = parts.cluster.scalers().find((candidate) => keyOf(candidate) === key);
      if (!scaler) return undefined;
      return reconcile(scaler, await open(scaler), parts);
    },

    /** Observes once and decides every workload. */
    async tick(): Promise<readonly Account[]> {
      await this.observe();
      const accounts = await Promise.all(
        parts.cluster.scalers().map((scaler) => this.reconcile(workloadOf(scaler))),
      );
      return accounts.filter((account) => account !== undefined);
    },

    /** A new leader removes nothing until it has seen for itself what the load is. */
    takeOver(): void {
      const sinceMs = parts.clock.monotonicMs();
      for (const dossier of dossiers.values()) dossier.memory = { ...dossier.memory, sinceMs };
    },

    workloads: (): readonly Workload[] => parts.cluster.scalers().map(workloadOf),
    dossier: (workload: Workload): Dossier | undefined => dossiers.get(workloadKey(workload)),
  };

  /** Opens a workload's dossier, warm: with its history and what was learned of it before the process started. */
  async function open(scaler: PredictiveScaler): Promise<Dossier> {
    const workload = workloadOf(scaler);
    const key = workloadKey(workload);
    const known = dossiers.get(key);
    if (known) return known;
    const { history, clock, stepSeconds } = parts;
    const stepMs = stepSeconds * 1000;
    const toMs = Math.floor(clock.wallMs() / stepMs) * stepMs;
    const fromMs = toMs - Math.floor(parts.historySeconds / stepSeconds) * stepMs;
    const [rates, leadTime, capacity] = await Promise.all([
      history.rates(key, fromMs, toMs, stepSeconds),
      history.recall(key, 'lead-time'),
      history.recall(key, 'capacity'),
    ]);
    const raced = dossiers.get(key);
    if (raced) return raced;
    const series = new WorkloadSeries({
      stepSeconds,
      graceMs: parts.graceMs,
      ringSteps: Math.floor(parts.historySeconds / stepSeconds),
    });
    series.preload(fromMs, rates);
    const dossier: Dossier = {
      workload,
      series,
      leadTime: initialLeadTime(leadTime),
      capacity: initialCapacity(capacity),
      memory: { recommendations: [], sinceMs: clock.monotonicMs() },
    };
    dossiers.set(key, dossier);
    return dossier;
  }

  function forget(scalers: readonly PredictiveScaler[]): void {
    const named = new Set(scalers.map(keyOf));
    for (const key of dossiers.keys()) if (!named.has(key)) dossiers.delete(key);
  }

  function closeSteps(scaler: PredictiveScaler, dossier: Dossier): void {
    const key = workloadKey(dossier.workload);
    const pods = parts.cluster.pods(dossier.workload);
    const expected = pods.filter(({ ready, terminating }) => ready && !terminating).map(({ uid }) => uid);
    const steps = dossier.series.close(parts.clock.wallMs(), expected);
    dossier.leadTime = learn(key, 'lead-time', dossier.leadTime, learnLeadTime(dossier.leadTime, pods));
    if (steps.length === 0) return;
    parts.history.append(key, steps);
    dossier.capacity = learn(
      key,
      'capacity',
      dossier.capacity,
      learnFrom(steps, scaler, dossier, pods.length),
    );
  }

  function learnFrom(steps: readonly Step[], scaler: PredictiveScaler, dossier: Dossier, pods: number) {
    const target = parts.cluster.target(dossier.workload);
    if (!target) return dossier.capacity;
    const { ready, starting } = target;
    return steps.reduce(
      (state, step) =>
        learnCapacity(state, { step, ready, starting, pods, objective: scaler.spec.objective }),
      dossier.capacity,
    );
  }

  function learn<State>(key: string, name: string, before: State, after: State): State {
    if (after !== before) parts.history.remember(key, name, after);
    return after;
  }

  async function forecast(current: readonly { scaler: PredictiveScaler; dossier: Dossier }[]): Promise<void> {
    const asked = current.filter(({ dossier }) => dossier.series.lastKnownMs !== undefined);
    const answers = await parts.forecaster.advance(
      asked.map(({ scaler, dossier }) => request(scaler, dossier)),
    );
    for (const [index, { dossier }] of asked.entries()) {
      const answer = answers[index];
      if (answer) dossier.forecast = answer;
    }
  }

  function request({ spec }: PredictiveScaler, { workload, series }: Dossier): ForecastRequest {
    const { stepSeconds } = parts;
    const stepMs = stepSeconds * 1000;
    const originMs = Math.floor((parts.clock.wallMs() - parts.graceMs) / stepMs) * stepMs;
    return {
      workload: workloadKey(workload),
      stepSeconds,
      seasonSteps: Math.max(1, Math.round(spec.forecast.seasonSeconds / stepSeconds)),
      originMs,
      ratesSince: (sinceMs) => series.ratesSince(sinceMs, originMs),
    };
  }
}

export type Pipeline = ReturnType<typeof createPipeline>;

function workloadOf({ namespace, spec }: PredictiveScaler): Workload {
  return { namespace, kind: spec.scaleTargetRef.kind, name: spec.scaleTargetRef.name };
}

function keyOf(scaler: PredictiveScaler): string {
  return workloadKey(workloadOf(scaler));
}
