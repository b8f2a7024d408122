/**
 * Logarithm and exponential from + - * / only, so that every machine gives the same bits.
 *
 *   log x = e ln 2 + 2 (s + s^3/3 + s^5/5 + ...),  x = m 2^e with m in (sqrt(1/2), sqrt 2],  s = (m - 1) / (m + 1)
 *   exp x = 2^n (1 + r + r^2/2! + ...),            n = round(x / ln 2),  r = x - n ln 2,  |r| <= ln 2 / 2
 *
 * (Abramowitz and Stegun 4.1.27 and 4.2.1.) |s| <= .172 and |r| <= .347, so nine and eight terms leave a relative
 * error below 1e-14 and, in f32, 2e-7 + 6e-8 |x|. Worked example: log 10 = 2.302585092994, exp 1 = 2.718282.
 */
const LN2: f64 = 0.6931471805599453;
/** ln 2 in two parts, the first of 9 bits, so that n times it is exact. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.1219444e-4;
const PER_LN2: f32 = 1.4426950408889634;

/** Of a positive normal number. */
export function logOf(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let exponent = <f64>(<i32>(bits >> 52) - 1023);
  let mantissa = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const q = s * s;
  let sum: f64 = 1.0 / 17.0;
  for (let k: f64 = 15; k > 0; k -= 2) sum = sum * q + 1.0 / k;
  return exponent * LN2 + 2 * s * sum;
}

/** Of four numbers at once, each within +-80. */
export function expFour(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(PER_LN2)));
  const rough = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  const r = f32x4.sub(rough, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let sum = f32x4.splat(1.0 / 5040.0);
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 720.0));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 120.0));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 24.0));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 6.0));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  const power = i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127));
  return f32x4.mul(sum, i32x4.shl(power, 23));
}
