import { HISTORY_SLACK_REPLICAS, HISTORY_TIMES } from '../constants.ts';
import { rateText, replicasText } from '../figures.ts';
import type { Plan } from '../observation.ts';
import { approvalOf, approveCommand, covers, issued, standingPlan } from '../plan.ts';
import { passes, type Rule, type Ruling, says } from '../rule.ts';
import { type Situation, whole } from '../situation.ts';
import { mostReplicas } from './limits.ts';

/**
 * A plan far beyond what history supports is carried out up to what it supports, and the rest waits for somebody's approval. The load of
 * this moment is followed whatever it is, and so are the other signals; what they bring is history for the next decision.
 *
 * 10 replicas now, 60 are asked for; the load now needs 8, the highest rate of the last days needed 12
 * max(8, 3 x 12, 12 + 2) = 36; nobody | somebody has approved 60
 * -> 36 | 60
 */
export const anomaly: Rule = {
  name: 'anomaly',
  apply(situation, word) {
    const { observation, current } = situation;
    const supported = supportedReplicas(situation);
    if (word.replicas <= current) return passes(word, 'nothing is added');
    if (supported === undefined) return passes(word, 'no load was seen that a plan could be measured by');
    const safe = Math.max(current, supported);
    const most = mostReplicas(situation);
    if (word.replicas <= safe || most <= safe)
      return passes(word, `up to ${supported} are supported by history`);
    const asked = Math.min(word.replicas, most);
    const standing = standingPlan(observation, current);
    const approval = standing && approvalOf(standing, observation);
    if (standing && approval) {
      const allowed = Math.min(word.replicas, Math.max(safe, standing.to));
      const message = `${approval.by} has approved up to ${standing.to} (plan ${standing.hash}): ${word.message}`;
      return { ...says(allowed, 'PlanApproved', message), plan: standing };
    }
    const plan = standing && covers(standing, asked) ? standing : issued(observation, current, asked);
    return { ...says(safe, 'PlanHeld', heldText(situation, plan, word)), plan };
  },
};

/** undefined: without a capacity or a load that was seen, nothing can be said. */
function supportedReplicas({ observation, capacityRps, reactive, signals }: Situation): number | undefined {
  const { highWater, spec } = observation;
  const seen = (highWater?.rps ?? Number.NaN) / capacityRps;
  if (!Number.isFinite(seen)) return undefined;
  return Math.max(
    spec.minReplicas,
    whole(seen * HISTORY_TIMES),
    whole(seen) + HISTORY_SLACK_REPLICAS,
    whole(reactive?.replicas ?? 0),
    ...signals.map(({ replicas }) => replicas),
  );
}

function heldText({ observation, capacityRps }: Situation, plan: Plan, word: Ruling): string {
  const { rps = Number.NaN, days = 0 } = observation.highWater ?? {};
  const span = days > 1 ? `${days} days` : 'day';
  return (
    `${word.replicas} are asked for, but the highest load of the last ${span} was ${rateText(rps)} requests/s, ` +
    `for which ${replicasText(whole(rps / capacityRps))} do; ${plan.to} need ` +
    `${approveCommand(observation, plan)}: ${word.message}`
  );
}
