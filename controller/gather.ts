import type { PredictiveScaler } from './api/predictive-scaler.ts';
import { floorsOf } from './calendar/floors.ts';
import type { Clock } from './clock.ts';
import type { Dossier } from './dossier.ts';
import { budgetUseOf, guarded } from './policy/budget.ts';
import { capacityOf } from './policy/capacity.ts';
import { highWaterOf } from './policy/high-water.ts';
import { boldnessOf } from './policy/ladder.ts';
import { leadTimeOf } from './policy/lead-time.ts';
import type { Observation } from './policy/observation.ts';
import type { Cluster, Meter } from './ports.ts';
import { signalReadings } from './signal-readings.ts';

/** How many closed steps a decision sees: 10 minutes at 15 s. */
const RECENT_STEPS = 40;

/** A cluster view older than this may be wrong in a way that matters: a scale-down waits for a fresh one. */
const STALE_AFTER_SECONDS = 60;

export function isStale(cluster: Pick<Cluster, 'staleSeconds'>): boolean {
  return cluster.staleSeconds() > STALE_AFTER_SECONDS;
}

export interface GatherParts {
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly meter?: Meter | undefined;
  readonly stepSeconds: number;
}

export function readSignals(
  { spec }: PredictiveScaler,
  { workload, series, trails }: Dossier,
  { cluster, meter }: GatherParts,
  wallMs: number,
) {
  const { namespace } = workload;
  return signalReadings(spec, {
    series,
    meter,
    namespace,
    trails,
    wallMs,
    pods: () => cluster.pods(workload),
  });
}

/** The only input of a decision: one plain observation of the workload as it stands now. */
export function gather(scaler: PredictiveScaler, dossier: Dossier, parts: GatherParts): Observation {
  const { clock, cluster, stepSeconds } = parts;
  const { namespace, name, uid, generation } = scaler;
  const approvals = cluster.approvals?.(scaler);
  const wallMs = clock.wallMs();
  const lastKnownMs = dossier.series.lastKnownMs;
  const signals = readSignals(scaler, dossier, parts, wallMs);
  const limit = scaler.spec.objective.budgetPercent / 100;
  const floors = scaler.spec.calendar && floorsOf(scaler.spec.calendar, wallMs);
  const highWater = highWaterOf(dossier.highWater);
  const budget = budgetUseOf(dossier.budget, wallMs, limit);
  return {
    workload: dossier.workload,
    scaler: { namespace, name, uid, generation },
    spec: scaler.spec,
    wallMs,
    nowMs: clock.monotonicMs(),
    stepSeconds,
    target: cluster.target(dossier.workload),
    clusterStale: isStale(cluster),
    recent: dossier.series.recent(RECENT_STEPS),
    telemetryAgeSeconds:
      lastKnownMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, (wallMs - lastKnownMs) / 1000),
    forecast: dossier.forecast,
    capacity: capacityOf(dossier.capacity, scaler.spec),
    leadTime: leadTimeOf(dossier.leadTime, scaler.spec),
    boldness: guarded(boldnessOf(dossier.ladder, limit), budget),
    ...(budget ? { budget } : {}),
    ...(highWater ? { highWater } : {}),
    ...(dossier.release?.released ? { releasedMs: dossier.release.released.nowMs } : {}),
    ...(signals ? { signals } : {}),
    ...(approvals ? { approvals } : {}),
    ...(floors ? { calendarFloors: floors } : {}),
    memory: dossier.memory,
  };
}
