/**
 * The history that is searched, in place: `count` f64, NaN missing. What is searched is not the rate but a logarithm of
 * it, so that a busy week counts no more than a quiet one and a spike of 1e9 is a step, not the whole variance.
 */

/** More than any workload serves: taken for a fault of the sender, and so missing. */
const BELIEVABLE: f64 = 1e12;
/** One bin per sign, exponent and four bits of mantissa: quantiles to 6 %. */
const BINS: i32 = 1 << 15;
const bins = memory.data(BINS * 4);

export function at(history: usize, index: i32): f64 {
  return load<f64>(history + ((<usize>index) << 3));
}

/**
 * log2 to 0.01: exponent plus a parabola through log2 at mantissa 1 and 2, so that it is continuous.
 * Example: 8 gives 3, 12 gives 3.583 (log2 12 = 3.585).
 */
export function log2(value: f64): f64 {
  const bits = reinterpret<u64>(value);
  const exponent = <i32>(bits >> 52) - 1023;
  const mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  return <f64>exponent + (2.0 - mantissa / 3.0) * mantissa - 5.0 / 3.0;
}

/** The median of |values| above zero, to 6 %; 0 when there is none. */
export function typical(history: usize, count: i32): f64 {
  memory.fill(bins, 0, BINS * 4);
  let positive = 0;
  for (let i = 0; i < count; i++) {
    const size = abs(at(history, i));
    if (!(size > 1e-300)) continue;
    const bin = bins + ((<usize>(reinterpret<u64>(size) >> 48)) << 2);
    store<u32>(bin, load<u32>(bin) + 1);
    positive++;
  }
  if (positive == 0) return 0;
  let seen = 0;
  let bin = 0;
  while (true) {
    seen += <i32>load<u32>(bins + ((<usize>bin) << 2));
    if (2 * seen >= positive) return reinterpret<f64>(((<u64>bin) << 48) | 0x0000800000000000);
    bin++;
  }
}

/** Replaces each rate by log2(1 + rate / half the typical one); returns how many are known. */
export function transform(history: usize, count: i32): i32 {
  for (let i = 0; i < count; i++) {
    const value = at(history, i);
    if (!(value >= 0 && value <= BELIEVABLE)) store<f64>(history + ((<usize>i) << 3), NaN);
  }
  const half = 0.5 * typical(history, count);
  let known = 0;
  for (let i = 0; i < count; i++) {
    const value = at(history, i);
    if (value != value) continue;
    known++;
    store<f64>(history + ((<usize>i) << 3), half > 0 ? log2(1.0 + value / half) : 0);
  }
  return known;
}

/** Takes the mean of each slot of `period` away from its steps: what is left is what that period does not explain. */
export function remove(history: usize, count: i32, period: i32): void {
  for (let slot = 0; slot < period; slot++) {
    let sum = 0.0;
    let known = 0;
    for (let i = slot; i < count; i += period) {
      const value = at(history, i);
      if (value != value) continue;
      sum += value;
      known++;
    }
    if (known == 0) continue;
    const mean = sum / <f64>known;
    for (let i = slot; i < count; i += period) {
      const value = at(history, i);
      if (value == value) store<f64>(history + ((<usize>i) << 3), value - mean);
    }
  }
}
