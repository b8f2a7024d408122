/**
 * Where the quantiles of a new series start: offsets and coefficients (features.ts), p50 p90 p95 p99 each, of the seven
 * groups of rows. They are what the same learning arrives at on other load, the median (offsets) and the mean
 * (coefficients) over traces; each trace was judged with the figures of the others alone. The median of a lead starts where the models aim.
 */
const offsets = memory.data<f32>([
  0, 1.75, 2.48, 4.39, 0, 1.75, 2.48, 4.39, 0, 1.75, 2.48, 4.39, 0, 1.75, 2.48, 4.39, 0.5, 2.04, 2.63, 4.53,
  0.81, 1.99, 2.62, 5.51, 0.72, 2, 2.78, 6.37,
]);

/** In hundredths. */
const coefficients = memory.data<i8>([
  0, 6, 13, 17, 0, 14, 18, 20, 0, 6, 10, 8, 0, 3, 4, 6, 0, 0, 6, 17, 0, 19, 28, 37, 0, 7, 6, 12, 0, 21, 26,
  23, 0, 10, 10, 15, 0, 11, 12, 3, 0, 8, 11, 4, 0, 11, 14, 27, 0, 7, 12, 11, 0, 10, 13, 14, 0, 7, 8, 3, 0, 3,
  2, 6, 0, 3, 9, 11, 0, 16, 21, 20, 0, -3, -3, 10, 0, 19, 19, 14, 0, 6, 7, 15, 0, 12, 10, 6, 0, 6, 5, -1, 0,
  10, 11, 12, 0, 6, 12, 11, 0, 2, 7, 13, 0, 4, 7, 2, 0, 3, 4, 7, 0, 5, 9, 8, 0, 9, 12, 10, 0, -1, -1, 7, 0,
  12, 14, 6, 0, 5, 6, 14, 0, 8, 7, 5, 0, 6, 4, 1, 0, 9, 10, 8, 0, 5, 9, 7, 0, 2, 6, 11, 0, 4, 6, 1, 0, 4, 6,
  7, 0, 4, 5, 1, 0, 7, 7, 4, 0, -3, -2, 4, 0, 7, 6, -5, 0, 7, 7, 14, 0, 1, 2, 4, 0, 3, 1, -1, 0, 10, 9, 2, -1,
  3, 16, 33, -2, 1, 11, 34, -7, 3, 7, 16, 10, 5, 7, 20, -13, -18, -12, 12, 3, 23, 35, 60, 9, 4, 6, 10, 7, 33,
  38, 42, 3, 11, 13, 24, 14, 17, 17, 9, 8, 12, 14, 7, 3, 17, 19, 40, -13, -3, 5, 10, -18, -15, -10, -1, -2, 2,
  4, 0, 4, 3, 5, 13, -20, -13, -12, -14, 3, 15, 18, 18, -2, -7, -4, -3, -2, 10, 11, 4, 2, 2, 3, 4, 6, 5, 7,
  14, 11, 9, 8, 5, 1, 9, 9, 4, -14, -3, 2, 3, -21, -17, -15, -7, -4, 1, 4, -6, 7, 6, 7, 14, -19, -14, -13,
  -13, 4, 13, 15, 17, -7, -5, -5, 3, 1, 9, 9, -9, 6, 6, 5, 3, 8, 5, 6, 14, 10, 12, 8, -8, 3, 9, 11, 1,
]);

export function priorOffsets(group: i32): usize {
  return offsets + ((<usize>group) << 4);
}

/** FEATURE_COUNT rows of four per group, into f32; what is kept of ten and eleven goes in place of eight and nine. */
export function priorCoefficients(to: usize, seasoned: bool): void {
  for (let i: usize = 0; i < 280; i++) {
    const rest = i % 40;
    const from = (i / 40) * 48 + rest + (seasoned && rest >= 32 ? 8 : 0);
    store<f32>(to + (i << 2), <f32>(<f64>load<i8>(coefficients + from) / 100));
  }
}
