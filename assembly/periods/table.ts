/**
 * What was found, as the caller reads it, in f64: how many periods, the season and the longer second period that models
 * should use (0: none), and then for each period its steps, strength 0 .. 1, and kind.
 */
export const MOST_FOUND: i32 = 8;
const HEAD: i32 = 3;
const COLUMNS: i32 = 3;
const CELLS: i32 = HEAD + MOST_FOUND * COLUMNS;
export const table = memory.data(CELLS * 8);
export let found: i32 = 0;
/** The mean square that each explained. */
const gains = memory.data(MOST_FOUND * 8);

function cell(index: i32): usize {
  return table + ((<usize>index) << 3);
}

export function clearTable(): void {
  memory.fill(table, 0, CELLS * 8);
  found = 0;
}

export function note(period: i32, strength: f64, kind: i32, gain: f64): void {
  const row = HEAD + found * COLUMNS;
  store<f64>(cell(row), <f64>period);
  store<f64>(cell(row + 1), max(0.0, min(1.0, strength)));
  store<f64>(cell(row + 2), <f64>kind);
  store<f64>(gains + ((<usize>found) << 3), gain);
  store<f64>(table, <f64>++found);
}

export function foundPeriod(index: i32): i32 {
  return <i32>load<f64>(cell(HEAD + index * COLUMNS));
}

export function foundKind(index: i32): i32 {
  return <i32>load<f64>(cell(HEAD + index * COLUMNS + 2));
}

export function callKind(index: i32, kind: i32): void {
  store<f64>(cell(HEAD + index * COLUMNS + 2), <f64>kind);
}

export function foundGain(index: i32): f64 {
  return load<f64>(gains + ((<usize>index) << 3));
}

export function foundStrength(index: i32): f64 {
  return load<f64>(cell(HEAD + index * COLUMNS + 1));
}

export function setSeasons(season: i32, longer: i32): void {
  store<f64>(cell(1), <f64>season);
  store<f64>(cell(2), <f64>longer);
}
