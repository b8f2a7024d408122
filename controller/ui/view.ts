import { grouped } from './amount.ts';
import { outcomeTable } from './outcome-table.ts';
import { clockTime, plot } from './plot.ts';
import { clip, cut, type Paint, widthOf } from './style.ts';
import type { DecisionLine, ViewState } from './view-state.ts';

export interface ViewSize {
  readonly columns: number;
  readonly rows: number;
}

/** Below this a plot shows nothing; a narrower terminal sees the left part. */
export const LEAST_COLUMNS = 24;
/** What the head needs side by side. */
const HEAD_COLUMNS = 60;

/** A dot of the plot is a minute: three hours on 100 columns. */
const SECONDS_PER_DOT = 60;
const HEAD_ROWS = 3;
const TABLE_ROWS = 6;

/** The live view: progress, plot, the last decisions with their reasons, the figures so far. At most `rows` lines. */
export function renderView(state: ViewState, size: ViewSize, paint: Paint): string[] {
  const columns = Math.max(LEAST_COLUMNS, size.columns);
  // What is left after head and table: a third for decisions, the rest, with its axis and legend, for the plot.
  const left = Math.max(8, size.rows - HEAD_ROWS - TABLE_ROWS);
  const decisionRows = Math.min(7, Math.max(1, Math.floor(left / 3) - 2));
  // An odd number, so that half of the axis is a row.
  const plotRows = odd(Math.min(19, Math.max(5, left - decisionRows - 5)));
  const lines = [
    ...head(state, Math.max(HEAD_COLUMNS, columns), paint),
    '',
    ...plot(state, { columns, rows: plotRows, secondsPerDot: SECONDS_PER_DOT }, paint),
    plotLegend(paint),
    '',
    paint('title', 'decisions'),
    ...decisions(state.decisions, decisionRows, columns, paint),
    '',
    ...outcomeTable(state.outcomes, columns, paint),
  ];
  return lines.slice(0, size.rows).map((line) => clip(line, size.columns));
}

function odd(rows: number): number {
  return rows % 2 === 1 ? rows : rows - 1;
}

function head(state: ViewState, columns: number, paint: Paint): string[] {
  const share = Math.min(1, (state.nowMs - state.startMs) / Math.max(1, state.endMs - state.startMs));
  const left = `${paint('title', 'foresail')} ${cut(state.source, columns - 40)}`;
  const right = `${date(state.nowMs)} ${clockTime(state.nowMs)} UTC`;
  const figures = `${Math.floor(share * 100)} %  ${grouped(Math.round(state.speed))}x  ${grouped(state.exports)} exports`;
  const bar = columns - figures.length - 2;
  const full = Math.round(bar * share);
  return [
    `${left}${' '.repeat(Math.max(1, columns - widthOf(left) - right.length))}${right}`,
    `${paint('demand', '━'.repeat(full))}${paint('faint', '─'.repeat(bar - full))}  ${figures}`,
  ];
}

export function plotLegend(paint: Paint): string {
  const entries = [
    paint('demand', '⣿ requests/s'),
    paint('hot', '⣿ short'),
    paint('capacity', '⠒⠒ Foresail'),
    paint('rival', '⠂⠂ HPA'),
    paint('forecast', '⣿ forecast'),
  ];
  return `${' '.repeat(6)}${entries.join('  ')}`;
}

function decisions(all: readonly DecisionLine[], rows: number, columns: number, paint: Paint): string[] {
  const shown = all.slice(-rows).reverse();
  const lines = shown.map(({ atMs, from, to, reason, message }) => {
    const count = `${String(from).padStart(3)} → ${String(to).padEnd(3)}`;
    const lead = `${clockTime(atMs, true)} ${count} `;
    const text = cut(`${reason}: ${message}`, columns - lead.length);
    return `${paint('faint', clockTime(atMs, true))} ${paint(to > from ? 'capacity' : 'rival', count)} ${text}`;
  });
  while (lines.length < rows) lines.push('');
  return lines;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

function date(unixMs: number): string {
  const stamp = new Date(unixMs);
  return `${WEEKDAYS[stamp.getUTCDay()]} ${stamp.toISOString().slice(0, 10)}`;
}
