import type { ModelName } from '../../assembly/pkg/forecaster.js';
import type { Accuracy } from './accuracy.ts';
import { misses, ratio, table } from './markdown.ts';
import { geometricMean, type Outcome } from './outcome.ts';
import type { Cost } from './speed.ts';
import type { Trace } from './traces.ts';

/** All that is measured of the candidates, as the goals ask for it. */
export interface Measured {
  readonly accuracy: Accuracy;
  readonly traces: readonly Trace[];
  readonly costs: readonly Cost[];
  readonly months: ReadonlyMap<ModelName, number>;
  readonly wasmBytes: number;
}

/** A row per goal, a column per budget. */
export function goalsTable(measured: Measured, budgets: readonly ModelName[]): string {
  const columns = budgets.map((model) => figuresOf(measured, model));
  const rows = GOALS.map(([figure, goal], index) => [
    figure,
    goal,
    ...columns.map((figures) => figures[index] ?? ''),
  ]);
  return table(['figure', 'goal', ...budgets], rows);
}

const GOALS = [
  ['MAE / seasonal naive, mean', '0.60; small budget 0.62'],
  ['MAE / better of naive and seasonal naive, mean', '0.66'],
  ['the same, worst trace of all', '1.00'],
  ['P95 pinball / seasonal naive with the same tracker, mean', '0.68'],
  ['coverage of P90 / P95 / P99, worst trace of all, points off', '1.0'],
  ['peak of 2, 5, 10, 20: P95 pinball / that of its leads, mean of the four', '0.80'],
  ['peak coverage, worst trace and window of all, points off', '1.0'],
  ['update + 30 leads + quantiles, 2,000 series, season 1440, us', '5; small budget 2.5'],
  ['bytes per series, season 1440', 'small budget 20 KB'],
  ['backtest of 28 days of 1-minute steps, s', '0.1'],
  ['module, bytes', '32,768'],
] as const;

function figuresOf(measured: Measured, model: ModelName): readonly string[] {
  const all = measured.accuracy.get(model) ?? [];
  const counted = all.filter((_, index) => measured.traces[index]?.counted);
  const mean = (figure: (outcome: Outcome) => number): string => ratio(geometricMean(counted.map(figure)));
  const cost = measured.costs.find(
    (one) => one.model === model && one.seasonSteps === 1440 && one.series > 1,
  );
  return [
    mean(({ seasonalRatio }) => seasonalRatio),
    mean(({ betterRatio }) => betterRatio),
    ratio(Math.max(...all.map(({ betterRatio }) => betterRatio))),
    mean(({ pinballRatios }) => pinballRatios[1] ?? Number.NaN),
    misses(all.map(({ coverage }) => coverage)),
    mean(({ peakRatios }) => geometricMean(peakRatios)),
    misses(all.flatMap(({ peakCoverage }) => peakCoverage)),
    (cost?.updateMicroseconds ?? Number.NaN).toFixed(2),
    (cost?.bytes ?? Number.NaN).toLocaleString('en'),
    (measured.months.get(model) ?? Number.NaN).toFixed(3),
    measured.wasmBytes.toLocaleString('en'),
  ];
}
