import { type Trace, traceEndMs } from './trace.ts';

/**
 * The same series on another step, on the grid of whole multiples of it (that of live steps). Every value is the mean
 * of the known part of its step; a step of which nothing is known is NaN.
 *
 * To a coarser step this is the mean of the values inside: 10, 20, NaN, 30 at 15 s -> 20 at 60 s.
 * To a finer one the values are means, not samples, so they are not simply joined by lines: inside each coarse step the
 * curve runs from border to middle to border, the borders half-way to the neighbours and the middle such that the mean
 * of the step stays what it was: 0, 60, 0 per 60 s -> 0, 0, 0, 0, 45, 75, 75, 45, 0, 0, 0, 0 per 15 s. It is never negative.
 */
export function resample(trace: Trace, stepSeconds: number): Trace {
  const stepMs = stepSeconds * 1000;
  const sourceMs = trace.stepSeconds * 1000;
  const startMs = Math.floor(trace.startMs / stepMs) * stepMs;
  const length = Math.max(0, Math.ceil((traceEndMs(trace) - startMs) / stepMs));
  const values = new Float64Array(length);
  for (let index = 0; index < length; index++) {
    const from = (startMs + index * stepMs - trace.startMs) / sourceMs;
    values[index] = meanBetween(trace.values, from, from + stepMs / sourceMs);
  }
  return { startMs, stepSeconds, values, source: trace.source };
}

/** Mean of the curve over [from, to) in units of source steps; NaN when no part of it is known. */
function meanBetween(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let known = 0;
  const last = Math.min(values.length, Math.ceil(to - TINY));
  for (let index = Math.max(0, Math.floor(from + TINY)); index < last; index++) {
    const value = values[index] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const left = Math.max(0, from - index);
    const right = Math.min(1, to - index);
    if (right - left <= TINY) continue;
    sum += left <= TINY && right >= 1 - TINY ? value : area(values, index, left, right);
    known += right - left;
  }
  return known > 0 ? sum / known : Number.NaN;
}

/** Shares of a step smaller than this are rounding. */
const TINY = 1e-9;

/** The integral of the curve of step `index` over [left, right], both inside 0..1. */
function area(values: Float64Array, index: number, left: number, right: number): number {
  const value = values[index] ?? Number.NaN;
  const before = values[index - 1] ?? value;
  const after = values[index + 1] ?? value;
  let start = Number.isNaN(before) ? value : (before + value) / 2;
  let end = Number.isNaN(after) ? value : (value + after) / 2;
  // mean of two straight halves: (start + 2 middle + end) / 4 = value
  let middle = 2 * value - (start + end) / 2;
  if (middle < 0) {
    const shrink = (4 * value) / (start + end);
    start *= shrink;
    end *= shrink;
    middle = 0;
  }
  const firstHalf = line(start, middle, Math.min(left, 0.5) * 2, Math.min(right, 0.5) * 2) / 2;
  const secondHalf = line(middle, end, Math.max(left, 0.5) * 2 - 1, Math.max(right, 0.5) * 2 - 1) / 2;
  return firstHalf + secondHalf;
}

/** The integral over [left, right] of the line from `a` at 0 to `b` at 1. */
function line(a: number, b: number, left: number, right: number): number {
  return (right - left) * (a + ((b - a) * (left + right)) / 2);
}
