import type { PredictiveScalerSpec } from '../../api/predictive-scaler.ts';
import { secondsText } from '../figures.ts';
import { passes, type Rule, says } from '../rule.ts';
import type { Situation } from '../situation.ts';

type Behavior = PredictiveScalerSpec['behavior']['scaleUp'];

/**
 * One change adds or removes no more than behavior allows; of maxReplicas and maxPercent the lesser, at least 1.
 *
 * 10 replicas now, 20 needed; behavior.scaleUp.maxPercent 30, maxReplicas 4
 * min(10 x 30 % = 3, 4) = 3
 * -> 13
 */
export const step: Rule = {
  name: 'step',
  apply({ observation, current }, word) {
    const { behavior } = observation.spec;
    const up = word.replicas > current;
    const most = largestStep(up ? behavior.scaleUp : behavior.scaleDown, current);
    const change = Math.abs(word.replicas - current);
    if (change <= most) {
      return passes(word, most === Number.POSITIVE_INFINITY ? 'no limit is set' : `at most ${most} per step`);
    }
    const message = up
      ? `behavior.scaleUp adds at most ${most} per step, ${word.replicas} are needed: ${word.message}`
      : `behavior.scaleDown removes at most ${most} per step, ${word.replicas} would do: ${word.message}`;
    return says(up ? current + most : current - most, 'StepLimited', message);
  },
};

/**
 * Two changes in one direction are at least cooldownSeconds apart, on the monotonic clock. What the leader before this
 * one removed is not known, so a removal waits from the take-over on; what is to be added does not wait for that.
 * Where behavior limits a step, a second change within half a step would be the same step: our own write is seen at
 * once, and decided upon anew.
 *
 * behavior.scaleUp.cooldownSeconds 60; the last scale-up was 20 s ago; 10 replicas now, 12 needed
 * 20 s < 60 s
 * -> 10
 */
export const cooldown: Rule = {
  name: 'cooldown',
  apply({ observation, current }, word) {
    const { memory, nowMs, spec, stepSeconds } = observation;
    if (word.replicas === current) return passes(word, 'no change to hold back');
    const up = word.replicas > current;
    const direction = up ? 'scaleUp' : 'scaleDown';
    const behavior = spec.behavior[direction];
    const { cooldownSeconds = 0 } = behavior;
    const leastSeconds = Math.max(cooldownSeconds, limitsSteps(behavior) ? stepSeconds / 2 : 0);
    const lastMs = up ? memory.lastUpMs : Math.max(memory.lastDownMs ?? memory.sinceMs, memory.sinceMs);
    if (leastSeconds === 0 || lastMs === undefined) return passes(word, 'no cooldown is running');
    const sinceSeconds = (nowMs - lastMs) / 1000;
    if (sinceSeconds >= leastSeconds)
      return passes(word, `the last change is ${secondsText(sinceSeconds)} old`);
    const limit =
      cooldownSeconds >= leastSeconds
        ? `behavior.${direction}.cooldownSeconds ${cooldownSeconds}`
        : `behavior.${direction} limits one step and it`;
    const leftText = secondsText(leastSeconds - sinceSeconds);
    return says(
      current,
      'CoolingDown',
      `${limit} has ${leftText} to go, then ${word.replicas}: ${word.message}`,
    );
  },
};

/**
 * Never fewer than minReplicas. It comes after step and cooldown: a number outside the range is put right at once.
 * A floor in another object is never lower than its owner wants it.
 *
 * 1 replica now, the need is 1, minReplicas 3
 * 1 < 3
 * -> 3
 */
export const floor: Rule = {
  name: 'floor',
  apply({ observation, target: { limits } }, word) {
    const { minReplicas: own } = observation.spec;
    const limit = limits && limits.minReplicas > own ? limits : undefined;
    const minReplicas = limit?.minReplicas ?? own;
    const isText = `minReplicas ${limit ? `of ${limit.of} ` : ''}is ${minReplicas}`;
    if (word.replicas >= minReplicas) return passes(word, isText);
    return says(minReplicas, 'AtMinimum', `${isText}, ${word.replicas} would do: ${word.message}`);
  },
};

/**
 * Never more than maxReplicas, nor than the object that holds the floor may scale to; but that one's own floor stands.
 *
 * the need is 24, maxReplicas 20
 * 24 > 20
 * -> 20
 */
export const ceiling: Rule = {
  name: 'ceiling',
  apply(situation, word) {
    const { maxReplicas, limit } = mostOf(situation);
    const isText = `maxReplicas ${limit ? `of ${limit.of} ` : ''}is ${maxReplicas}`;
    if (word.replicas <= maxReplicas) return passes(word, isText);
    return says(maxReplicas, 'AtMaximum', `${isText}, ${word.replicas} are asked for: ${word.message}`);
  },
};

export function mostReplicas(situation: Situation): number {
  return mostOf(situation).maxReplicas;
}

function mostOf({ observation, target: { limits } }: Situation) {
  const own = Math.max(observation.spec.maxReplicas, limits?.minReplicas ?? 0);
  const limit = limits && limits.maxReplicas < own ? limits : undefined;
  return { maxReplicas: limit?.maxReplicas ?? own, limit };
}

function largestStep(behavior: Behavior, current: number): number {
  const { maxReplicas = Number.POSITIVE_INFINITY, maxPercent } = behavior;
  const share =
    maxPercent === undefined ? Number.POSITIVE_INFINITY : Math.floor((current * maxPercent) / 100);
  return Math.max(1, Math.min(maxReplicas, share));
}

function limitsSteps({ maxReplicas, maxPercent }: Behavior): boolean {
  return maxReplicas !== undefined || maxPercent !== undefined;
}
