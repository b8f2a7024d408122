import type { PredictiveScaler } from '../api/predictive-scaler.ts';
import { describeSeason } from '../forecast/season.ts';
import type { Decision } from '../policy/decision.ts';
import type { Observation } from '../policy/observation.ts';
import { peakOver } from '../policy/peak.ts';
import { requestText } from '../policy/resources.ts';
import { isTelemetryFresh } from '../policy/situation.ts';
import type { Account, Cluster, Condition, ScaleOutcome, ScalerStatus } from '../ports.ts';
import { type Reason, reasons } from '../reasons.ts';

/** Reasons that mean nothing is being scaled. */
const inactive: ReadonlySet<Reason> = new Set([
  'Paused',
  'ShadowMode',
  'AdvisoryMode',
  'TargetMissing',
  'CapacityUnknown',
  'TelemetryMissing',
  'OtherWriter',
  'ActuatorMissing',
]);
/** Reasons that mean a limit, not the load, chose the number. */
const limited: ReadonlySet<Reason> = new Set([
  'AtMaximum',
  'AtMinimum',
  'CalendarFloor',
  'StepLimited',
  'CoolingDown',
  'PlanHeld',
]);

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
    status.signal,
    status.heldPlan?.hash,
    ...conditions,
  ].join(' ');
}

export function statusOf(account: Account): ScalerStatus {
  const { decision, observation } = account;
  const { forecast, leadTime, target } = observation;
  const peak = forecast && peakOver(forecast, leadTime.seconds);
  return {
    ...(target
      ? {
          currentReplicas: target.workloadReplicas ?? target.replicas,
          desiredReplicas: decision.recommended,
        }
      : {}),
    ...(peak ? { forecastRps: Math.round(peak.p99) } : {}),
    ...(forecast ? { model: forecast.source } : {}),
    ...(forecast?.season ? { season: describeSeason(forecast.season, forecast.stepSeconds) } : {}),
    ...(decision.signal === undefined ? {} : { signal: decision.signal }),
    ...(observation.budget ? { budgetSpentPercent: Math.round(observation.budget.spentShare * 100) } : {}),
    ...resourcesOf(account),
    ...heldPlanOf(decision),
    leadSeconds: Math.round(leadTime.seconds),
    conditions: conditionsOf(account),
  };
}

type Refused = Exclude<ScaleOutcome, { kind: 'written' | 'held' }>;

function resourcesOf({ recommendations = [] }: Account): Pick<ScalerStatus, 'resources'> {
  if (recommendations.length === 0) return {};
  const recommendation = recommendations.map((one) => ({
    containerName: one.container,
    ...requestText(one),
  }));
  return { resources: { recommendation } };
}

function heldPlanOf({ memory: { plan } }: Decision): Pick<ScalerStatus, 'heldPlan'> {
  if (plan === undefined) return {};
  const { hash, from, to, expiresAtMs } = plan;
  return { heldPlan: { hash, from, to, expires: new Date(expiresAtMs).toISOString() } };
}

function conditionsOf({ decision, outcome, observation }: Account): Condition[] {
  const { reason } = decision;
  const message = outcome?.kind === 'held' ? `${decision.message}; ${outcome.message}` : decision.message;
  // Not by the decision's reason: a pause or a limit has the last word over missing telemetry too.
  const fresh = isTelemetryFresh(observation);
  const refused =
    outcome === undefined || outcome.kind === 'written' || outcome.kind === 'held' ? undefined : outcome;
  return [
    readyOf(observation, refused, message),
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
    soleWriterOf(observation, decision),
  ];
}

function readyOf({ target }: Observation, refused: Refused | undefined, message: string): Condition {
  const type = 'Ready';
  if (refused) return { type, status: 'False', reason: refusal(refused), message: refused.message };
  if (!target) return { type, status: 'False', reason: 'TargetMissing', message };
  const { actuatorMissing } = target;
  return actuatorMissing === undefined
    ? { type, status: 'True', reason: 'Steady', message: 'the target is watched' }
    : { type, status: 'False', reason: 'ActuatorMissing', message: actuatorMissing };
}

/** Also where nothing is written anyway: who is about to let Foresail act must know. */
function soleWriterOf({ target }: Observation, decision: Decision): Condition {
  const type = 'SoleWriter';
  const rivals = target?.rivals ?? [];
  if (decision.reason === 'OtherWriter')
    return { type, status: 'False', reason: 'OtherWriter', message: decision.message };
  if (rivals.length > 0) {
    const names = rivals.map(({ kind, name }) => `${kind} ${name}`).join(', ');
    const message = `the target is scaled by ${names}, which spec.actuation does not name; beside that Foresail does not act`;
    return { type, status: 'False', reason: 'OtherWriter', message };
  }
  return target?.rivalsUnknown === undefined
    ? { type, status: 'True', reason: 'Steady', message: 'nobody else scales the target' }
    : { type, status: 'Unknown', reason: 'OthersUnseen', message: target.rivalsUnknown };
}

function refusal(outcome: Refused): Reason {
  if (outcome.kind === 'refused') return outcome.reason;
  return outcome.kind === 'conflict' ? 'ScaleConflict' : 'ClusterStale';
}
