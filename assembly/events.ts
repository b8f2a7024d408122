import { curveOf, rateOf } from './curve';
import { APPLIED, EFFECTS, EVENTFUL, INTENSITIES, LEADS, MEAN, put, STEPS, u32At } from './layout';

/**
 * Events known ahead. Intensity x > 0 is one that is expected to change the load, x < 0 a release, of which only is known that
 * the load may change. An event does to a candidate's path what events were seen to do, beside what goes on already:
 *
 *   z(h) = curve(said(h)) + b (x(h) - x(0)),   b = sum d e / (sum d^2 + 10)
 *
 * on the scale of curve.ts, e = curve(came) - curve(said) of the longest lead, d the intensity at its end less that at its
 * origin; one b for rises and one for falls, their sums fading by 1 / 128 with every second pair. Worked example: a sale (x = 1)
 * makes 100 rps 200 for 30 steps, the mean being 100: 30 pairs (1, .202), b = .151, and the next is foreseen at 169.
 *
 * Quantiles are 1 + 2 |d| / (1 + sum d^2 / 30) times as far apart at such leads, 3 times where nothing was seen yet, twice
 * after one event; and 1 + |x| times at a release.
 */
const STIFFNESS: f32 = 10;
const KEPT: f32 = 1 - 1.0 / 128.0;
const ONE_EVENT: f32 = 30;
/** In z: an event changes the load 12-fold at most. */
const MOST: f64 = 0.83;
/** Intensities are i8 / 8, effects that were applied i16 / 8192. */
const PER_CODE: f64 = 0.125;
const PER_APPLIED: f64 = 1.0 / 8192.0;
/** Intensities of the 32 steps before and 31 after are kept, step s in place s mod 64. */
const PLACES: u32 = 64;

const wide = memory.data(LEADS * 4);
/** Whether the series at hand has an event, or had one of late. */
let eventful = false;

/** `at`: LEADS + 1 f64, the first of the step that is pushed next; NaN is none. */
export function eventsTell(series: usize, at: usize): void {
  const step = u32At(series, STEPS) + 1;
  for (let lead: u32 = 0; lead <= <u32>LEADS; lead++) {
    const given = load<f64>(at + ((<usize>lead) << 3)) * (1.0 / PER_CODE);
    const code = given == given ? <i32>nearest(min(max(given, -127), 127)) : 0;
    if (code != 0) put(series, EVENTFUL, PLACES);
    store<i8>(intensityAt(series, step + lead), <i8>code);
  }
}

function intensityAt(series: usize, step: u32): usize {
  return series + INTENSITIES + <usize>(step % PLACES);
}

/** Of a release, 0. */
function intensity(series: usize, step: u32): f64 {
  return <f64>max<i32>(load<i8>(intensityAt(series, step)), 0) * PER_CODE;
}

/** The sums of rises, or of falls. */
function effectOf(series: usize, d: f64): usize {
  return series + EFFECTS + (d > 0 ? 0 : 8);
}

function appliedAt(series: usize, step: u32): usize {
  return series + APPLIED + ((<usize>(step & 31)) << 1);
}

function centreOf(series: usize): f64 {
  return max(load<f64>(series + MEAN), 1e-9);
}

/** From the newest value, and what was said of it at the longest lead, of which one of two is kept: each counts twice. */
export function eventsLearn(series: usize, value: f64, said: f64): void {
  const step = u32At(series, STEPS);
  if (u32At(series, EVENTFUL) == 0 || step <= <u32>LEADS) return;
  const d = intensity(series, step) - intensity(series, step - LEADS);
  if (d == 0) return;
  const added = <f64>load<i16>(appliedAt(series, step - LEADS)) * PER_APPLIED;
  const centre = centreOf(series);
  const e = min(max(curveOf(value, centre) - curveOf(said, centre) + added, -MOST), MOST);
  const at = effectOf(series, d);
  store<f32>(at, load<f32>(at) * KEPT + 2 * <f32>(d * e));
  store<f32>(at, load<f32>(at, 4) * KEPT + 2 * <f32>(d * d), 4);
}

/** Puts the events' effects on a path, and finds how much wider each of its leads is. */
export function eventsApply(series: usize, path: usize): void {
  const left = u32At(series, EVENTFUL);
  eventful = left > 0;
  if (!eventful) return;
  put(series, EVENTFUL, left - 1);
  const step = u32At(series, STEPS);
  const now = intensity(series, step);
  const centre = centreOf(series);
  let added: f64 = 0;
  for (let lead: u32 = 1; lead <= <u32>LEADS; lead++) {
    const d = intensity(series, step + lead) - now;
    const effect = effectOf(series, d);
    const seen = load<f32>(effect, 4);
    added = min(max(d * <f64>(load<f32>(effect) / (seen + STIFFNESS)), -MOST), MOST);
    const at = path - 8 + ((<usize>lead) << 3);
    if (added != 0) store<f64>(at, rateOf(curveOf(load<f64>(at), centre) + added, centre));
    const doubt = <f32>min(abs(d), 1) * (<f32>2 / (1 + seen / ONE_EVENT));
    const release = <f32>min(<f64>load<i8>(intensityAt(series, step + lead)) * -PER_CODE, 1);
    store<f32>(wide - 4 + ((<usize>lead) << 2), 1 + max(doubt, release));
  }
  store<i16>(appliedAt(series, step), <i16>(added / PER_APPLIED));
  store<i8>(intensityAt(series, step + LEADS + 1), 0);
}

/** By how much the widest of leads `first` to `last` is wider. */
export function eventWidening(first: u32, last: u32): f32 {
  let widest: f32 = 1;
  for (let lead = first; eventful && lead <= last; lead++) {
    widest = max(widest, load<f32>(wide - 4 + ((<usize>lead) << 2)));
  }
  return widest;
}
