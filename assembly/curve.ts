import { expFour, logOf } from './logarithm';

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

/** Rates of four z at once, which may lie outside 0 .. 12. */
export function ratesOf(z: v128, centre: f32): v128 {
  const inside = f32x4.min(f32x4.max(z, f32x4.splat(0)), f32x4.splat(<f32>TOP_CURVE));
  const power = expFour(f32x4.mul(inside, f32x4.splat(3)));
  return f32x4.mul(f32x4.sub(power, f32x4.splat(1)), f32x4.splat(<f32>OFFSET * centre));
}

export function rateOf(z: f64, centre: f64): f64 {
  return <f64>f32x4.extract_lane(ratesOf(f32x4.splat(<f32>z), <f32>centre), 0);
}

/** How fast the rate rises with z: y' = 3 (y + .2 c). */
export function slopesAt(rates: v128, centre: f32): v128 {
  return f32x4.mul(f32x4.add(rates, f32x4.splat(<f32>OFFSET * centre)), f32x4.splat(3));
}

/** Four z as codes, in the lower half. */
export function codesOf(z: v128): v128 {
  const inside = f32x4.min(f32x4.max(z, f32x4.splat(0)), f32x4.splat(<f32>TOP_CURVE));
  const code = f32x4.add(f32x4.mul(inside, f32x4.splat(<f32>(1.0 / PER_CODE))), f32x4.splat(0.5));
  const whole = i32x4.trunc_sat_f32x4_s(code);
  return i16x8.narrow_i32x4_u(whole, whole);
}

/** The z of four codes. */
export function fourCodes(at: usize): v128 {
  return f32x4.mul(f32x4.convert_i32x4_u(v128.load16x4_u(at)), f32x4.splat(<f32>PER_CODE));
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
