import { AXIS_COLUMNS, highest, niceTop, withAxis } from './axis.ts';
import { Canvas } from './canvas.ts';
import { clockTime } from './plot.ts';
import type { Look, Paint } from './style.ts';

/** What came and what had been said of it, one entry per step; NaN where there is none. */
export interface Forecasted {
  readonly stampsMs: Float64Array;
  readonly actual: Float64Array;
  readonly p50: Float64Array;
  readonly p95: Float64Array;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LABEL_COLUMNS = 8;

/** Actuals as an area, red where they are above p95; p50 and p95 as lines. Two dots a column; lines of equal width. */
export function forecastPlot(
  shown: Forecasted,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  paint: Paint,
): string[] {
  const canvas = new Canvas(columns - AXIS_COLUMNS, rows);
  const perDot = Math.max(1, Math.ceil(shown.actual.length / canvas.width));
  const actual = dots(shown.actual, perDot);
  const p50 = dots(shown.p50, perDot);
  const p95 = dots(shown.p95, perDot);
  const top = niceTop(highest([...actual, ...p50, ...p95]));
  const scale = (value: number) => Math.round((value / top) * (canvas.height - 1));
  for (let x = 0; x < actual.length; x++) {
    drawActual(canvas, x, scale(actual[x] ?? Number.NaN), (actual[x] ?? 0) > (p95[x] ?? Number.NaN));
  }
  drawLine(canvas, p50, scale, 'rival');
  drawLine(canvas, p95, scale, 'capacity');
  const axis = timeLabels(shown.stampsMs, perDot * 2, columns - AXIS_COLUMNS);
  return [...withAxis(canvas.lines(paint), top, paint), paint('faint', `${' '.repeat(AXIS_COLUMNS)}${axis}`)];
}

export function forecastLegend(paint: Paint): string {
  const entries = [
    paint('demand', '⣿ actual'),
    paint('hot', '⣿ above p95'),
    paint('rival', '⠒⠒ p50'),
    paint('capacity', '⠒⠒ p95'),
  ];
  return `${' '.repeat(AXIS_COLUMNS - 1)}${entries.join('  ')}`;
}

/** Means of the known values of each dot; NaN where there is none. */
function dots(values: Float64Array, perDot: number): Float64Array {
  const means = new Float64Array(Math.ceil(values.length / perDot));
  for (let dot = 0; dot < means.length; dot++) {
    const known = values.subarray(dot * perDot, (dot + 1) * perDot).filter((value) => !Number.isNaN(value));
    means[dot] = known.reduce((sum, value) => sum + value, 0) / known.length;
  }
  return means;
}

function drawActual(canvas: Canvas, x: number, top: number, above: boolean): void {
  for (let y = 0; y <= top; y++) {
    // every other dot below the edge: an area light enough for lines to be seen in it
    if (y === top || (x + y) % 2 === 0) canvas.dot(x, y, above ? 'hot' : 'demand');
  }
}

/** Joined upwards and downwards, so that a steep line is still one. */
function drawLine(canvas: Canvas, values: Float64Array, scale: (value: number) => number, look: Look): void {
  for (let x = 0; x < values.length; x++) {
    const y = scale(values[x] ?? Number.NaN);
    const before = scale(values[x - 1] ?? Number.NaN);
    const from = Number.isNaN(before) || before === y ? y : before + Math.sign(y - before);
    for (let dot = Math.min(from, y); dot <= Math.max(from, y); dot++) canvas.dot(x, dot, look);
  }
}

/** A mark at each column in which a day begins, or a part of a day where there is room for it. */
function timeLabels(stampsMs: Float64Array, perColumn: number, columns: number): string {
  const shownMs = (stampsMs.at(-1) ?? 0) - (stampsMs[0] ?? 0);
  const columnMs = shownMs / Math.max(1, stampsMs.length / perColumn);
  const hours = [1, 2, 3, 6, 12].find((every) => (every * HOUR_MS) / columnMs >= LABEL_COLUMNS);
  const everyMs = hours === undefined ? DAY_MS : hours * HOUR_MS;
  let line = '';
  for (let column = 0; column < columns; column++) {
    const stampMs = stampsMs[column * perColumn];
    const beforeMs = stampsMs[(column - 1) * perColumn];
    if (stampMs === undefined || line.length > column) continue;
    line = line.padEnd(column);
    if (beforeMs !== undefined && Math.floor(stampMs / everyMs) === Math.floor(beforeMs / everyMs)) continue;
    if (beforeMs === undefined && stampMs % everyMs !== 0) continue;
    const beginMs = Math.floor(stampMs / everyMs) * everyMs;
    const label = `╵${beginMs % DAY_MS === 0 ? new Date(beginMs).toISOString().slice(5, 10) : clockTime(beginMs)} `;
    if (column + label.length <= columns) line += label;
  }
  return line.padEnd(columns);
}
