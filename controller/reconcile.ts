import { publish } from './actuate/publish.ts';
import { actuateScale } from './actuate/scale.ts';
import type { PredictiveScaler } from './api/predictive-scaler.ts';
import type { Dossier } from './dossier.ts';
import { type GatherParts, gather } from './gather.ts';
import { decide } from './policy/decide.ts';
import type { Decision } from './policy/decision.ts';
import { noteOrder, stuckPods } from './policy/lead-time.ts';
import { withoutChange } from './policy/memory.ts';
import type { Memory, Observation } from './policy/observation.ts';
import { recommend } from './policy/resources.ts';
import type { Account, Leadership, Recorder, ScaleOutcome } from './ports.ts';

export interface ReconcileParts extends GatherParts {
  readonly leadership: Leadership;
  readonly recorder: Recorder;
}

/**
 * One workload, level-triggered: gather, decide, act, tell. Safe to call at any time and any number of times; a
 * follower does all of it but the acting, so that it is warm when it leads.
 */
export async function reconcile(
  scaler: PredictiveScaler,
  dossier: Dossier,
  parts: ReconcileParts,
): Promise<Account> {
  const observation = gather(scaler, dossier, parts);
  const decision = decide(observation);
  const outcome = await actuateScale(scaler, observation, decision, parts.cluster, parts.leadership);
  remember(dossier, observation, decision, outcome);
  const account: Account = {
    observation,
    decision,
    ...(scaler.spec.resources?.recommend ? { recommendations: recommend(dossier.resources) } : {}),
    ...(outcome ? { outcome } : {}),
  };
  dossier.last = account;
  parts.recorder.decided(account);
  if (parts.leadership.current().leading) {
    warnOfStuckPods(scaler, dossier, parts);
    dossier.told = await publish(scaler, account, parts.cluster, dossier.told);
  }
  return account;
}

function remember(
  dossier: Dossier,
  observation: Observation,
  decision: Decision,
  outcome: ScaleOutcome | undefined,
): void {
  // A controller that took over while the write was under way has watched from then on, not from before.
  const sinceMs = Math.max(dossier.memory.sinceMs, decision.memory.sinceMs);
  // A decision to change nothing asked for what is there; it needs no write to stand.
  const stands = !decision.act || outcome?.kind === 'written';
  const memory = stands ? decision.memory : withoutChange(decision.memory, observation.memory);
  dossier.memory = { ...memory, sinceMs, ...askedOf(memory, outcome) };
  if (outcome?.kind !== 'written') return;
  // A floor below what already runs starts nothing.
  const before = observation.target?.workloadReplicas ?? observation.target?.replicas ?? outcome.replicas;
  if (outcome.replicas > before) dossier.leadTime = noteOrder(dossier.leadTime, observation.wallMs);
}

/** What was written may be less of a change than what was decided. */
function askedOf(
  { askedReplicas }: Memory,
  outcome: ScaleOutcome | undefined,
): Pick<Memory, 'askedReplicas'> {
  return askedReplicas !== undefined && outcome?.kind === 'written'
    ? { askedReplicas: outcome.replicas }
    : {};
}

/** Replicas do not help a workload whose pods cannot start: somebody must look at the pods. */
function warnOfStuckPods(
  scaler: PredictiveScaler,
  { workload }: Dossier,
  { cluster, clock }: ReconcileParts,
): void {
  const stuck = stuckPods(cluster.pods(workload), clock.wallMs());
  const [first] = stuck;
  if (first)
    cluster.event(
      scaler,
      'PodsNotStarting',
      `${stuck.length} pods are not Ready 10 minutes after their creation, such as ${first.name}; see kubectl describe pod`,
    );
}
