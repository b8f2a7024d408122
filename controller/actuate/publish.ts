import type { PredictiveScaler } from '../api/predictive-scaler.ts';
import { describeSeason } from '../forecast/season.ts';
import { peakOver } from '../policy/peak.ts';
import { isTelemetryFresh } from '../policy/situation.ts';
import type { Account, Cluster, Condition, ScalerStatus } from '../ports.ts';
import { type Reason, reasons } from '../reasons.ts';

/** Reasons that mean nothing is being scaled. */
const inactive: ReadonlySet<Reason> = new Set([
  'Paused',
  'ShadowMode',
  'AdvisoryMode',
  'TargetMissing',
  'CapacityUnknown',
  'TelemetryMissing',
]);
/** Reasons that mean a limit, not the load, chose the number. */
const limited: ReadonlySet<Reason> = new Set(['AtMaximum', 'AtMinimum', 'StepLimited', 'CoolingDown']);

/** What was last told, so that unchanged news costs no write. */
export interface Told {
  readonly reason: Reason;
  readonly digest: string;
  readonly atMs: number;
}

/** Figures in messages move at every tick; a status that changed in nothing else is written this seldom. */
const REFRESH_MS = 300_000;

/** Tells people what was decided: conditions on the scaler, and an Event for what changed or was refused. */
export async function publish(
  scaler: PredictiveScaler,
  account: Account,
  cluster: Cluster,
  told: Told | undefined,
): Promise<Told> {
  const { decision, outcome, observation } = account;
  if (outcome?.kind === 'written') cluster.event(scaler, 'Scaled', decision.message);
  else if (outcome?.kind === 'refused') cluster.event(scaler, outcome.reason, outcome.message);
  else if (reasons[decision.reason][0] === 'warning' && told?.reason !== decision.reason)
    cluster.event(scaler, decision.reason, decision.message);
  const status = statusOf(account);
  const digest = digestOf(scaler, status);
  const { nowMs } = observation;
  if (told?.digest === digest && nowMs - told.atMs < REFRESH_MS) return { ...told, reason: decision.reason };
  await cluster.publish(scaler, status);
  return { reason: decision.reason, digest, atMs: nowMs };
}

function digestOf(scaler: PredictiveScaler, status: ScalerStatus): string {
  const conditions = status.conditions.map(({ type, status: value, reason }) => `${type}=${value}/${reason}`);
  return [
    scaler.uid,
    scaler.generation,
    status.currentReplicas,
    status.desiredReplicas,
    status.model,
    status.season,
    ...conditions,
  ].join(' ');
}

export function statusOf(account: Account): ScalerStatus {
  const { decision, observation } = account;
  const { forecast, leadTime, target } = observation;
  const peak = forecast && peakOver(forecast, leadTime.seconds);
  return {
    ...(target ? { currentReplicas: target.replicas, desiredReplicas: decision.recommended } : {}),
    ...(peak ? { forecastRps: Math.round(peak.p99) } : {}),
    ...(forecast ? { model: forecast.source } : {}),
    ...(forecast?.season ? { season: describeSeason(forecast.season, forecast.stepSeconds) } : {}),
    leadSeconds: Math.round(leadTime.seconds),
    conditions: conditionsOf(account),
  };
}

function conditionsOf({ decision, outcome, observation }: Account): Condition[] {
  const { reason, message } = decision;
  // Not by the decision's reason: a pause or a limit has the last word over missing telemetry too.
  const fresh = isTelemetryFresh(observation);
  const refused = outcome !== undefined && outcome.kind !== 'written' ? outcome : undefined;
  return [
    {
      type: 'Ready',
      status: observation.target && !refused ? 'True' : 'False',
      reason: refused ? refusal(refused) : observation.target ? 'Steady' : 'TargetMissing',
      message: refused ? refused.message : observation.target ? 'the target is watched' : message,
    },
    { type: 'ScalingActive', status: inactive.has(reason) ? 'False' : 'True', reason, message },
    { type: 'ScalingLimited', status: limited.has(reason) ? 'True' : 'False', reason, message },
    {
      type: 'TelemetryFresh',
      status: fresh ? 'True' : 'False',
      reason: fresh ? 'Steady' : 'TelemetryMissing',
      message: fresh
        ? 'pods report'
        : 'no pod of the target has reported lately; check that the sidecar is injected and its token is accepted',
    },
  ];
}

function refusal(outcome: Exclude<Account['outcome'], undefined>): Reason {
  if (outcome.kind === 'refused') return outcome.reason;
  return outcome.kind === 'conflict' ? 'ScaleConflict' : 'ClusterStale';
}
