import { replicasText } from '../figures.ts';
import { passes, type Rule, says } from '../rule.ts';
import { largestOf, signalText, silenceText } from '../signal.ts';

/**
 * The largest of all needs wins, and is named. It also holds what the request rate alone would remove.
 *
 * 10 replicas now, the request rate needs 8; 10.5 cores are used and one replica may use 0.7
 * 10.5 / 0.7 = 15, more than 10 % above 10
 * -> 15
 */
export const signalDemand: Rule = {
  name: 'signalDemand',
  apply({ signals, current }, word) {
    const largest = largestOf(signals);
    if (largest === undefined) return passes(word, 'the request rate is the only signal');
    const { replicas, reading } = largest;
    if (replicas <= word.replicas)
      return passes(word, `${reading.name} needs ${replicasText(replicas)}, the most of the other signals`);
    const holds = replicas === current && word.replicas < current ? `${word.replicas} would do, but ` : '';
    return says(replicas, 'SignalDemand', `${holds}${signalText(largest)}`);
  },
};

/**
 * Removing needs the word of every signal: one that is missing is not low.
 *
 * 10 replicas now, 7 would do; the metrics API does not answer, so CPU is not known
 * missing is not zero
 * -> 10
 */
export const signalMissing: Rule = {
  name: 'signalMissing',
  apply({ signals, current }, word) {
    const missing = signals.find(({ fresh }) => !fresh);
    if (missing === undefined) return passes(word, 'every signal has its say');
    const silence = silenceText(missing.reading);
    if (word.replicas >= current) return passes(word, `${silence}, which forbids only removing`);
    return says(current, 'SignalMissing', `${word.replicas} would do, but ${silence}`);
  },
};
