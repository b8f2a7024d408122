import type { CalendarBlock } from './api/calendar-block.ts';
import type { PredictiveScaler } from './api/predictive-scaler.ts';
import { type Calendar, withRelease } from './calendar/calendar.ts';
import { calendarFrom } from './calendar/from-block.ts';
import type { Dossier } from './dossier.ts';
import { createDossiers, type DossiersParts } from './dossiers.ts';
import { gather, isStale } from './gather.ts';
import { followSignals, meterWish, ownMetricsOf, samplesOf } from './meter-wish.ts';
import { spend } from './policy/budget.ts';
import { capacityOf, isNewCapacity, learnCapacity } from './policy/capacity.ts';
import { coldPods } from './policy/evidence.ts';
import { marked } from './policy/high-water.ts';
import { learnLeadTime } from './policy/lead-time.ts';
import { noticeRelease } from './policy/release.ts';
import { learnResources } from './policy/resources.ts';
import { learnBoldness } from './policy/trial.ts';
import type { Account, Forecaster, ForecastRequest, History } from './ports.ts';
import { type ReconcileParts, reconcile } from './reconcile.ts';
import type { Report } from './series/report.ts';
import type { Step } from './series/step.ts';
import { createTelemetry } from './series/telemetry.ts';
import { type Workload, workloadKey } from './workload.ts';

export interface PipelineParts extends ReconcileParts {
  readonly history: History;
  readonly forecaster: Forecaster;
  /** How long after a step's end its reports may still come. */
  readonly graceMs: number;
  /** How much history is held in memory and given to a model that starts. */
  readonly historySeconds: number;
  readonly onUnread?: DossiersParts['onUnread'];
}

/** 10 minutes at 15 s: a restart costs the shadows no more. */
const LADDER_SAVED_STEPS = 40;

interface Watched {
  readonly scaler: PredictiveScaler;
  readonly dossier: Dossier;
}

/**
 * The trunk: reports in, decisions out. It knows no adapter and no mesh, and does not wait: the controller drives it
 * from a timer, the replay from a virtual clock, and both get the same decisions from the same reports.
 */
