import { grouped } from './amount.ts';
import type { Paint } from './style.ts';

export const AXIS_COLUMNS = 7;

/** A round number at or above `most`: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten, so it seldom changes. */
export function niceTop(most: number): number {
  if (!(most > 0)) return 1;
  // further down the labels do not fit, and powers of ten run out
  if (most < 1e-90) return 1e-90;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= most) ?? 10;
  return step * power;
}

/** The highest that is known, 0 at least; NaN is not. */
export function highest(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) {
    if (value > most) most = value;
  }
  return most;
}

/** Puts an axis from 0 to `top` before the lines of a plot, top line first; labelled at both ends and in the middle. */
export function withAxis(lines: readonly string[], top: number, paint: Paint): string[] {
  const middle = (lines.length - 1) / 2;
  return lines.map((line, row) => {
    const share = 1 - row / (lines.length - 1);
    const labelled = row === 0 || row === middle || row === lines.length - 1;
    const label = labelled ? amount(top * share, top) : '';
    return `${paint('faint', `${label.padStart(AXIS_COLUMNS - 2)} ${labelled ? '┤' : '│'}`)}${line}`;
  });
}

/** 0, 640, 1,200, 15k, 3M; with as many decimals as a small `top` needs: 0.25 of .5, 2.5 of 5. */
function amount(value: number, top: number): string {
  if (value === 0) return '0';
  if (top >= 1e12) return value.toExponential(0);
  if (value >= 9_999_500) return `${Math.round(value / 1e6)}M`;
  if (value >= 10_000) return `${Math.round(value / 1000)}k`;
  if (top >= 10) return grouped(Math.round(value));
  return top < 1e-3 ? value.toExponential(0) : value.toFixed(Math.min(3, 1 - Math.floor(Math.log10(top))));
}
