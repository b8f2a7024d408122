import { LAST_KNOWN, LEADS } from '../layout';
import { ringAt, ringHolds, seasonalAge } from '../ring';

/** What was seen one period (a season, or a week) before; the last value until a whole period is known. */
export function seasonalNaiveBytes(season: u32): usize {
  return 0;
}

export function seasonalNaiveOpen(series: usize): void {}

/** The ring is its state, and the ring is shared. */
export function seasonalNaiveUpdate(series: usize, value: f64, known: bool): void {}

export function seasonalNaivePredict(series: usize, period: u32, path: usize): void {
  const last = load<f64>(series + LAST_KNOWN);
  const held = ringHolds(series, period);
  for (let lead = 1; lead <= LEADS; lead++) {
    const value = held ? ringAt(series, seasonalAge(period, lead)) : last;
    store<f64>(path + ((<usize>(lead - 1)) << 3), value);
  }
}
