import { BASELINES } from './baseline.ts';
import type { Candidate, Evaluation } from './evaluation.ts';
import { ratio } from './metrics.ts';

/** Who won. */
export interface Verdict {
  readonly headline: Candidate;
  readonly naive: Candidate;
  readonly seasonalNaive: Candidate;
  readonly better: Candidate;
  /** Least mean absolute error; of equals the cheaper one. */
  readonly winner: Candidate;
}

export function verdictOf({ candidates, headline }: Evaluation): Verdict {
  const of = (model: string): Candidate => {
    const candidate = candidates.find((one) => one.model === model);
    if (!candidate) throw new RangeError(`${model} was not played`);
    return candidate;
  };
  const [naive, seasonalNaive] = BASELINES.map(of) as [Candidate, Candidate];
  const better = seasonalNaive.overall.mae < naive.overall.mae ? seasonalNaive : naive;
  const winner = candidates.reduce((best, one) => (one.overall.mae < best.overall.mae ? one : best), better);
  return { headline: of(headline), naive, seasonalNaive, better, winner };
}

/** Errors of one beside another's, below 1 is better; NaN where the other has none. */
export function maeRatio(ours: Candidate, theirs: Candidate): number {
  return ratio(ours.overall.mae, theirs.overall.mae);
}

export function wqlRatio(ours: Candidate, theirs: Candidate): number {
  return ratio(ours.overall.wql, theirs.overall.wql);
}

/** By the better baseline of these leads, which at short ones is often the last value. */
export function betterRatio(
  { naive, seasonalNaive }: Pick<Verdict, 'naive' | 'seasonalNaive'>,
  { groups }: Candidate,
  group: number,
): number {
  const maeOf = (candidate: { readonly groups: Candidate['groups'] }) =>
    candidate.groups[group]?.metrics.mae ?? Number.NaN;
  return ratio(maeOf({ groups }), Math.min(maeOf(naive), maeOf(seasonalNaive)));
}
