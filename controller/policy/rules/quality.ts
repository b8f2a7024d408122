import type { QualityFlag, Step } from '../../series/step.ts';
import { FRESH_START_SECONDS, TELEMETRY_STEPS } from '../constants.ts';
import { secondsText } from '../figures.ts';
import { passes, type Rule, says } from '../rule.ts';
import { isKnown, isTelemetryFresh } from '../situation.ts';

/**
 * Missing is not zero: without recent telemetry the replicas stay exactly what they are.
 *
 * steps of 15 s; the newest known rate is 75 s old, 9 replicas now
 * 75 s > 3 x 15 s
 * -> 9
 */
export const telemetryMissing: Rule = {
  name: 'telemetryMissing',
  apply({ observation, current }, word) {
    const { telemetryAgeSeconds } = observation;
    if (isTelemetryFresh(observation)) {
      return passes(word, `telemetry is ${secondsText(telemetryAgeSeconds)} old`);
    }
    const limitSeconds = TELEMETRY_STEPS * observation.stepSeconds;
    const age =
      Number.isFinite(telemetryAgeSeconds) && telemetryAgeSeconds > limitSeconds
        ? `no telemetry for ${secondsText(telemetryAgeSeconds)} (limit ${secondsText(limitSeconds)})`
        : 'no whole step of telemetry yet';
    return says(current, 'TelemetryMissing', `${age}; replicas hold, because missing is not zero`);
  },
};

/**
 * Telemetry with a flaw in one of the last three steps may add, not remove.
 *
 * one of the last three steps was Partial: 6 of 10 pods reported; 9 replicas now
 * the need is 7 | the need is 11
 * -> 9 | 11
 */
export const telemetryFlawed: Rule = {
  name: 'telemetryFlawed',
  apply({ observation, current }, word) {
    const steps = observation.recent.slice(-TELEMETRY_STEPS);
    const flawed = steps.findLast((step) => step.flags.length > 0 || !isKnown(step));
    if (flawed === undefined) return passes(word, 'the last steps are whole');
    if (word.replicas >= current) return passes(word, `${flaw(flawed)}, which forbids only removing`);
    return says(current, suspicion(flawed), `${word.replicas} would do, but ${flaw(flawed)}`);
  },
};

/**
 * A forecast with a NaN in it, or of a minute ago, says that something is wrong, not that the load is low.
 *
 * peaks hold a NaN; the load of this moment needs 6, 9 replicas now
 * only the reactive answer is left, and it may only add
 * -> 9
 */
export const forecastBroken: Rule = {
  name: 'forecastBroken',
  apply(situation, word) {
    if (situation.forecastFlaw === undefined) return passes(word, 'no forecast is broken');
    if (word.replicas >= situation.current) return passes(word, 'a broken forecast forbids only removing');
    const message = `${word.replicas} would do, but the forecast ${situation.forecastFlaw}`;
    return says(situation.current, 'ForecastUnavailable', message);
  },
};

/**
 * A view of the cluster past its deadline may add, not remove.
 *
 * the watch has been silent too long; 9 replicas in the last view
 * the need is 7 | the need is 11
 * -> 9 | 11
 */
export const clusterStale: Rule = {
  name: 'clusterStale',
  apply({ observation, current }, word) {
    if (!observation.clusterStale) return passes(word, 'the view of the cluster is fresh');
    if (word.replicas >= current) return passes(word, 'a stale view of the cluster forbids only removing');
    return says(
      current,
      'ClusterStale',
      `${word.replicas} would do, but the view of the cluster is not fresh`,
    );
  },
};

/**
 * A controller that has just taken over removes nothing: it does not know what was needed before.
 *
 * took over 40 s ago, 9 replicas now, the need is 7
 * 40 s < 300 s
 * -> 9
 */
export const freshStart: Rule = {
  name: 'freshStart',
  apply({ observation, current }, word) {
    const watchedSeconds = (observation.nowMs - observation.memory.sinceMs) / 1000;
    if (watchedSeconds >= FRESH_START_SECONDS) return passes(word, 'watched long enough');
    if (word.replicas >= current) return passes(word, 'a fresh start forbids only removing');
    const message =
      `${word.replicas} would do, but this controller took over ${secondsText(watchedSeconds)} ago ` +
      `and removes nothing for ${FRESH_START_SECONDS} s`;
    return says(current, 'ScaleDownStabilized', message);
  },
};

const notBelieved: readonly QualityFlag[] = ['Rejected', 'Reset', 'Stuck'];

function suspicion(step: Step): 'TelemetrySuspect' | 'TelemetryPartial' {
  return step.flags.some((flag) => notBelieved.includes(flag)) ? 'TelemetrySuspect' : 'TelemetryPartial';
}

function flaw(step: Step): string {
  const flags = step.flags.length > 0 ? step.flags.join(', ') : 'Missing';
  return `a recent step is ${flags} (${step.podsReporting} of ${step.podsExpected} pods reported)`;
}
