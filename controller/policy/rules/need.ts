import { DEADBAND_DOWN, DEADBAND_UP } from '../constants.ts';
import { rateText, replicasText } from '../figures.ts';
import { passes, type Rule, type Ruling, says } from '../rule.ts';
import { type Situation, whole } from '../situation.ts';
import { expectation, presentLoad } from '../words.ts';

/**
 * The upper demand ahead, through what one replica carries. Asking helps from the moment on at which a new replica can serve,
 * so the demand then says how many to add; the highest demand until then says how many to keep.
 *
 * 10 replicas now, one carries 75; p99 is 840 requests/s in 60 s, 900 at the most until then | 600 in 60 s, 700 until then
 * 840 / 75 = 11.2 > 10 | 600 / 75 = 8, 700 / 75 = 9.33
 * -> 12 | 10
 */
export const forecastDemand: Rule = {
  name: 'forecastDemand',
  apply(situation, word) {
    const { order, lead, current, reactive } = situation;
    if (order !== undefined && lead !== undefined) {
      const added = whole(order.replicas);
      const kept = Math.min(current, whole(lead.replicas));
      return added > kept
        ? says(added, 'ForecastDemand', expectation(situation, order, 'in'))
        : says(kept, 'ForecastDemand', expectation(situation, lead, 'within'));
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
 * Noise is not followed: up when more than 5 % short, down when more than 13 % over; what the load of this moment
 * needs is followed at once.
 *
 * 20 replicas now; the need is 20.8 (4 % short) or 18 (10 % over)
 * 20.8 <= 20 x 1.05, 18 >= 20 x 0.87
 * -> 20
 */
export const deadband: Rule = {
  name: 'deadband',
  apply(situation, word) {
    const { current } = situation;
    const need = needOf(situation);
    const floor = situation.reactive === undefined ? 0 : whole(situation.reactive.replicas);
    if (word.replicas === current) return steady(situation, word);
    if (need > current * (1 + DEADBAND_UP)) return passes(word, 'more than 5 % short');
    if (need < current * (1 - DEADBAND_DOWN)) return passes(word, 'more than 13 % over');
    if (floor > current) return passes(word, 'the load of this moment is not held back');
    return steady(situation, word);
  },
};

/** Not rounded: what is to be added, or else kept; never below the load of this moment. */
function needOf({ order, lead, current, reactive }: Situation): number {
  const kept = Math.min(current, lead?.replicas ?? 0);
  return Math.max(order?.replicas ?? 0, kept, reactive?.replicas ?? 0);
}

function steady(situation: Situation, word: Ruling): Ruling {
  const { lead, reactive } = situation;
  if (lead === undefined && reactive === undefined) return passes(word, 'nothing to compare with');
  return says(situation.current, 'Steady', `the number is right: ${word.message}`);
}
