import test from 'ava';
import type { Observation } from '../../controller/policy/observation.ts';
import type { Rule } from '../../controller/policy/rule.ts';
import { says } from '../../controller/policy/rule.ts';
import { rules } from '../../controller/policy/rules.ts';
import { assess } from '../../controller/policy/situation.ts';
import { observation } from './observations.ts';

/** Each rule alone, with the example of its comment: the number before, the number after, the exact words. */
export const every: readonly Rule[] = [...rules.need, ...rules.restraint, ...rules.permission];

export interface Example {
  readonly rule: string;
  readonly given?: Partial<Observation>;
  readonly before: number;
  readonly after: number;
  readonly says?: string;
}

export const example = test.macro({
  exec(t, { rule: name, given, before, after, says: words }: Example) {
    const rule = [...every, ...rules.signals, ...rules.doubt].find((candidate) => candidate.name === name);
    const seen = observation(given);
    if (rule === undefined || seen.target === undefined) return t.fail(`no rule ${name}`);
    const word = says(before, 'Steady', 'the need');
    const ruling = rule.apply(assess(seen, seen.target), word);
    t.is(ruling.replicas, after);
    t.is(ruling.speaks, words !== undefined);
    if (words !== undefined) t.is(`${ruling.reason}: ${ruling.message}`, words);
    else t.is(ruling.reason, word.reason);
  },
  title: (title = '', { rule, before, after }: Example) => `${rule} ${before} -> ${after}: ${title}`,
});
