import type { Candidate, Evaluation } from '../backtest/evaluation.ts';
import { betterRatio, maeRatio, type Verdict } from '../backtest/verdict.ts';
import { figure, percent } from '../ui/amount.ts';
import type { Paint } from '../ui/style.ts';
import { table } from '../ui/table.ts';

/** How wrong each candidate was. 70 columns hold it. */
export function errorTable({ candidates }: Evaluation, verdict: Verdict, paint: Paint): string[] {
  const head = ['error', 'MAE', '/ base', 'MAPE', 'RMSE', 'MASE', 'peaks', 'under'];
  return table(
    head,
    candidates.map((candidate) => {
      const { mae, mape, rmse, mase, peakWeightedError, peakUnderRate } = candidate.overall;
      return {
        look: lookOf(candidate, verdict),
        cells: [
          candidate.model,
          figure(mae),
          fixed(maeRatio(candidate, verdict.better), 3),
          percent(mape),
          figure(rmse),
          fixed(mase, 3),
          percent(peakWeightedError),
          percent(peakUnderRate, 0),
        ],
      };
    }),
    paint,
  );
}

/** Pinball losses of the quantiles, and how many actuals were at or below them. */
export function quantileTable({ candidates }: Evaluation, verdict: Verdict, paint: Paint): string[] {
  const head = ['quantile loss', 'p90', 'p95', 'p99', 'WQL', '<= p90', '<= p95', '<= p99'];
  return table(
    head,
    candidates.map((candidate) => {
      const { pinball, wql, coverage } = candidate.overall;
      return {
        look: lookOf(candidate, verdict),
        cells: [
          candidate.model,
          figure(pinball['0.9']),
          figure(pinball['0.95']),
          figure(pinball['0.99']),
          fixed(wql, 4),
          percent(coverage['0.9']),
          percent(coverage['0.95']),
          percent(coverage['0.99']),
        ],
      };
    }),
    paint,
  );
}

/** By group of leads, each beside the better baseline of these leads; and what it costs. */
export function leadTable({ candidates }: Evaluation, verdict: Verdict, paint: Paint): string[] {
  const groups = verdict.headline.groups.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  const head = ['by lead / base', ...groups, 'dir.', 'us', 'KiB'];
  return table(
    head,
    candidates.map((candidate) => ({
      look: lookOf(candidate, verdict),
      cells: [
        candidate.model,
        ...groups.map((_, group) => fixed(betterRatio(verdict, candidate, group), 3)),
        percent(candidate.overall.directionAccuracy, 0),
        candidate.microsecondsPerUpdate.toFixed(2),
        (candidate.bytesPerSeries / 1024).toFixed(1),
      ],
    })),
    paint,
  );
}

/** All of one candidate, by group of leads. */
export function groupTable({ headline }: Verdict, paint: Paint): string[] {
  return table(
    [headline.model, 'MAE', 'MAPE', 'RMSE', 'MASE', 'peaks', 'under', 'dir.', '<= p95'],
    headline.groups.map(({ from, to, metrics }) => ({
      cells: [
        from === to ? `lead ${from}` : `leads ${from}-${to}`,
        figure(metrics.mae),
        percent(metrics.mape),
        figure(metrics.rmse),
        fixed(metrics.mase, 3),
        percent(metrics.peakWeightedError),
        percent(metrics.peakUnderRate, 0),
        percent(metrics.directionAccuracy, 0),
        percent(metrics.coverage['0.95']),
      ],
    })),
    paint,
  );
}

function lookOf(candidate: Candidate, { winner }: Verdict) {
  return candidate === winner ? ('good' as const) : undefined;
}

function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '-';
}
