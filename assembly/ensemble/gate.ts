import { PER_CODE, rateOf, ratesOf, slopesAt } from '../curve';
import { LAST_KNOWN, LEADS, SEASON, STEPS, u32At, WATCHED, watchedLead } from '../layout';
import { periodicPath } from '../models/seasonal-naive';
import { ringAt } from '../ring';
import { BEFORE, CENTRE } from './ledger';
import { saidOf } from './weighting';

/**
 * A load that does not move, or repeats to the last request (a cron job), is known: no mixture says it as well as the last
 * value or the last season does alone. Whichever of the two has been more than FACTOR times better than the mixture, by
 * running mean absolute errors with a half-life of one season (300 to 3,000 steps), is the answer by itself; the mixture
 * goes on learning and is the answer again as soon as that is no longer so. What 16 bits round is no error of the season.
 *
 * Worked example: 0 and 1e6 in turn. Naive is off by 5e5 on average and the mixture by some 1e4, seasonal naive by nothing.
 *
 * State: mean absolute errors (f64) of naive, seasonal naive and the mixture.
 */
export const GATE_BYTES: usize = 24;
const FACTOR: f64 = 4;
/** A season as short as this lies in the ring, exact; of a longer one there are the 16 bits of curve.ts. */
const IN_RING: u32 = 64;

/** Takes in the newest value, known, which BEFORE and the centre already belong to; one watched lead at a time. */
export function gateCharge(series: usize, past: usize, weighting: usize, gate: usize, value: f64): void {
  const season = u32At(series, SEASON);
  const steps = u32At(series, STEPS);
  const index = <i32>((steps >> 1) % WATCHED);
  const lead: u32 = watchedLead(index);
  const said = saidOf(weighting, index, steps);
  if (said == 0 || steps <= season + lead) return;
  const centre = <f32>load<f64>(past + CENTRE);
  const rates = ratesOf(f32x4(load<f32>(said), <f32>load<f64>(past + BEFORE), 0, 0), centre);
  const back = ((lead + season - 1) / season) * season;
  const before = season <= IN_RING ? ringAt(series, back) : <f64>f32x4.extract_lane(rates, 1);
  const half = <f64>min<u32>(max<u32>(season, 300), 3000);
  const pace: f64 = WATCHED;
  const rate = max((0.6931 * pace) / half, pace / (<f64>(steps - season - lead) + pace));
  const rounding = PER_CODE * <f64>f32x4.extract_lane(slopesAt(rates, centre), 1);
  approach(gate, abs(ringAt(series, lead) - value), rate);
  approach(gate + 8, max(abs(before - value) - rounding, 0), rate);
  approach(gate + 16, abs(<f64>f32x4.extract_lane(rates, 0) - value), rate);
}

function approach(at: usize, error: f64, rate: f64): void {
  const old = load<f64>(at);
  store<f64>(at, old + rate * (error - old));
}

/** Writes the better of the two over the mixture's path (LEADS f64) where it is that much better; `seasonal`: z, every 16 bytes. */
export function gatePass(series: usize, past: usize, gate: usize, seasonal: usize, path: usize): void {
  const season = u32At(series, SEASON);
  const naive = load<f64>(gate);
  const periodic = load<f64>(gate, 8);
  if (u32At(series, STEPS) < 2 * season || FACTOR * min(naive, periodic) >= load<f64>(gate, 16)) return;
  if (naive <= periodic) {
    const last = load<f64>(series + LAST_KNOWN);
    for (let at = path; at < path + LEADS * 8; at += 8) store<f64>(at, last);
  } else if (season <= IN_RING) {
    periodicPath(series, season, path);
  } else {
    const centre = load<f64>(past + CENTRE);
    for (let lead: usize = 0; lead < <usize>LEADS; lead++)
      store<f64>(path + (lead << 3), rateOf(<f64>load<f32>(seasonal + (lead << 4)), centre));
  }
}
