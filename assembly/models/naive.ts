import { LAST_KNOWN, LEADS } from '../layout';

/** The last known value, for every lead. Hard to beat at lead 1. It is in the header, so there is no state. */
export function naiveBytes(season: u32, week: u32): usize {
  return 0;
}

export function naiveOpen(series: usize, state: usize): void {}

export function naiveUpdate(series: usize, state: usize, value: f64, known: bool): void {}

export function naivePredict(series: usize, state: usize, path: usize): void {
  const last = load<f64>(series + LAST_KNOWN);
  for (let lead = 0; lead < LEADS; lead++) store<f64>(path + ((<usize>lead) << 3), last);
}
