import type { Reason } from '../reasons.ts';
import type { Memory } from './observation.ts';

/** What to do, and why, in full. */
export interface Decision {
  /** The number of replicas to ask for; equal to target.replicas when nothing is to be done. */
  readonly replicas: number;
  /** The number the policy would ask for if mode, pause and permissions did not hold it back. */
  readonly recommended: number;
  /** Whether to write `replicas` to the cluster. */
  readonly act: boolean;
  /** The rule that had the last word. */
  readonly reason: Reason;
  /** One sentence for an operator, with numbers and units. */
  readonly message: string;
  /** Which signal asks for most; absent where the request rate is the only one. */
  readonly signal?: string;
  /** Every rule in order, also those that changed nothing. */
  readonly trace: readonly Verdict[];
  readonly memory: Memory;
}

/** One rule's answer. */
export interface Verdict {
  readonly rule: string;
  /** Whether the rule set the number; the last one that did has the last word. */
  readonly speaks: boolean;
  readonly replicas: number;
  readonly reason: Reason;
  readonly message: string;
}
