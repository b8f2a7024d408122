import type { Season } from '../../controller/backtest/season.ts';
import type { Accuracy } from './accuracy.ts';
import type { Found } from './found.ts';
import { misses, percents, ratio, ratios, table } from './markdown.ts';
import { geometricMean, type Outcome, SHOWN_LEADS } from './outcome.ts';
import { LEVELS, WINDOWS } from './sums.ts';
import type { Trace } from './traces.ts';

const LEVEL_NAMES = LEVELS.map((level) => `P${100 * level}`).join(' / ');
const LEAD_NAMES = `lead ${SHOWN_LEADS.join(' / ')}`;
const WINDOW_NAMES = WINDOWS.join(' / ');

/** A row per candidate with its geometric means over these of the traces. */
export function meansTable(
  accuracy: Accuracy,
  traces: readonly Trace[],
  meant: (trace: Trace) => boolean,
): string {
  const rows = [...accuracy].map(([model, all]) => {
    const outcomes = all.filter((_, index) => traces[index] && meant(traces[index]));
    const mean = (figure: (outcome: Outcome) => number): string => ratio(geometricMean(outcomes.map(figure)));
    const means = (figures: (outcome: Outcome) => readonly number[]): string =>
      ratios(meansOf(outcomes.map(figures)));
    return [
      model,
      mean(({ seasonalRatio }) => seasonalRatio),
      mean(({ betterRatio }) => betterRatio),
      means(({ leadRatios }) => leadRatios),
      means(({ pinballRatios }) => pinballRatios),
      means(({ peakRatios }) => peakRatios),
    ];
  });
  return table(
    [
      `mean of ${traces.filter(meant).length}`,
      'MAE / seasonal naive',
      'MAE / better baseline',
      `${LEAD_NAMES} / seasonal naive`,
      `${LEVEL_NAMES} pinball / seasonal naive`,
      `peak of ${WINDOW_NAMES}: P95 pinball / that of the leads`,
    ],
    rows,
  );
}

function meansOf(rows: readonly (readonly number[])[]): readonly number[] {
  return (rows[0] ?? []).map((_, column) => geometricMean(rows.map((row) => row[column] ?? Number.NaN)));
}

/** A row per candidate with its worst trace of all. */
export function worstTable(accuracy: Accuracy): string {
  const rows = [...accuracy].map(([model, all]) => [
    model,
    ratio(Math.max(...all.map(({ betterRatio }) => betterRatio))),
    ratio(Math.max(...all.map(({ worstLeadRatio }) => worstLeadRatio))),
    misses(all.map(({ coverage }) => coverage)),
    ...WINDOWS.map((_, window) => misses(all.map(({ peakCoverage }) => peakCoverage[window] ?? []))),
  ]);
  return table(
    [
      'candidate',
      'MAE / better baseline',
      'the same at one lead',
      'coverage off by, points',
      ...WINDOWS.map((window) => `peak of ${window}`),
    ],
    rows,
  );
}

/** One candidate's row per trace. */
export function traceTable(outcomes: readonly Outcome[], traces: readonly Trace[]): string {
  const rows = outcomes.map((outcome, index) => [
    traces[index]?.name ?? '',
    ratio(outcome.seasonalRatio),
    ratio(outcome.betterRatio),
    ratio(outcome.worstLeadRatio),
    ratios(outcome.leadRatios),
    ratios(outcome.pinballRatios),
    percents(outcome.coverage),
    ratios(outcome.peakRatios),
    ...outcome.peakCoverage.map(percents),
  ]);
  return table(
    [
      'trace',
      'MAE / seasonal naive',
      '/ better baseline',
      'worst lead',
      LEAD_NAMES,
      `${LEVEL_NAMES} pinball`,
      `${LEVEL_NAMES} coverage`,
      `peaks ${WINDOW_NAMES}`,
      ...WINDOWS.map((window) => `coverage ${window}`),
    ],
    rows,
  );
}

/** What a candidate finds by itself, and what that costs. */
export function foundTable(
  found: readonly Found[],
  told: readonly Outcome[],
  traces: readonly Trace[],
): string {
  const steps = ({ seasonSteps, weekSteps, how }: Season): string =>
    `${seasonSteps}${weekSteps > 0 ? ` + ${weekSteps}` : ''}${how === 'found' ? '' : ' (assumed)'}`;
  const rows = found.map(({ first, last, seasonalRatio }, index) => [
    traces[index]?.name ?? '',
    String(traces[index]?.seasonSteps),
    steps(first),
    steps(last),
    ratio(told[index]?.seasonalRatio ?? Number.NaN),
    ratio(seasonalRatio),
  ]);
  const mean = (figures: readonly { readonly seasonalRatio: number }[]): string =>
    ratio(
      geometricMean(
        figures.filter((_, index) => traces[index]?.counted).map(({ seasonalRatio }) => seasonalRatio),
      ),
    );
  return table(
    ['trace', 'season', 'found at first', 'found at last', 'MAE / seasonal naive, told', 'found'],
    [...rows, ['geometric mean', '', '', '', mean(told), mean(found)]],
  );
}
