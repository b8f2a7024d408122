import { DEADBAND_DOWN, DEADBAND_UP } from '../constants.ts';
import { rateText, replicasText } from '../figures.ts';
import { passes, type Rule, type Ruling, says } from '../rule.ts';
import { type Situation, whole } from '../situation.ts';
import { expectation, presentLoad } from '../words.ts';

/**
 * The upper demand over the lead time, through what one replica carries.
 *
 * p99 of the maximum over 60 s is 840 requests/s, one replica carries 75
 * 840 / 75 = 11.2
 * -> 12
 */
export const forecastDemand: Rule = {
  name: 'forecastDemand',
  apply(situation, word) {
    const { lead, reactive } = situation;
    if (lead !== undefined) {
      return says(whole(lead.replicas), 'ForecastDemand', expectation(situation, lead));
    }
    if (reactive === undefined) return passes(word, 'neither a forecast nor a rate that can be used');
    const flaw = situation.forecastFlaw;
    const why = flaw === undefined ? 'there is no forecast' : `the forecast ${flaw}`;
    const message = `${why}; ${presentLoad(situation, reactive)}`;
    return says(whole(reactive.replicas), 'ForecastUnavailable', message);
  },
};

/**
 * Never fewer than the load of this moment needs, whatever the forecast says.
 *
 * the forecast needs 8; the last two rates were 610 and 680 requests/s, one replica carries 75
 * 680 / 75 = 9.07
 * -> 10
 */
export const reactiveFloor: Rule = {
  name: 'reactiveFloor',
  apply(situation, word) {
    const { reactive } = situation;
    if (reactive === undefined) return passes(word, 'no rate that can be used');
    const floor = whole(reactive.replicas);
    if (floor <= word.replicas) {
      return passes(word, `${rateText(reactive.rps)} requests/s now need ${replicasText(floor)}`);
    }
    const message = `${presentLoad(situation, reactive)}; the forecast alone asks for ${word.replicas}`;
    return says(floor, 'ReactiveFloor', message);
  },
};

/**
 * Noise is not followed: up when more than 5 % short, down when more than 10 % over; what the load of this moment
 * needs is followed at once.
 *
 * 20 replicas now; the need is 20.8 (4 % short) or 18.4 (8 % over)
 * 20.8 <= 20 x 1.05, 18.4 >= 20 x 0.9
 * -> 20
 */
export const deadband: Rule = {
  name: 'deadband',
  apply(situation, word) {
    const { current } = situation;
    const need = Math.max(situation.lead?.replicas ?? 0, situation.reactive?.replicas ?? 0);
    const floor = situation.reactive === undefined ? 0 : whole(situation.reactive.replicas);
    if (word.replicas === current) return steady(situation, word);
    if (need > current * (1 + DEADBAND_UP)) return passes(word, 'more than 5 % short');
    if (need < current * (1 - DEADBAND_DOWN)) return passes(word, 'more than 10 % over');
    if (floor > current) return passes(word, 'the load of this moment is not held back');
    return steady(situation, word);
  },
};

function steady(situation: Situation, word: Ruling): Ruling {
  const { lead, reactive } = situation;
  if (lead === undefined && reactive === undefined) return passes(word, 'nothing to compare with');
  return says(situation.current, 'Steady', `the number is right: ${word.message}`);
}
