/**
 * Where everything of one series lies in its block of linear memory. A block holds no address, only numbers, so a
 * copy of its bytes is a snapshot. What grows with the season comes last:
 *
 *   header | regression | paths | weighting | rows | answers | ring | profile | Holt-Winters' season
 *
 * Nothing stored is ever NaN: WebAssembly leaves the bits of a computed NaN open, and equal input must give equal bytes.
 */
export const LEADS: i32 = 30;
/** Leads at which models are trained, weighted and calibrated; the others are interpolated. */
export const WATCHED: i32 = 11;
/** Windows over which the maximum is forecast. */
export const WINDOWS: i32 = 6;
export const EXPERTS: i32 = 5;
export const FEATURES: i32 = 24;
/** Past origins kept, a power of two above LEADS, so that an origin's slot is `step & 31`. */
export const ORIGINS: i32 = 32;
export const FIGURES: i32 = 5;

export const MAGIC: u32 = 0x4c495346;
export const LAYOUT: u32 = 1;

// header
export const BYTES: usize = 8;
export const SEASON: usize = 12;
export const WEEK: usize = 16;
/** Steps since the first known value, that one included. */
export const STEPS: usize = 20;
export const KNOWN: usize = 24;
/** Values that were infinite, negative or beyond belief. */
export const REJECTED: usize = 28;
/** One bit per step, the newest lowest: whether it was known; and how many are missing in a row up to now. */
export const KNOWN_BITS: usize = 32;
export const GAP: usize = 36;
/** Place of the newest value in the ring, its capacity, and the newest step's slot in the season. */
export const RING_POSITION: usize = 40;
export const RING_CAPACITY: usize = 44;
export const SLOT: usize = 48;
export const LAST_KNOWN: usize = 56;
/** A slowly fading maximum: no model may say more than twice this. */
export const TOP: usize = 64;
export const MEAN: usize = 72;
export const CHECKSUM: usize = 80;
export const FLAT_LEVEL: usize = 88;
export const PROFILE_SUM: usize = 96;
export const HOLT_LEVEL: usize = 104;
export const HOLT_TREND: usize = 112;
export const HEADER_BYTES: usize = 128;

// regression
export const COVARIANCE: usize = HEADER_BYTES;
export const COEFFICIENTS: usize = COVARIANCE + FEATURES * FEATURES * 8;
export const INNOVATION: usize = COEFFICIENTS + WATCHED * FEATURES * 8;
export const LAGS: usize = INNOVATION + WATCHED * 8 + 8;
export const AVERAGES: usize = LAGS + 8 * 8;
/** Per origin: features and gain in f32, then scale, flat base and whether the profile was ready, in f64. */
export const ORIGIN_ROWS: usize = AVERAGES + 4 * 8;
export const ORIGIN_ROW_BYTES: usize = 2 * FEATURES * 4 + 3 * 8 + 8;

// what each expert said at past origins, and how wrong it was
export const PATHS: usize = ORIGIN_ROWS + <usize>ORIGINS * ORIGIN_ROW_BYTES;
export const ERRORS: usize = PATHS + ORIGINS * WATCHED * EXPERTS * 4 + 16;
export const ENSEMBLE_ERRORS: usize = ERRORS + WATCHED * EXPERTS * 8;

// calibration: one row per watched lead, then one per window
export const ROWS: i32 = WATCHED + WINDOWS;
export const ROW_BYTES: usize = 64;
export const ROW_STATES: usize = ENSEMBLE_ERRORS + WATCHED * 8;
export const ROW_ORIGINS: usize = ROW_STATES + <usize>ROWS * ROW_BYTES;

// answers, as the caller reads them
export const FORECAST: usize = ROW_ORIGINS + ORIGINS * ROWS * 8;
export const PEAKS: usize = FORECAST + LEADS * FIGURES * 8;
export const SCORES: usize = PEAKS + WINDOWS * FIGURES * 8;
export const RING: usize = SCORES + (EXPERTS + 1) * WATCHED * 2 * 8;

const leads = memory.data<i32>([1, 2, 3, 4, 6, 8, 11, 15, 20, 25, 30]);
const windows = memory.data<i32>([1, 2, 5, 10, 20, 30]);

export function watchedLead(index: i32): i32 {
  return load<i32>(leads + ((<usize>index) << 2));
}

export function windowSteps(index: i32): i32 {
  return load<i32>(windows + ((<usize>index) << 2));
}

export function u32At(series: usize, field: usize): u32 {
  return load<u32>(series + field);
}

export function put(series: usize, field: usize, value: u32): void {
  store<u32>(series + field, value);
}
