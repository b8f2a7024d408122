import type { Evaluation } from '../backtest/evaluation.ts';
import type { Playable } from '../backtest/playable.ts';
import { type SeasonSpan, sameSeason } from '../backtest/season.ts';
import { maeRatio, type Verdict, verdictOf } from '../backtest/verdict.ts';
import { figure, grouped, percent } from '../ui/amount.ts';
import { errorPlot } from '../ui/error-plot.ts';
import { forecastLegend, forecastPlot } from '../ui/forecast-plot.ts';
import { cut, type Paint, wrapped } from '../ui/style.ts';
import { errorTable, groupTable, leadTable, quantileTable } from './backtest-tables.ts';
import type { ShownForecasts } from './shown-forecasts.ts';

export interface Canvas {
  readonly columns: number;
  readonly paint: Paint;
}

/** Of a path or URL. */
const MOST_SOURCE = 500;
const PLOT_ROWS = 11;
const ERROR_ROWS = 7;
const NOTES = `MAE, RMSE in the unit of the trace; MAPE leaves zeros out; MASE 1 is the mean error of a season ago in what was
learned from; base is the better baseline of the same leads; peaks is error by load where the load is among its highest tenth,
under the share of these above p50; dir.: moved the way p50 said; quantile losses are pinball losses; us: microseconds per step.`;

/** What a person reads: what was played, how good each candidate was, who won, and two plots. */
export function backtestReport(
  playable: Playable,
  evaluation: Evaluation,
  shown: Pick<ShownForecasts, 'lead' | 'forecasted'>,
  { columns, paint }: Canvas,
): string[] {
  const verdict = verdictOf(evaluation);
  const size = (rows: number) => ({ columns, rows });
  const { headline } = verdict;
  return [
    cut(playable.source, MOST_SOURCE),
    ...opening(playable, evaluation).flatMap((line) => wrapped(line, columns)),
    '',
    paint(
      'title',
      `Actual, and what ${headline.model} had said ${shown.lead} ${plural(shown.lead, 'step')} before`,
    ),
    ...forecastPlot(shown.forecasted, size(PLOT_ROWS), paint),
    forecastLegend(paint),
    '',
    paint('title', 'Mean absolute error by lead'),
    ...errorPlot(errorLines(verdict), size(ERROR_ROWS), paint),
    '',
    ...errorTable(evaluation, verdict, paint),
    '',
    ...quantileTable(evaluation, verdict, paint),
    '',
    ...leadTable(evaluation, verdict, paint),
    '',
    ...groupTable(verdict, paint),
    '',
    ...wrapped(NOTES.replaceAll('\n', ' '), columns).map((line) => paint('faint', line)),
    '',
    ...wrapped(sentence(verdict), columns),
  ];
}

function errorLines({ headline, naive, seasonalNaive }: Verdict) {
  const lines = [
    { candidate: naive, look: 'faint' as const },
    { candidate: seasonalNaive, look: 'demand' as const },
    { candidate: headline, look: 'capacity' as const },
  ];
  const unique = lines.filter(({ candidate }, index) => index === 2 || candidate !== headline);
  return unique.map(({ candidate, look }) => ({
    name: candidate.model,
    look,
    errors: candidate.leads.map(({ metrics }) => metrics.mae),
  }));
}

function opening(playable: Playable, { protocol, origins, spans, candidates }: Evaluation): string[] {
  const { values, stampsMs, stepSeconds } = playable;
  const missing = values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  const points = candidates[0]?.overall.points ?? 0;
  const each = protocol.every === 1 ? 'each' : `every ${ordinal(protocol.every)}`;
  return [
    `${grouped(values.length)} steps of ${stepSeconds} s, ${day(stampsMs[0])} to ${day(stampsMs.at(-1))}, ${grouped(missing)} missing.`,
    ...rowsLines(playable),
    ...seasonLines(spans, playable),
    `Leads 1-${protocol.leads} after ${each} step from ${percent(protocol.fromShare, 0)} of the trace on: ${grouped(origins)} ${plural(origins, 'origin')}, ${grouped(points)} points.`,
  ];
}

function rowsLines({ rows }: Playable): string[] {
  if (rows === undefined) return [];
  const opened =
    rows.openRows === undefined
      ? ''
      : `: ${rows.openRows} rows from opening to closing, ${rows.openingsPerWeek} openings a week`;
  const because = {
    'closing hours': `Its gaps are regular closing hours${opened}.`,
    'repeated stamps': 'Some of its stamps repeat.',
    'asked for': `Gaps count as closed hours, as asked for${opened}.`,
  }[rows.because];
  return [because, 'So the rows are played one after another (--gaps missing plays time).'];
}

/** One line per season that was used, with how it was known in the end; `-o json` has every change. */
function seasonLines(spans: readonly SeasonSpan[], { stepSeconds, rows }: Playable): string[] {
  const begins = spans.filter((span, index) => index === 0 || !sameSeason(span, spans[index - 1] ?? span));
  return begins.slice(-MOST_SEASONS).map((begin, index, shown) => {
    const until = shown[index + 1]?.fromStep ?? Number.POSITIVE_INFINITY;
    const { seasonSteps, weekSteps, how, found } =
      spans.findLast(({ fromStep }) => fromStep < until) ?? begin;
    const time = rows === undefined ? ` (${duration(seasonSteps * stepSeconds)})` : '';
    const week = weekSteps > 0 ? `, and ${grouped(weekSteps)}` : '';
    const others = found.filter((steps) => steps !== seasonSteps && steps !== weekSteps);
    const also = others.length > 0 ? `; found too: ${others.map(grouped).join(', ')}` : '';
    const since = begin.fromStep === 0 ? 'Season' : `From step ${grouped(begin.fromStep)} on: season`;
    return `${since} ${grouped(seasonSteps)} steps${time}${week}, ${how}${also}.`;
  });
}

const MOST_SEASONS = 6;

/** 86400 -> 1 day; 5400 -> 1.5 hours. */
function duration(seconds: number): string {
  const [size, unit] =
    seconds >= 86_400 ? [86_400, 'day'] : seconds >= 3_600 ? [3_600, 'hour'] : [60, 'minute'];
  const count = Number((seconds / size).toFixed(2));
  return `${count} ${plural(count, unit)}`;
}

function plural(count: number, unit: string): string {
  return count === 1 ? unit : `${unit}s`;
}

function ordinal(count: number): string {
  return { 2: '2nd', 3: '3rd' }[count] ?? `${count}th`;
}

function day(unixMs: number | undefined): string {
  return new Date(unixMs ?? 0).toISOString().slice(0, 10);
}

function sentence({ winner, better, headline }: Verdict): string {
  if (winner === better) {
    return `${better.model} wins: nothing that was asked for has a smaller mean absolute error than ${figure(better.overall.mae)}.`;
  }
  const gain = percent(1 - maeRatio(winner, better));
  const first = `${winner.model} wins: its mean absolute error of ${figure(winner.overall.mae)} is ${gain} below that of the better baseline, ${better.model} (${figure(better.overall.mae)}).`;
  if (winner === headline) return first;
  return `${first} ${headline.model} is at ${figure(headline.overall.mae)}.`;
}
