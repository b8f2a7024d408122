import { AXIS_COLUMNS, highest, niceTop, withAxis } from './axis.ts';
import { Canvas } from './canvas.ts';
import type { Look, Paint } from './style.ts';

/** An error per lead, lead 1 first. */
export interface ErrorLine {
  readonly name: string;
  readonly look: Look;
  readonly errors: readonly number[];
}

const LABELLED_LEADS = [1, 5, 10, 15, 20, 25, 30];

/** One line per candidate over the leads; a later line is drawn over an earlier one where their looks say so. */
export function errorPlot(
  lines: readonly ErrorLine[],
  { columns, rows }: { readonly columns: number; readonly rows: number },
  paint: Paint,
): string[] {
  const canvas = new Canvas(columns - AXIS_COLUMNS, rows);
  const leads = Math.max(2, ...lines.map(({ errors }) => errors.length));
  const top = niceTop(highest(lines.flatMap(({ errors }) => errors)));
  for (const { errors, look } of lines) {
    for (let x = 0; x < canvas.width; x++) {
      const value = between(errors, (x / (canvas.width - 1)) * (leads - 1));
      canvas.dot(x, Math.round((value / top) * (canvas.height - 1)), look);
    }
  }
  return [
    ...withAxis(canvas.lines(paint), top, paint),
    paint('faint', leadLabels(leads, columns - AXIS_COLUMNS)),
    `${' '.repeat(AXIS_COLUMNS - 1)}${lines.map(({ name, look }) => paint(look, `⠒⠒ ${name}`)).join('  ')}`,
  ];
}

/** The straight line between two leads' errors. */
function between(errors: readonly number[], at: number): number {
  const left = Math.floor(at);
  const from = errors[left] ?? Number.NaN;
  const to = errors[left + 1] ?? from;
  return from + (at - left) * (to - from);
}

function leadLabels(leads: number, columns: number): string {
  const cells = new Array<string>(columns).fill(' ');
  for (const lead of LABELLED_LEADS.filter((one) => one <= leads)) {
    const label = lead === 1 ? 'lead 1' : String(lead);
    const column = Math.round(((lead - 1) / (leads - 1)) * (columns - 1));
    const from = Math.min(columns - label.length, Math.max(0, column - (lead === 1 ? 0 : 1)));
    // a narrow plot has no room for every one
    if (cells.slice(Math.max(0, from - 1), from).some((cell) => cell !== ' ')) continue;
    for (const [index, character] of [...label].entries()) cells[from + index] = character;
  }
  return `${' '.repeat(AXIS_COLUMNS)}${cells.join('')}`.trimEnd();
}
