import type { Sums } from './sums.ts';

/** Leads whose own figure is shown. */
export const SHOWN_LEADS = [1, 5, 15, 30] as const;

/** The figures of one candidate on one trace; ratios below 1 are better than what they are divided by. */
export interface Outcome {
  readonly seasonalRatio: number;
  readonly betterRatio: number;
  /** The highest ratio to the better baseline of any single lead. */
  readonly worstLeadRatio: number;
  /** Ratio to seasonal naive at SHOWN_LEADS. */
  readonly leadRatios: readonly number[];
  /** Per level, divided by seasonal naive's with the same quantile tracker. */
  readonly pinballRatios: readonly number[];
  /** Shares per level. */
  readonly coverage: readonly number[];
  /** Per window: the loss of its own p95 divided by that of the highest of its leads' p95. */
  readonly peakRatios: readonly number[];
  readonly peakCoverage: readonly (readonly number[])[];
}

export function outcomeOf(sums: Sums, seasonalNaive: Sums): Outcome {
  const error = total(sums.error);
  const at = (values: Float64Array, lead: number): number => values[lead] ?? Number.NaN;
  return {
    seasonalRatio: error / total(sums.seasonalError),
    betterRatio: error / Math.min(total(sums.seasonalError), total(sums.naiveError)),
    worstLeadRatio: Math.max(
      ...Array.from(
        sums.error,
        (sum, lead) => sum / Math.min(at(sums.seasonalError, lead), at(sums.naiveError, lead)),
      ),
    ),
    leadRatios: SHOWN_LEADS.map((lead) => at(sums.error, lead - 1) / at(sums.seasonalError, lead - 1)),
    pinballRatios: Array.from(sums.pinball, (sum, level) => sum / at(seasonalNaive.pinball, level)),
    coverage: Array.from(sums.covered, (count) => count / sums.pairs),
    peakRatios: sums.peaks.map(({ own, ofLeads }) => own / ofLeads),
    peakCoverage: sums.peaks.map(({ covered, origins }) => Array.from(covered, (count) => count / origins)),
  };
}

export function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** exp(mean(ln x)): of 0.5 and 2 it is 1, so a trace twice as good makes up for one twice as bad. */
export function geometricMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}