export function createPipeline(parts: PipelineParts) {
  const { clock, cluster, history, forecaster, stepSeconds, graceMs } = parts;
  const stepMs = stepSeconds * 1000;
  const ringSteps = Math.ceil(parts.historySeconds / stepSeconds);
  const telemetry = createTelemetry({ stepSeconds, graceMs, ringSteps });
  const dossiers = createDossiers({ ...parts, telemetry, ringSteps });

  /** Returns the workloads that a step was closed of. */
  function closeSteps(watched: readonly Watched[], nowMs: number): Watched[] {
    const byKey = new Map(watched.map((entry) => [workloadKey(entry.dossier.workload), entry]));
    const closed = telemetry.close(nowMs, (workload) =>
      byKey.has(workloadKey(workload)) ? readyUids(workload) : undefined,
    );
    return closed.flatMap(({ workload, steps }) => {
      const key = workloadKey(workload);
      const entry = byKey.get(key);
      if (!entry) return [];
      history.append(key, steps);
      entry.dossier.highWater = steps.reduce(marked, entry.dossier.highWater);
      learnCapacityFrom(steps, entry);
      return steps.length > 0 ? [entry] : [];
    });
  }

  /** After the forecast of the step: what each shadow would ask for now. */
  function learnBoldnessOf({ scaler, dossier }: Watched): void {
    const before = dossier.ladder;
    dossier.ladder = learnBoldness(before, gather(scaler, dossier, parts));
    const due = dossier.ladder !== before && dossier.ladder.steps % LADDER_SAVED_STEPS === 0;
    if (!dossier.recalled || !due) return;
    history.remember(workloadKey(dossier.workload), 'ladder', dossier.ladder);
    history.remember(workloadKey(dossier.workload), 'budget', dossier.budget);
    history.remember(workloadKey(dossier.workload), 'high-water', dossier.highWater);
  }

  function readyUids(workload: Workload): readonly string[] {
    return cluster
      .pods(workload)
      .filter(({ ready, terminating, outSinceMs }) => ready && !terminating && outSinceMs === undefined)
      .map(({ uid }) => uid);
  }

  function learnCapacityFrom(steps: readonly Step[], { scaler, dossier }: Watched): void {
    const target = cluster.target(dossier.workload);
    // How many served is not known while the view is old, and so neither is what each of them carried.
    if (!target || isStale(cluster)) return;
    const { ready } = target;
    const { objective } = scaler.spec;
    const pods = cluster.pods(dossier.workload);
    const before = dossier.capacity;
    const { rpsPerReplica: capacityRps } = capacityOf(before, scaler.spec);
    dossier.budget = steps.reduce(
      (state, step) => spend(state, { step, stepSeconds, ready, capacityRps, objective }),
      dossier.budget,
    );
    dossier.capacity = steps.reduce((state, step) => {
      const starting = target.starting + coldPods(pods, step.startMs + stepMs, stepSeconds);
      return learnCapacity(state, { step, ready, starting, objective });
    }, before);
    if (dossier.recalled && isNewCapacity(before, dossier.capacity))
      history.remember(workloadKey(dossier.workload), 'capacity', dossier.capacity);
  }

  function learnLeadTimeOf({ dossier }: Watched): void {
    const before = dossier.leadTime;
    const pods = cluster.pods(dossier.workload);
    const now = { nowMs: clock.monotonicMs(), wallMs: clock.wallMs() };
    dossier.release = noticeRelease(dossier.release ?? {}, pods, now);
    dossier.leadTime = learnLeadTime(before, pods);
    if (dossier.recalled && dossier.leadTime !== before)
      history.remember(workloadKey(dossier.workload), 'lead-time', dossier.leadTime);
  }

  function learnResourcesOf({ scaler, dossier }: Watched): void {
    const before = dossier.resources;
    dossier.resources = learnResources(before, samplesOf(scaler, dossier, parts));
    const due = dossier.resources !== before && dossier.resources.atMs - resourcesSavedMs(dossier) >= 600_000;
    if (!dossier.recalled || !due) return;
    resourcesSaved.set(dossier, dossier.resources.atMs);
    history.remember(workloadKey(dossier.workload), 'resources', dossier.resources);
  }
  const resourcesSaved = new WeakMap<Dossier, number>();
  const resourcesSavedMs = (dossier: Dossier) => resourcesSaved.get(dossier) ?? 0;

  async function forecastAll(watched: readonly Watched[], nowMs: number): Promise<void> {
    const known = watched.filter(
      ({ dossier }) => dossier.recalled && dossier.series.lastKnownMs !== undefined,
    );
    if (known.length === 0) return;
    const originMs = Math.floor((nowMs - graceMs) / stepMs) * stepMs;
    const answers = await forecaster.advance(known.map((entry) => requestOf(entry, originMs)));
    for (const [index, { dossier }] of known.entries()) {
      const answer = answers[index];
      if (answer) dossier.forecast = answer;
    }
  }

  function requestOf({ scaler, dossier }: Watched, originMs: number): ForecastRequest {
    const { workload, series } = dossier;
    const { seasonSeconds } = scaler.spec.forecast;
    const calendar =
      scaler.spec.calendar &&
      withRelease(calendarOf(scaler.spec.calendar), dossier.release?.released?.wallMs);
    return {
      workload: workloadKey(workload),
      stepSeconds,
      ...(seasonSeconds ? { seasonSteps: Math.max(1, Math.round(seasonSeconds / stepSeconds)) } : {}),
      ...(calendar ? { calendar } : {}),
      originMs,
      ratesSince: (sinceMs) => series.ratesSince(sinceMs, originMs),
    };
  }

  const calendars = new WeakMap<CalendarBlock, Calendar>();
  /** One per version of a scaler: it remembers which events it has worked out. */
  function calendarOf(block: CalendarBlock): Calendar {
    const known = calendars.get(block) ?? calendarFrom(block);
    calendars.set(block, known);
    return known;
  }

  let indexed:
    | { readonly of: readonly PredictiveScaler[]; readonly byKey: ReadonlyMap<string, PredictiveScaler> }
    | undefined;
  /** A cluster gives the same list until a scaler changes, so 500 reconciles build one index. */
  function scalersByKey(): ReadonlyMap<string, PredictiveScaler> {
    const scalers = cluster.scalers();
    if (indexed?.of !== scalers)
      indexed = { of: scalers, byKey: new Map(scalers.map((one) => [keyOf(one), one])) };
    return indexed.byKey;
  }

  function watchedNow(): Watched[] {
    return cluster.scalers().flatMap((scaler) => {
      const dossier = dossiers.get(keyOf(scaler));
      return dossier ? [{ scaler, dossier }] : [];
    });
  }

  function forgetAllBut(scalers: readonly PredictiveScaler[]): void {
    for (const workload of dossiers.keepOnly(new Set(scalers.map(keyOf)))) {
      telemetry.forget(workload);
      parts.recorder.forgotten(workload);
    }
  }

  async function observe(): Promise<void> {
    const scalers = cluster.scalers();
    forgetAllBut(scalers);
    await Promise.all(scalers.map((scaler) => dossiers.open(workloadOf(scaler))));
    const watched = watchedNow();
    parts.meter?.refresh(meterWish(watched.map(({ scaler }) => scaler)));
    // One reading of the clock: a step that is forecast from is a step that was closed.
    const nowMs = clock.wallMs();
    const closed = closeSteps(watched, nowMs);
    for (const entry of watched) learnLeadTimeOf(entry);
    for (const { scaler, dossier } of watched) followSignals(scaler, dossier, parts);
    for (const entry of watched) learnResourcesOf(entry);
    await forecastAll(watched, nowMs);
    for (const entry of closed) learnBoldnessOf(entry);
  }

  async function decideOne(scaler: PredictiveScaler, dossier: Dossier): Promise<Account> {
    const account = await reconcile(scaler, dossier, parts);
    // Its scaler went while the write was under way: what was told of it since is forgotten as well.
    if (!dossiers.get(keyOf(scaler))) parts.recorder.forgotten(dossier.workload);
    return account;
  }

  return {
    /** Takes what one pod said. */
    receive: (report: Report): void => telemetry.accept(report),

    /** Closes the steps that ended, learns from them, and forecasts anew. Call once per step, for all workloads. */
    observe,

    /** Decides one workload now, from what is known. undefined when no scaler names it (any more). */
    async reconcile(workload: Workload): Promise<Account | undefined> {
      const key = workloadKey(workload);
      const scaler = scalersByKey().get(key);
      const dossier = scaler && (dossiers.get(key) ?? (await dossiers.open(workload)));
      return dossier && decideOne(scaler, dossier);
    },

    /** Observes once and decides every workload. */
    async tick(): Promise<readonly Account[]> {
      await observe();
      return Promise.all(watchedNow().map(({ scaler, dossier }) => decideOne(scaler, dossier)));
    },

    /** A new leader removes nothing until it has seen for itself what the load is. */
    takeOver(): void {
      const sinceMs = clock.monotonicMs();
      for (const dossier of dossiers.all()) {
        // A plan of its own was never told, so nobody can have approved it.
        const { plan: _, ...memory } = dossier.memory;
        dossier.memory = { ...memory, sinceMs };
        // Another leader may have told something else since.
        delete dossier.told;
      }
    },

    workloads: (): readonly Workload[] => cluster.scalers().map(workloadOf),
    dossier: (workload: Workload): Dossier | undefined => dossiers.get(workloadKey(workload)),
    /** Gauges that its pods may send of their own, by spec.signals. */
    ownMetrics: (workload: Workload): ReadonlySet<string> =>
      ownMetricsOf(scalersByKey().get(workloadKey(workload))),
    telemetryStats: () => telemetry.stats(),
  };
}

export type Pipeline = ReturnType<typeof createPipeline>;

export function workloadOf({ namespace, spec }: PredictiveScaler): Workload {
  return { namespace, kind: spec.scaleTargetRef.kind, name: spec.scaleTargetRef.name };
}

function keyOf(scaler: PredictiveScaler): string {
  return workloadKey(workloadOf(scaler));
}
