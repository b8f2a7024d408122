import type { Reason } from '../reasons.ts';
import type { Plan } from './observation.ts';
import type { Situation } from './situation.ts';

/**
 * One rule: sees the situation and the number so far, gives the number from here on. Rules are monotone (a higher
 * number in never gives a lower number out), so more demand never ends in fewer replicas.
 */
export interface Rule {
  readonly name: string;
  /** Whether it has a say at all; always, where absent. What has none is not in the trace. */
  readonly bears?: (situation: Situation) => boolean;
  readonly apply: (situation: Situation, word: Ruling) => Ruling;
}

/** The number so far, and the words of the rule that set it, without the number itself. */
export interface Ruling {
  readonly replicas: number;
  readonly reason: Reason;
  readonly message: string;
  /** false: the rule had nothing to change; its message says why, in the trace only. */
  readonly speaks: boolean;
  /** What waits to be approved, or was. */
  readonly plan?: Plan;
}

/** The rule sets the number. */
export function says(replicas: number, reason: Reason, message: string): Ruling {
  return { replicas, reason, message, speaks: true };
}

/** The rule leaves the number as it is. */
export function passes(word: Ruling, message: string): Ruling {
  return { replicas: word.replicas, reason: word.reason, message, speaks: false };
}
