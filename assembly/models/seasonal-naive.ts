import { LAST_KNOWN, LEADS, SEASON, u32At } from '../layout';
import { ringAt, ringHolds, seasonalAge } from '../ring';

/** What was seen one season before; the last value until a whole season is known. Its state is the shared ring. */
export function seasonalNaiveBytes(season: u32, week: u32): usize {
  return 0;
}

export function seasonalNaiveOpen(series: usize, state: usize): void {}

export function seasonalNaiveUpdate(series: usize, state: usize, value: f64, known: bool): void {}

export function seasonalNaivePredict(series: usize, state: usize, path: usize): void {
  periodicPath(series, u32At(series, SEASON), path);
}

/** The same one `period` (a season, or a week) before. */
export function periodicPath(series: usize, period: u32, path: usize): void {
  const last = load<f64>(series + LAST_KNOWN);
  const held = ringHolds(series, period);
  for (let lead = 1; lead <= LEADS; lead++) {
    const value = held ? ringAt(series, seasonalAge(period, lead)) : last;
    store<f64>(path + ((<usize>(lead - 1)) << 3), value);
  }
}
