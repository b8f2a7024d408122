/**
 * Where everything of one series lies in its block of linear memory. A block holds no address, only numbers, so a
 * copy of its bytes is a snapshot. What grows with the season comes last:
 *
 *   header | own errors | distribution | ring | state of the model
 *
 * Nothing stored is ever NaN: WebAssembly leaves the bits of a computed NaN open, and equal input must give equal bytes.
 */
export const LEADS: i32 = 30;
/** Leads at which models are trained, weighted and calibrated; the others are interpolated. */
export const WATCHED: i32 = 8;
/** Windows over which the maximum is forecast. */
export const WINDOWS: i32 = 6;
/** Past origins kept, a power of two above LEADS, so that an origin's slot is `step & 31`. */
export const ORIGINS: i32 = 32;
export const FIGURES: i32 = 5;

export const MAGIC: u32 = 0x4c495346;
export const LAYOUT: u32 = 4;

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
/** Which candidate: candidates.ts. */
export const MODEL: usize = 52;
/** Where the model's state starts, from the start of the block. */
export const STATE: usize = 56;
export const LAST_KNOWN: usize = 88;
/** A slowly fading maximum: no model may say more than twice this. */
export const TOP: usize = 64;
export const MEAN: usize = 72;
export const CHECKSUM: usize = 80;
// what calendar.ts is told and has learned
/** How many steps ahead local clocks are of the steps counted. */
export const MOVED: usize = 60;
/** How often the season began. */
export const CLOCK_DAYS: usize = 96;
/** The newest step's slot, 0 at the first value's unless the calendar says otherwise. */
export const PLACE: usize = 132;
/** A bit per weekday (season number mod 7): days off. */
export const FREE_DAYS: usize = 100;
/** A bit per season: tomorrow, today, yesterday and so on. */
export const HOLIDAYS: usize = 104;
/** sum d z and sum d^2 of rises, then of falls; f32. */
export const EFFECTS: usize = 112;
/** For so many more steps something is known of events. */
export const EVENTFUL: usize = 128;
export const INTENSITIES: usize = 136;
export const APPLIED: usize = INTENSITIES + 64;
export const HEADER_BYTES: usize = APPLIED + 64;

/** The answer's own mean absolute error at each watched lead. */
export const OWN_ERRORS: usize = HEADER_BYTES;

/** The distribution around the path: distribution/state.ts. A row per watched lead, then one per window above 1. */
export const ROWS: i32 = WATCHED + WINDOWS - 1;
/** Origins that all rows remember, of near leads, far leads, windows and the longest window: distribution/state.ts. */
export const ENTRIES: i32 = 14 + 43 + 37 + 16;
export const DISTRIBUTION: usize = OWN_ERRORS + WATCHED * 8;
export const DISTRIBUTION_BYTES: usize = ((128 + ROWS * 48 + ENTRIES * 26 + 7) & ~7) + 7 * 160 + 4 * 288;

export const RING: usize = DISTRIBUTION + DISTRIBUTION_BYTES;

const leads = memory.data<u8>([1, 2, 4, 7, 11, 16, 23, 30]);
const windows = memory.data<u8>([1, 2, 5, 10, 20, 30]);

export function watchedLead(index: i32): i32 {
  return load<u8>(leads + <usize>index);
}

export function windowSteps(index: i32): i32 {
  return load<u8>(windows + <usize>index);
}

export function u32At(series: usize, field: usize): u32 {
  return load<u32>(series + field);
}

export function put(series: usize, field: usize, value: u32): void {
  store<u32>(series + field, value);
}

/** No model may say more than this, in square roots of the rate. */
export function boundOf(series: usize): f64 {
  return sqrt(2 * load<f64>(series + TOP));
}

export function stateOf(series: usize): usize {
  return series + <usize>u32At(series, STATE);
}
