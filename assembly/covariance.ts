/**
 * The covariance of a recursive least squares with FEATURES weights, in f64: in f32 it diverges within a million steps.
 * Symmetric, so only blocks of 2 x 2 on and below the diagonal are kept: rows 2p and 2p + 1 have 2p + 2 figures each.
 *
 *   k = P x / (1 + x' P x),   P = (P - k x' P) grow          (Ljung 1999, section 11.2)
 *
 * It forgets (grow = 1 / forgetting) only while its trace is below the one it began with: with nothing new to learn
 * from, an unbounded one grows without end (estimator windup). Worked example: P = 3 I, x = (1, 0, ...): k = (.75, 0, ...),
 * P's first figure becomes .75.
 */
export const FEATURES: i32 = 16;
const PAIRS: usize = FEATURES / 2;
const SPAN: usize = FEATURES * 8;
/** Two rows of 2, two of 4, and so on. */
export const COVARIANCE_BYTES: usize = PAIRS * (PAIRS + 1) * 2 * 8;

const product = memory.data(FEATURES * 8);

export function covarianceOpen(at: usize, prior: f64): void {
  memory.fill(at, 0, COVARIANCE_BYTES);
  let row = at;
  for (let pair: usize = 0; pair < PAIRS; pair++) {
    const width = (pair + 1) << 4;
    store<f64>(row + width - 16, prior);
    store<f64>(row + width + width - 8, prior);
    row += width << 1;
  }
}

/**
 * Takes in `x` (FEATURES f64), writes the gain (FEATURES f64) and renews P. False, and the gain unset, when P has
 * stopped being one.
 */
export function covarianceTake(at: usize, x: usize, gain: usize, prior: f64, forgetting: f64): bool {
  const trace = multiply(at, x);
  let spread: f64 = 0;
  for (let i: usize = 0; i < SPAN; i += 8) spread += load<f64>(product + i) * load<f64>(x + i);
  if (!(spread >= 0 && spread < 1e12 && trace > 0 && trace < 1e9)) return false;
  const per = f64x2.splat(1.0 / (1.0 + spread));
  for (let i: usize = 0; i < SPAN; i += 16) {
    v128.store(gain + i, f64x2.mul(v128.load(product + i), per));
  }
  shrink(at, gain, trace < prior * <f64>FEATURES ? 1.0 / forgetting : 1.0);
  return true;
}

/** product = P x; returns the trace. */
function multiply(at: usize, x: usize): f64 {
  memory.fill(product, 0, SPAN);
  let row = at;
  let trace: f64 = 0;
  for (let i: usize = 0; i < SPAN; i += 16) {
    const width = i + 16;
    const lower = row + width;
    const first = f64x2.splat(load<f64>(x + i));
    const second = f64x2.splat(load<f64>(x + i + 8));
    let upSum = f64x2.splat(0);
    let lowSum = f64x2.splat(0);
    for (let j: usize = 0; j < i; j += 16) {
      const a = v128.load(row + j);
      const b = v128.load(lower + j);
      const other = v128.load(x + j);
      upSum = f64x2.add(upSum, f64x2.mul(a, other));
      lowSum = f64x2.add(lowSum, f64x2.mul(b, other));
      const across = f64x2.add(f64x2.mul(a, first), f64x2.mul(b, second));
      v128.store(product + j, f64x2.add(v128.load(product + j), across));
    }
    const own = v128.load(x + i);
    upSum = f64x2.add(upSum, f64x2.mul(v128.load(row + i), own));
    lowSum = f64x2.add(lowSum, f64x2.mul(v128.load(lower + i), own));
    const up = f64x2.extract_lane(upSum, 0) + f64x2.extract_lane(upSum, 1);
    const low = f64x2.extract_lane(lowSum, 0) + f64x2.extract_lane(lowSum, 1);
    store<f64>(product + i, load<f64>(product + i) + up);
    store<f64>(product + i + 8, load<f64>(product + i + 8) + low);
    trace += load<f64>(row + i) + load<f64>(lower + i + 8);
    row += width << 1;
  }
  return trace;
}

/** P = (P - gain product') grow. */
function shrink(at: usize, gain: usize, grow: f64): void {
  const grows = f64x2.splat(grow);
  let row = at;
  for (let i: usize = 0; i < SPAN; i += 16) {
    const width = i + 16;
    const lower = row + width;
    const first = f64x2.splat(load<f64>(gain + i));
    const second = f64x2.splat(load<f64>(gain + i + 8));
    for (let j: usize = 0; j < width; j += 16) {
      const other = v128.load(product + j);
      v128.store(row + j, f64x2.mul(f64x2.sub(v128.load(row + j), f64x2.mul(first, other)), grows));
      v128.store(lower + j, f64x2.mul(f64x2.sub(v128.load(lower + j), f64x2.mul(second, other)), grows));
    }
    row += width << 1;
  }
}
