import { passes, type Rule, says } from '../../controller/policy/rule.ts';
import { payback } from '../../controller/policy/rules/scale-down.ts';
import { type RuleBook, rules } from '../../controller/policy/rules.ts';
import { removalState } from './removal-state.ts';

/** Of the replicas that are too many now: none, half or all of them. */
export const REMOVALS = ['none', 'half', 'all'] as const;
export type Removal = (typeof REMOVALS)[number];

/** What to do in a state; by a table that was learned, or by one that is being learned. */
export type Choose = (state: number) => Removal;

/**
 * How much of what is too many goes, by what was learned in replays instead of by the payback window. All it can do is to
 * remove less than the rules before it allow; where it cannot tell, payback decides.
 */
export function learnedRemoval(choose: Choose): Rule {
  return {
    name: 'learnedRemoval',
    apply(situation, word) {
      const { current } = situation;
      if (word.replicas >= current) return passes(word, 'nothing is removed');
      const state = removalState(situation, word.replicas);
      if (state === undefined) return payback.apply(situation, word);
      const removal = choose(state);
      if (removal === 'all') return passes(word, `in state ${state} all of it went, in replays`);
      const kept = removal === 'none' ? current : Math.ceil((current + word.replicas) / 2);
      const message = `${word.replicas} would do now; in state ${state} ${removal} of it went, in replays`;
      return says(kept, 'ScaleDownStabilized', message);
    },
  };
}

/** The controller's own rules with that one in place of payback: every guardrail before and after it stands. */
export function withLearnedRemoval(choose: Choose): RuleBook {
  const rule = learnedRemoval(choose);
  return { ...rules, restraint: rules.restraint.map((one) => (one === payback ? rule : one)) };
}
