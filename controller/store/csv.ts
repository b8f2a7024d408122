import { BadInput } from '../cli/bad-input.ts';
import type { Trace } from '../series/trace.ts';

/** More steps than this, gaps included, is a typing error in a stamp: 5 years at 15 s. */
export const MOST_STEPS = 10_512_000;
/** A rate above this is a typing error: history keeps 32-bit floats, in which 1e39 is infinite. */
const MOST_VALUE = 1e15;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The rows of a file as they stand there: the step is the most common distance of two stamps. */
export interface CsvRows {
  /** Unix ms, never descending. */
  readonly stampsMs: readonly number[];
  /** NaN is missing. */
  readonly values: readonly number[];
  /** Of the file, for messages. */
  readonly lines: readonly number[];
  readonly stepSeconds: number;
  /** The line of the first stamp that is the same as the one above it. */
  readonly repeatedLine: number | undefined;
}

interface Rows {
  readonly stampsMs: number[];
  readonly values: number[];
  readonly lines: number[];
  repeatedLine: number | undefined;
}

/**
 * Reads `timestamp,value`: Unix seconds at which the step begins, and its value; an empty value is missing. A first
 * line without any number is a header. The step is the most common distance of two stamps; absent stamps are missing.
 * Throws BadInput `FILE:LINE: ... must be ...`.
 */
export function parseCsv(text: string, file: string): Trace {
  const rows = parseRows(text, file);
  if (rows.repeatedLine !== undefined) throw repeated(rows, file);
  return onGrid(rows, file);
}

/** The same file, row by row; a stamp may stand there more than once. Throws BadInput for all else that is wrong. */
export function parseRows(text: string, file: string): CsvRows {
  const rows = readRows(text.startsWith('\uFEFF') ? text.slice(1) : text, file);
  const { stampsMs, values } = rows;
  if (stampsMs.length === 0) {
    const what = text.trim() === '' ? 'the file is empty' : 'there is a header only';
    throw new BadInput(`${file}: ${what}; there must be lines "timestamp,value"`);
  }
  if (stampsMs.length < 2) {
    throw new BadInput(
      `${file}: there is one value only; there must be at least two, or the step is not known`,
    );
  }
  if (values.every(Number.isNaN)) {
    throw new BadInput(`${file}: every value is empty; there must be at least one number`);
  }
  const stepMs = commonStep(stampsMs);
  if (stepMs === 0) throw repeated(rows, file);
  return { ...rows, stepSeconds: stepMs / 1000 };
}

function repeated({ stampsMs, lines, repeatedLine }: Omit<CsvRows, 'stepSeconds'>, file: string): BadInput {
  const stampMs = stampsMs[lines.indexOf(repeatedLine ?? 0)] ?? 0;
  return new BadInput(
    `${file}:${repeatedLine}: timestamp ${stampMs / 1000} appears twice; stamps must be ascending, each once`,
  );
}

/** Each row at the step of its stamp; absent stamps are missing. Throws BadInput for a stamp that is between two steps. */
export function onGrid({ stampsMs, values, lines, stepSeconds }: CsvRows, file: string): Trace {
  const startMs = stampsMs[0] ?? 0;
  const stepMs = stepSeconds * 1000;
  const steps = Math.round(((stampsMs.at(-1) ?? 0) - startMs) / stepMs) + 1;
  if (steps > MOST_STEPS) {
    throw new BadInput(
      `${file}:${lines.at(-1)}: at a step of ${stepMs / 1000} s the file would span ${steps} steps; there must be at most ${MOST_STEPS}`,
    );
  }
  const all = new Float64Array(steps).fill(Number.NaN);
  for (const [row, stampMs] of stampsMs.entries()) {
    const index = (stampMs - startMs) / stepMs;
    if (!Number.isInteger(index)) {
      throw new BadInput(
        `${file}:${lines[row]}: timestamp ${stampMs / 1000} must be a whole number of steps (${stepMs / 1000} s) after the first, ${startMs / 1000}`,
      );
    }
    all[index] = values[row] ?? Number.NaN;
  }
  return { startMs, stepSeconds, values: all, source: file };
}

function readRows(text: string, file: string): Rows {
  const rows: Rows = { stampsMs: [], values: [], lines: [], repeatedLine: undefined };
  const end = text.trimEnd().length;
  let line = 0;
  for (let from = 0; from < end; ) {
    const newline = text.indexOf('\n', from);
    const to = newline === -1 ? end : newline;
    line++;
    readRow(text.slice(from, to).trimEnd(), `${file}:${line}`, line, rows);
    from = to + 1;
  }
  return rows;
}

function readRow(row: string, where: string, line: number, rows: Rows): void {
  const fields = row.split(',');
  const [stampText = '', valueText = ''] = fields.map((field) => field.trim());
  if (fields.length !== 2) {
    throw new BadInput(
      `${where}: there must be two columns, timestamp and value, separated by a comma; there are ${row === '' ? 0 : fields.length}`,
    );
  }
  if (line === 1 && !NUMBER.test(stampText) && valueText !== '' && !NUMBER.test(valueText)) return;
  const stampMs = readStamp(stampText, where);
  const previousMs = rows.stampsMs.at(-1);
  if (previousMs !== undefined && stampMs < previousMs) {
    throw new BadInput(
      `${where}: timestamp ${stampText} is before ${previousMs / 1000} above it; stamps must be ascending, each once`,
    );
  }
  if (stampMs === previousMs) rows.repeatedLine ??= line;
  rows.stampsMs.push(stampMs);
  rows.values.push(readValue(valueText, where));
  rows.lines.push(line);
}

function readStamp(text: string, where: string): number {
  if (!NUMBER.test(text)) {
    throw new BadInput(`${where}: timestamp ${JSON.stringify(text)} must be a number of Unix seconds`);
  }
  const seconds = Number(text);
  if (seconds > 1e11) {
    throw new BadInput(`${where}: timestamp ${text} must be Unix seconds; it looks like milliseconds`);
  }
  if (seconds < 0) throw new BadInput(`${where}: timestamp ${text} must not be negative`);
  return Math.round(seconds * 1000);
}

function readValue(text: string, where: string): number {
  if (text === '') return Number.NaN;
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) {
    throw new BadInput(
      `${where}: value ${JSON.stringify(text)} must be a number, or empty where it is missing`,
    );
  }
  if (value < 0) throw new BadInput(`${where}: value ${text} must not be negative`);
  if (value > MOST_VALUE) throw new BadInput(`${where}: value ${text} must be at most ${MOST_VALUE}`);
  return value;
}

/** The most common distance; of equally common ones the smallest. 0: every stamp is the same. */
function commonStep(stampsMs: readonly number[]): number {
  const times = new Map<number, number>();
  for (let index = 1; index < stampsMs.length; index++) {
    const distance = (stampsMs[index] ?? 0) - (stampsMs[index - 1] ?? 0);
    if (distance === 0) continue;
    times.set(distance, (times.get(distance) ?? 0) + 1);
  }
  const [common] = [...times].reduce(
    (best, entry) => (entry[1] > best[1] || (entry[1] === best[1] && entry[0] < best[0]) ? entry : best),
    [0, 0],
  );
  return common;
}
