import { reasons } from '../../reasons.ts';
import { passes, type Rule } from '../rule.ts';
import type { Situation } from '../situation.ts';

/**
 * Says who was asked for a forecast, and why whoever is first in the chain did not answer: the model, the seasonal baseline, the
 * conservative one, and where nobody does, replicas follow the load of the moment or hold.
 *
 * the conservative baseline answers because the model trapped; 9 replicas now
 * ModelTrapped, then SeasonUnknown
 * -> unchanged
 */
export const forecastChain: Rule = {
  name: 'forecastChain',
  apply: (situation, word) => passes(word, wordsOf(situation)),
};

function wordsOf({ observation: { forecast }, reactive, forecastFlaw }: Situation): string {
  if (forecast === undefined) {
    return reactive === undefined
      ? 'nothing has been forecast and no load is known: replicas hold'
      : 'nothing has been forecast yet: the load of this moment alone decides';
  }
  if (forecastFlaw !== undefined) {
    return `the last forecast ${forecastFlaw}: until there is a newer one the load of this moment may add, and nothing is removed`;
  }
  const { source, fallbackReason } = forecast;
  if (source === 'champion') return 'the model answers';
  const passedOver = [
    fallbackReason ?? ('ForecastUnavailable' as const),
    ...(source === 'conservative' ? (['SeasonUnknown'] as const) : []),
  ];
  const why = passedOver.map((reason) => `${reason}: ${reasons[reason][1]}`).join('. ');
  return `the ${source} baseline answers. ${why}`;
}
