import { boundOf, LEADS, ORIGINS, SEASON, SLOT, STEPS, u32At, WATCHED, watchedLead } from '../layout';
import { ringAt, ringHolds, seasonalAge } from '../ring';
import { BINS, boostAdd, boostBytes, boostSay, boostStep, FEATURES, ROWS, UNIT } from './boosting';
import {
  decompositionBytes,
  decompositionLevel,
  decompositionUpdate,
  fit,
  fitted,
  recall,
  seasonSays,
  weekSays,
} from './decomposition';

/**
 * Gradient-boosted trees on lags, one forest for all leads, the lead among its features: boosting.ts, on the square
 * root of the rate. With x the seasonally adjusted root and d its deviation from the level of decomposition.ts:
 *
 *   root(h) = level + season(h) + share_h d + trust_h scale forest(features, h)
 *
 * share_h, 0..1, is the slope of d at lead h on d now: trees are steps, and would need many for a straight line. trust_h
 * is the slope of what came on what the forest had said, so trees that only learned noise fall silent. scale is the mean
 * of |d|, and the unit of features and targets, so that rows of long ago still mean the same.
 *
 * Rows are a reservoir (Vitter 1985) of origins and leads drawn from the last 28 seasons or 2,048 steps, older ones fading.
 * Worked example: at 288 steps a season every step gives a row at first, and after 8,064 steps every fourth.
 */
const LAGS: i32 = 8;
const AVERAGES: i32 = 4;
/** The longest average fades over so many seasons. */
const LONG_SEASONS: f64 = 8;
/** Features of the origin alone come first, then those of origin and lead, then lead, time of day and of the hour. */
const OF_ORIGIN: i32 = 11;
const OF_BOTH: i32 = 15;
const MEMORY_SEASONS: u32 = 28;
/** The whole forest is refitted in about this many slices, spread over a season where that is longer. */
const SLICES: u32 = 320;
/** Over which shares and trust fade. */
const FIT_SEASONS: u32 = 3;
/** In scales. */
const CLIP: f64 = 20;

// state: the last LAGS of x, its averages, the mean size of d
const QUICK: usize = LAGS * 8;
const MIDDLE: usize = QUICK + 8;
const SLOW: usize = MIDDLE + 8;
const LONG: usize = SLOW + 8;
const SPREAD: usize = QUICK + AVERAGES * 8;
/** Slopes: share of each lead, trust of each watched one. */
const SHARES: usize = SPREAD + 8;
const TRUST: usize = SHARES + (LEADS + 1) * 16;
const PAST: usize = TRUST + WATCHED * 16;
/** Of a past origin: bins, then level, d, scale, season and week in f32, then what the forest said. */
const LEVEL: usize = (OF_ORIGIN + 3) & ~3;
const DEVIATION: usize = LEVEL + 4;
const SCALE: usize = DEVIATION + 4;
const SEASON_THEN: usize = SCALE + 4;
const WEEK_THEN: usize = SEASON_THEN + 4;
const SAID: usize = WEEK_THEN + 4;
const ORIGIN_BYTES: usize = SAID + WATCHED * 4;
const BOOSTING: usize = (PAST + <usize>ORIGINS * ORIGIN_BYTES + 7) & ~7;

const values = memory.data(FEATURES * 8);
const bins = memory.data(FEATURES);
const residuals = memory.data(WATCHED * 8);

export function treesBytes(season: u32, week: u32): usize {
  return BOOSTING + boostBytes() + decompositionBytes(season, week);
}

export function treesOpen(series: usize, state: usize): void {}

function seasonsOf(state: usize): usize {
  return state + BOOSTING + boostBytes();
}

function originAt(state: usize, step: u32): usize {
  return state + PAST + <usize>(step & (ORIGINS - 1)) * ORIGIN_BYTES;
}

function set(feature: usize, value: f64): void {
  store<f64>(values + (feature << 3), value);
}

/** 32 bins over all numbers, finest around 0: 16 (1 + z / (1 + |z|)). */
function toBins(to: usize, from: i32, until: i32, per: f64): void {
  for (let i = from; i < until; i++) {
    const z = load<f64>(values + ((<usize>i) << 3)) * per;
    store<u8>(to + <usize>i, <u8>min(max(<i32>(16 + (16 * z) / (1 + abs(z))), 0), BINS - 1));
  }
}

