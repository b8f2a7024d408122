import { passes, type Rule, says } from '../rule.ts';

/**
 * How much of the number the operator lets through: Shadow and Advisory nothing, Assisted what adds, Automatic all.
 *
 * mode Assisted; 10 replicas now, 8 would do
 * 8 < 10
 * -> 10
 */
export const mode: Rule = {
  name: 'mode',
  apply({ observation, current }, word) {
    switch (observation.spec.mode) {
      case 'Shadow':
        return says(current, 'ShadowMode', `mode Shadow only records ${word.replicas}: ${word.message}`);
      case 'Advisory':
        return says(current, 'AdvisoryMode', `mode Advisory only advises ${word.replicas}: ${word.message}`);
      case 'Assisted':
        return word.replicas < current
          ? says(
              current,
              'AssistedMode',
              `mode Assisted never removes; ${word.replicas} would do: ${word.message}`,
            )
          : passes(word, 'mode Assisted may add');
      case 'Automatic':
        return passes(word, 'mode Automatic');
    }
  },
};

/**
 * Nothing is written while the operator says so.
 *
 * paused; 10 replicas now, 12 needed
 * spec.paused is true
 * -> 10
 */
export const paused: Rule = {
  name: 'paused',
  apply({ observation, current }, word) {
    if (!observation.spec.paused) return passes(word, 'not paused');
    const message = word.replicas === current ? word.message : `otherwise ${word.replicas}: ${word.message}`;
    return says(current, 'Paused', `spec.paused is true; ${message}`);
  },
};
