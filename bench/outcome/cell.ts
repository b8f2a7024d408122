import type { Policy } from '../replay/simulation.ts';
import type { Verdict } from '../replay/verdict.ts';

export const MEAN_PODS = 20;
export const LIMIT = 0.01;
/** Who is on the page; of them all others are measured by. */
export const RIVALS = ['foresail', 'hpa-default', 'hpa-tuned', 'oracle'] as const satisfies readonly Policy[];
/** Who is tried beside Foresail, with the first noise only. */
export const LEARNED = 'q-learning' as const satisfies Policy;

/** One trace, start-up and noise, judged over its second half, or all of it from a cold start. */
export interface Cell {
  readonly name: string;
  readonly startupSeconds: number;
  readonly seed: number;
  readonly cold: boolean;
}

export interface CellOutcome extends Cell {
  readonly verdicts: Readonly<Record<(typeof RIVALS)[number], Verdict>>;
  readonly learned?: Verdict;
  /** false: no HPA holds the limit on this trace. */
  readonly tunedMeetsLimit: boolean;
}

export function cellKey({ name, startupSeconds, seed, cold }: Cell): string {
  return [name, startupSeconds, seed, cold ? 'cold' : 'warm'].join(' | ');
}