/** All features of an origin and a lead; that lead is `ahead` steps after the newest, its last season `age` before. */
function describe(series: usize, state: usize, origin: usize, lead: u32, ahead: u32, age: u32): void {
  recall(series, seasonsOf(state), ahead);
  const ago = ringHolds(series, u32At(series, SEASON) + 1) ? sqrt(ringAt(series, age)) - seasonSays : 0;
  set(11, seasonSays - <f64>load<f32>(origin + SEASON_THEN));
  set(12, ago - <f64>load<f32>(origin + LEVEL));
  set(13, weekSays);
  set(14, weekSays - <f64>load<f32>(origin + WEEK_THEN));
  memory.copy(bins, origin, OF_ORIGIN);
  toBins(bins, OF_ORIGIN, OF_BOTH, 1.0 / <f64>load<f32>(origin + SCALE));
  const season = u32At(series, SEASON);
  const slot = (u32At(series, SLOT) + ahead) % season;
  store<u8>(bins, <u8>lead, 15);
  store<u8>(bins, <u8>((slot * BINS) / season), 16);
  store<u8>(bins, <u8>((((slot * 24) % season) * BINS) / season), 17);
}

/** The root without the season, as the origin sees it at a lead. */
function carried(state: usize, origin: usize, lead: u32): f64 {
  const share = fitted(state + SHARES + ((<usize>lead) << 4));
  return <f64>load<f32>(origin + LEVEL) + share * <f64>load<f32>(origin + DEVIATION);
}

/** What came, as the forest of that origin should have said. */
function due(state: usize, origin: usize, lead: u32, x: f64): f64 {
  const rest = (x - carried(state, origin, lead)) / <f64>load<f32>(origin + SCALE);
  return min(max(rest, -CLIP), CLIP);
}

/** Whether an origin `lead` steps back is there, and knew of the season if there is one now. */
function remembered(series: usize, lead: u32): bool {
  const steps = u32At(series, STEPS);
  const season = u32At(series, SEASON);
  return lead < steps && (steps <= season || steps - lead >= season);
}

/** Shares and trust, from the newest x. */
function judge(series: usize, state: usize, x: f64): void {
  const steps = u32At(series, STEPS);
  const season = u32At(series, SEASON);
  const rate = max(1.0 / <f64>steps, 1.0 / <f64>max<u32>(FIT_SEASONS * season, 300));
  let index = 0;
  for (let lead: u32 = 1; lead <= <u32>LEADS && remembered(series, lead); lead++) {
    const origin = originAt(state, steps - lead);
    if (lead == watchedLead(index)) {
      const said = <f64>load<f32>(origin + SAID + ((<usize>index) << 2));
      fit(state + TRUST + ((<usize>index) << 4), said, due(state, origin, lead, x), rate);
      index++;
    }
    const deviation = <f64>load<f32>(origin + DEVIATION);
    fit(state + SHARES + ((<usize>lead) << 4), deviation, x - <f64>load<f32>(origin + LEVEL), rate);
  }
}

/** All 32 bits of a number mixed: the finaliser of MurmurHash3 (Appleby 2008). */
function hash(value: u32): u32 {
  let mixed = (value ^ (value >> 16)) * 0x85ebca6b;
  mixed = (mixed ^ (mixed >> 13)) * 0xc2b2ae35;
  return mixed ^ (mixed >> 16);
}

/** Draws a row that ends at the newest step, or none. */
function draw(series: usize, state: usize, x: f64): void {
  const steps = u32At(series, STEPS);
  const season = u32At(series, SEASON);
  const drawn = hash(steps);
  const lead: u32 = 1 + (drawn % LEADS);
  if (hash(drawn) % min<u32>(MEMORY_SEASONS * season, steps) >= <u32>ROWS || !remembered(series, lead))
    return;
  const origin = originAt(state, steps - lead);
  describe(series, state, origin, lead, 0, seasonalAge(season, lead) + lead);
  boostAdd(state + BOOSTING, drawn >> 8, bins, <i32>nearest(due(state, origin, lead, x) * UNIT));
}

function average(at: usize, value: f64, rate: f64): void {
  const old = load<f64>(at);
  store<f64>(at, old + rate * (value - old));
}

