import { doubtText } from '../doubt.ts';
import { passes, type Rule, says } from '../rule.ts';

/**
 * Less demand is believed only when nothing speaks against it.
 *
 * 10 replicas now, 4 would do; the rate fell from 600 to 240 requests/s and 30 % of them fail
 * that is a broken upstream, not a quiet night
 * -> 10
 */
export const demandDoubtful: Rule = {
  name: 'demandDoubtful',
  apply({ doubt, observation, current }, word) {
    if (doubt === undefined) return passes(word, 'nothing speaks against the rate');
    const why = doubtText(doubt, observation);
    if (word.replicas >= current) return passes(word, `${why}, which forbids only removing`);
    return says(current, 'DemandDoubtful', `${word.replicas} would do, but ${why}`);
  },
};
