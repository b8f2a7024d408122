import { LEVELS } from './sums.ts';

/** A Markdown table, its columns as wide as their widest cell, so that it reads as text too. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((cell, column) =>
    Math.max(3, cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export function ratio(value: number): string {
  return value.toFixed(3);
}

export function ratios(values: readonly number[]): string {
  return values.map(ratio).join(' / ');
}

/** Shares as percentages: 0.9 and 0.951 are "90.0 / 95.1". */
export function percents(shares: readonly number[]): string {
  return shares.map((share) => (100 * share).toFixed(1)).join(' / ');
}

/** Per level, how far the worst row's coverage is from the level, in points: 0.92 at P90 is "2.0". */
export function misses(coverages: readonly (readonly number[])[]): string {
  return LEVELS.map((level, index) =>
    (100 * Math.max(...coverages.map((row) => Math.abs((row[index] ?? Number.NaN) - level)))).toFixed(1),
  ).join(' / ');
}
