import { expPair, logOf } from './logarithm';

/**
 * The scale on which the experts work, so that a burst counts for what it is in proportion and quiet hours do not
 * become noise: z = log(1 + y / (.2 c)) / 3, c the mean rate. An error of the rate grows with its level, a rate near zero
 * is still one (Box and Cox 1964 give the family). Worked example: c = 10: y = 0, 10, 100 give z = 0, .597, 1.311.
 *
 * Kept in 16 bits as code = z 65535 / 12: steps of .06 % of the rate.
 */
const OFFSET: f64 = 0.2;
export const TOP_CURVE: f64 = 12;
export const PER_CODE: f64 = 12.0 / 65535.0;

export function curveOf(rate: f64, centre: f64): f64 {
  return min(logOf(1 + rate / (OFFSET * centre)) * (1.0 / 3.0), TOP_CURVE);
}

/** Rates of two z at once, which may lie outside 0 .. 12. */
export function ratePair(z: v128, centre: f64): v128 {
  const inside = f64x2.min(f64x2.max(z, f64x2.splat(0)), f64x2.splat(TOP_CURVE));
  const power = expPair(f64x2.mul(inside, f64x2.splat(3)));
  return f64x2.mul(f64x2.sub(power, f64x2.splat(1)), f64x2.splat(OFFSET * centre));
}

export function rateOf(z: f64, centre: f64): f64 {
  return f64x2.extract_lane(ratePair(f64x2.splat(z), centre), 0);
}

/** How fast the rate rises with z: y' = 3 (y + .2 c). */
export function slopeAt(rate: f64, centre: f64): f64 {
  return 3 * (rate + OFFSET * centre);
}

export function putCode(at: usize, z: f64): void {
  store<u16>(at, <u16>(<i32>(min(max(z, 0), TOP_CURVE) * (1.0 / PER_CODE) + 0.5)));
}

export function codeAt(at: usize): f64 {
  return <f64>load<u16>(at) * PER_CODE;
}

/** The same rate's z after the centre has moved. */
export function recurve(z: f64, from: f64, to: f64): f64 {
  return curveOf(rateOf(z, from), to);
}

export function recode(codes: usize, count: u32, from: f64, to: f64): void {
  for (let i: u32 = 0; i < count; i++) {
    const at = codes + ((<usize>i) << 1);
    putCode(at, recurve(codeAt(at), from, to));
  }
}
