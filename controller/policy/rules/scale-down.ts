import { FORECAST_STABILIZATION_SECONDS, REACTIVE_STABILIZATION_SECONDS } from '../constants.ts';
import { secondsText } from '../figures.ts';
import { highestWithin } from '../memory.ts';
import { passes, type Rule, says } from '../rule.ts';
import { whole } from '../situation.ts';
import { expectation } from '../words.ts';

/**
 * Down only to the highest need of the last 60 s, and never by this rule up.
 *
 * 12 replicas now, the need is 7; it was 9 50 s ago
 * max(7, 9) = 9
 * -> 9
 */
export const stabilization: Rule = {
  name: 'stabilization',
  apply({ observation, current }, word) {
    if (word.replicas >= current) return passes(word, 'nothing is removed');
    const { memory, nowMs } = observation;
    const highest = highestWithin(memory, nowMs, FORECAST_STABILIZATION_SECONDS);
    if (highest === undefined || highest.replicas <= word.replicas) {
      return passes(word, `no higher need in the last ${FORECAST_STABILIZATION_SECONDS} s`);
    }
    const agoText = secondsText((nowMs - highest.atMs) / 1000);
    const message =
      `${word.replicas} would do, but ${highest.replicas} were needed ${agoText} ago ` +
      `and a need counts for ${FORECAST_STABILIZATION_SECONDS} s`;
    return says(Math.min(current, highest.replicas), 'ScaleDownStabilized', message);
  },
};

/**
 * A removal has to pay back: no pod goes that the upper band of the next minutes wants again.
 *
 * 12 replicas now, the need is 7; p75 of the maximum over 300 s is 640 requests/s, one replica carries 75
 * 640 / 75 = 8.5
 * -> 9
 */
export const payback: Rule = {
  name: 'payback',
  apply(situation, word) {
    const { current } = situation;
    if (word.replicas >= current) return passes(word, 'nothing is removed');
    if (situation.payback === undefined) return passes(word, 'no forecast to ask');
    const soon = whole(situation.payback.replicas);
    if (soon <= word.replicas) return passes(word, 'what is removed is not wanted back soon');
    const message = `${word.replicas} would do now, but ${soon} soon: ${expectation(situation, situation.payback)}`;
    return says(Math.min(current, soon), 'ScaleDownStabilized', message);
  },
};

/**
 * Removing ahead of falling load is a permission of its own, and only the model on record may use it. Without it the
 * rule is the HPA's: the highest need of the last 300 s stands.
 *
 * forecast.mayScaleDown is false; 12 replicas now, 7 would do; 10 were needed 200 s ago
 * 200 s < 300 s
 * -> 10
 */
export const forecastScaleDown: Rule = {
  name: 'forecastScaleDown',
  apply({ observation, current }, word) {
    const { forecast, memory, nowMs, spec } = observation;
    if (word.replicas >= current) return passes(word, 'nothing is removed');
    if (spec.forecast.mayScaleDown && forecast?.source === 'champion') {
      return passes(word, 'forecast.mayScaleDown is true');
    }
    const highest = highestWithin(memory, nowMs, REACTIVE_STABILIZATION_SECONDS);
    const held = Math.min(current, spec.maxReplicas, highest?.replicas ?? word.replicas);
    if (held <= word.replicas) {
      return passes(word, `no higher need in the last ${REACTIVE_STABILIZATION_SECONDS} s`);
    }
    const baseline =
      forecast === undefined ? 'there is no forecast' : `the ${forecast.source} baseline answers`;
    const why = spec.forecast.mayScaleDown ? baseline : 'forecast.mayScaleDown is false';
    const reason = spec.forecast.mayScaleDown
      ? (forecast?.fallbackReason ?? 'ForecastUnavailable')
      : 'ForecastScaleDownForbidden';
    const message =
      `${word.replicas} would do, but ${why}, so the highest need of the last ` +
      `${REACTIVE_STABILIZATION_SECONDS} s stands (${highest?.replicas})`;
    return says(held, reason, message);
  },
};