/** Takes the newest x into lags and averages; `first`: there is nothing before it, or nothing that compares. */
function remember(series: usize, state: usize, x: f64, first: bool): void {
  if (first) {
    for (let i: usize = 0; i < SPREAD; i += 8) store<f64>(state + i, x);
    return;
  }
  memory.copy(state + 8, state, (LAGS - 1) * 8);
  store<f64>(state, x);
  let rate = 0.25;
  for (let at = state + QUICK; at < state + LONG; at += 8) {
    average(at, x, rate);
    rate *= 0.25;
  }
  average(state + LONG, x, 1.0 / (LONG_SEASONS * <f64>u32At(series, SEASON)));
  const size = abs(x - decompositionLevel(series, seasonsOf(state)));
  average(state + SPREAD, size, max(0.002, 1.0 / <f64>u32At(series, STEPS)));
}

/** Closes the newest origin, where recall was last asked for. */
function close(series: usize, state: usize): void {
  const level = decompositionLevel(series, seasonsOf(state));
  const origin = originAt(state, u32At(series, STEPS));
  const scale = max(load<f64>(state + SPREAD), 1e-9);
  const x = load<f64>(state);
  for (let i: usize = 0; i < 4; i++) set(i, load<f64>(state + (((1 << i) - 1) << 3)) - level);
  for (let i: usize = 0; i < <usize>AVERAGES; i++) {
    const average = load<f64>(state + QUICK + (i << 3));
    if (i < 3) set(8 + i, average - level);
    set(4 + i, x - average);
  }
  toBins(origin, 0, OF_ORIGIN, 1 / scale);
  store<f32>(origin + LEVEL, <f32>level);
  store<f32>(origin + DEVIATION, <f32>(x - level));
  store<f32>(origin + SCALE, <f32>scale);
  store<f32>(origin + SEASON_THEN, <f32>seasonSays);
  store<f32>(origin + WEEK_THEN, <f32>weekSays);
}

/** STEPS, SLOT and the ring already include the value. */
export function treesUpdate(series: usize, state: usize, value: f64, known: bool): void {
  const seasons = seasonsOf(state);
  const steps = u32At(series, STEPS);
  const root = sqrt(value);
  recall(series, seasons, 0);
  const x = root - seasonSays;
  if (known) {
    judge(series, state, x);
    draw(series, state, x);
  }
  const begins = decompositionUpdate(series, seasons);
  if (begins) memory.fill(state, 0, seasons - state);
  recall(series, seasons, 0);
  remember(series, state, root - seasonSays, steps == 1 || begins);
  close(series, state);
  if (steps % max<u32>(u32At(series, SEASON) / SLICES, 1) == 0) boostStep(state + BOOSTING);
}

export function treesPredict(series: usize, state: usize, path: usize): void {
  const seasons = seasonsOf(state);
  const season = u32At(series, SEASON);
  const bound = boundOf(series);
  const origin = originAt(state, u32At(series, STEPS));
  const scale = <f64>load<f32>(origin + SCALE);
  for (let index = 0; index < WATCHED; index++) {
    const lead: u32 = watchedLead(index);
    describe(series, state, origin, lead, lead, seasonalAge(season, lead));
    const said = <f64>boostSay(state + BOOSTING, bins) / UNIT;
    store<f32>(origin + SAID + ((<usize>index) << 2), <f32>said);
    const trust = fitted(state + TRUST + ((<usize>index) << 4));
    store<f64>(residuals + ((<usize>index) << 3), said * trust * scale);
  }
  let right = 0;
  for (let lead = 1; lead <= LEADS; lead++) {
    if (lead > watchedLead(right)) right++;
    const high = load<f64>(residuals + ((<usize>right) << 3));
    const low = right > 0 ? load<f64>(residuals + ((<usize>(right - 1)) << 3)) : high;
    const from = right > 0 ? watchedLead(right - 1) : 0;
    const share = <f64>(lead - from) / <f64>(watchedLead(right) - from);
    recall(series, seasons, lead);
    const root = carried(state, origin, lead) + seasonSays + low + share * (high - low);
    const held = min(max(root, 0), bound);
    store<f64>(path + ((<usize>(lead - 1)) << 3), held * held);
  }
}
