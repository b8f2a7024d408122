import type { Look, Paint } from './style.ts';

export interface TableRow {
  readonly cells: readonly string[];
  readonly look?: Look | undefined;
}

/** Lines of a table as wide as its cells: the first column to the left, the others to the right, two spaces between. */
export function table(head: readonly string[], rows: readonly TableRow[], paint: Paint): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(({ cells }) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [
    paint('faint', line(head)),
    ...rows.map(({ cells, look }) => (look === undefined ? line(cells) : paint(look, line(cells)))),
  ];
}
