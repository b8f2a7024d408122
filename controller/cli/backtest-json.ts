import type { Candidate, Evaluation, LeadMetrics } from '../backtest/evaluation.ts';
import { type Metrics, ratio } from '../backtest/metrics.ts';
import type { Playable } from '../backtest/playable.ts';
import { maeRatio, type Verdict, verdictOf, wqlRatio } from '../backtest/verdict.ts';

/**
 * The answer for programs. What is not known (an error of nothing, a ratio to 0) is null. The figures at the top are those
 * of the ensemble, or of the first model asked for.
 */
export function backtestJson(playable: Playable, evaluation: Evaluation): string {
  const verdict = verdictOf(evaluation);
  const { headline, naive, seasonalNaive, better, winner } = verdict;
  const answer = {
    input: playable.source,
    stepSeconds: playable.stepSeconds,
    steps: playable.values.length,
    missing: playable.values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0),
    rows: playable.rows ?? null,
    season: evaluation.spans.at(-1)?.seasonSteps ?? null,
    seasons: evaluation.spans,
    leads: evaluation.protocol.leads,
    every: evaluation.protocol.every,
    fromShare: evaluation.protocol.fromShare,
    origins: evaluation.origins,
    points: headline.overall.points,
    model: headline.model,
    winner: winner.model,
    mae: headline.overall.mae,
    naiveMae: naive.overall.mae,
    seasonalNaiveMae: seasonalNaive.overall.mae,
    maeRatio: maeRatio(headline, seasonalNaive),
    betterBaseline: better.model,
    betterBaselineRatio: maeRatio(headline, better),
    wqlRatio: wqlRatio(headline, seasonalNaive),
    coverage: headline.overall.coverage,
    perLead: headline.leads.map((lead, index) => perLead(lead, verdict, index)),
    microsecondsPerUpdate: headline.microsecondsPerUpdate,
    bytesPerSeries: headline.bytesPerSeries,
    models: Object.fromEntries(
      evaluation.candidates.map((candidate) => [candidate.model, ofModel(candidate, verdict)]),
    ),
  };
  // JSON has no NaN: JSON.stringify writes null for it
  return JSON.stringify(answer, undefined, 2);
}

function perLead({ from, metrics }: LeadMetrics, { naive, seasonalNaive }: Verdict, index: number) {
  const naiveMae = naive.leads[index]?.metrics.mae ?? Number.NaN;
  const seasonalNaiveMae = seasonalNaive.leads[index]?.metrics.mae ?? Number.NaN;
  return {
    lead: from,
    ...metrics,
    naiveMae,
    seasonalNaiveMae,
    maeRatio: ratio(metrics.mae, seasonalNaiveMae),
    betterBaselineRatio: ratio(metrics.mae, Math.min(naiveMae, seasonalNaiveMae)),
  };
}

function ofModel(candidate: Candidate, { better, seasonalNaive }: Verdict) {
  const { overall, groups, microsecondsPerUpdate, bytesPerSeries } = candidate;
  return {
    ...overall,
    maeRatio: maeRatio(candidate, seasonalNaive),
    betterBaselineRatio: maeRatio(candidate, better),
    wqlRatio: wqlRatio(candidate, seasonalNaive),
    microsecondsPerUpdate,
    bytesPerSeries,
    groups: groups.map(({ from, to, metrics }: LeadMetrics): { from: number; to: number } & Metrics => ({
      from,
      to,
      ...metrics,
    })),
  };
}
