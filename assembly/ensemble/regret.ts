import { lanes } from '../lanes';

/**
 * A table of regrets: who of K should be listened to. ML-Poly (Gaillard, Stoltz and van Erven 2014, theorem 5) on the
 * absolute error made linear at the mixture f; f_j what expert j said, z what came:
 *
 *   rho_j = slope sign(f - z) (f - f_j),   q_j = rho_j / (mean slope |f - z|), within +-1000
 *   R_j = beta R_j + q_j,   V_j = beta V_j + q_j^2,   weight_j ~ max(R_j, 0) / (1 + V_j)
 *
 * When no R is above 0 the greatest alone speaks. An expert gains by pulling the mixture the right way, not by being
 * right alone: experts that err in opposite ways are both kept, copies of one another share. Worked example: R = 3, 1, -2
 * and V = 5, 0, 9 weigh 1/3, 2/3, 0.
 *
 * Table: R, V (`width` f32 each, a multiple of 4), the mean error. Worked with in f32; q is bounded so that it stays finite.
 */
const START: f32 = 10;
const MOST: f32 = 1000;
const SLOWEST: f32 = 0.002;

export function regretBytes(width: usize): usize {
  return (width << 3) + 16;
}

export function regretOpen(table: usize, width: usize, experts: i32): void {
  for (let expert: usize = 0; expert < <usize>experts; expert++) {
    store<f32>(table + (expert << 2), START / <f32>experts);
    store<f32>(table + ((width + expert) << 2), START);
  }
}

/** `pulls`: rho of each; `error`: slope |f - z|; `young`: 1 / (steps so far). */
export function regretCharge(
  table: usize,
  width: usize,
  pulls: usize,
  error: f32,
  beta: f32,
  young: f32,
): void {
  const meanAt = table + (width << 3);
  const old = load<f32>(meanAt);
  const mean = old == 0 ? error : old + max(SLOWEST, young) * (error - old);
  store<f32>(meanAt, mean);
  const per = f32x4.splat(<f32>1 / (mean + <f32>1e-12));
  const most = f32x4.splat(MOST);
  const fade = f32x4.splat(beta);
  for (let i: usize = 0; i < width << 2; i += 16) {
    const q = f32x4.max(f32x4.min(f32x4.mul(v128.load(pulls + i), per), most), f32x4.neg(most));
    const regret = table + i;
    const square = regret + (width << 2);
    v128.store(regret, f32x4.add(f32x4.mul(v128.load(regret), fade), q));
    v128.store(square, f32x4.add(f32x4.mul(v128.load(square), fade), f32x4.mul(q, q)));
  }
}

/** Writes the weights of the first `experts`, the rest 0. */
export function regretWeigh(table: usize, width: usize, experts: i32, out: usize): void {
  let all = f32x4.splat(0);
  for (let i: usize = 0; i < width << 2; i += 16) {
    const gain = f32x4.max(v128.load(table + i), f32x4.splat(0));
    const one = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(experts - <i32>(i >> 2)));
    const weight = v128.and(
      one,
      f32x4.div(gain, f32x4.add(v128.load(table + i + (width << 2)), f32x4.splat(1))),
    );
    all = f32x4.add(all, weight);
    v128.store(out + i, weight);
  }
  const sum = lanes(all);
  if (!(sum > 1e-12)) return alone(table, width, experts, out);
  const per = f32x4.splat(1 / sum);
  for (let i: usize = 0; i < width << 2; i += 16) v128.store(out + i, f32x4.mul(v128.load(out + i), per));
}

function alone(table: usize, width: usize, experts: i32, out: usize): void {
  let best: usize = 0;
  const end = (<usize>experts) << 2;
  for (let i: usize = 0; i < width << 2; i += 4) {
    store<f32>(out + i, 0);
    if (i < end && load<f32>(table + i) > load<f32>(table + best)) best = i;
  }
  store<f32>(out + best, 1);
}
