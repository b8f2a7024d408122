import test from 'ava';
import { kernel } from '../kernel.ts';

/** The worked examples of the kernels' comments. */
const source = `
import { logOf, expFour } from './assembly/logarithm';
import { curveOf, rateOf, putCode, codeAt } from './assembly/curve';
import { covarianceOpen, covarianceTake, COVARIANCE_BYTES, FEATURES } from './assembly/covariance';
import { regretCharge, regretWeigh } from './assembly/ensemble/regret';
import { nodesFind, shareNow } from './assembly/ensemble/blocks';
import { sums } from './assembly/lanes';

const P = memory.data(8192);
const x = memory.data(1024);
const k = memory.data(1024);
const table = memory.data(1024);
const out = memory.data(1024);

export function log(v: f64): f64 { return logOf(v); }
export function exp(v: f64): f64 { return <f64>f32x4.extract_lane(expFour(f32x4.splat(<f32>v)), 2); }
export function curve(y: f64, c: f64): f64 { return curveOf(y, c); }
export function rate(z: f64, c: f64): f64 { return rateOf(z, c); }
export function coded(z: f64): f64 { putCode(out, z); return codeAt(out); }
export function features(): i32 { return FEATURES; }
export function begin(prior: f64): void { covarianceOpen(P, prior); }
export function put(i: i32, v: f64): void { store<f64>(x + (<usize>i << 3), v); }
export function take(prior: f64, forgetting: f64): bool { return covarianceTake(P, x, k, prior, forgetting); }
export function gain(i: i32): f64 { return load<f64>(k + (<usize>i << 3)); }
export function corner(): f64 { return load<f64>(P); }
export function fill(i: i32, v: f64): void { store<f32>(table + (<usize>i << 2), <f32>v); }
export function charge(error: f64, beta: f64): void {
  regretCharge(table, 4, out, <f32>error, <f32>beta, 1);
}
export function weigh(i: i32): f64 { regretWeigh(table, 4, 3, out); return <f64>load<f32>(out + (<usize>i << 2)); }
export function pull(i: i32, v: f64): void { store<f32>(out + (<usize>i << 2), <f32>v); }
export function cell(i: i32): f64 { return <f64>load<f32>(table + (<usize>i << 2)); }
export function place(season: i32, slot: i32): f64 { nodesFind(season, 48, slot); return shareNow(); }
export function total(i: i32): f64 {
  v128.store(out, sums(f32x4(1, 2, 3, 4), f32x4.splat(0), f32x4.splat(1), f32x4.splat(2)));
  return <f64>load<f32>(out + (<usize>i << 2));
}
`;
const call = await kernel(source);

const near = (a: number, b: number, by: number): boolean => Math.abs(a - b) <= by;

test('log 10 = 2.302585092994 and exp 1 = 2.718282, and both agree with the machine over their ranges', (t) => {
  t.true(near(call('log', 10), Math.LN10, 1e-12));
  t.true(near(call('exp', 1), Math.E, 1e-6));
  for (let step = -200; step <= 200; step++) {
    const x = step / 6;
    t.true(near(call('exp', x) / Math.exp(x), 1, 2e-7 + 6e-8 * Math.abs(x)), `exp ${x}`);
    t.true(near(call('log', Math.exp(x)), x, 1e-13 * Math.max(1, Math.abs(x))), `log of e^${x}`);
  }
});

test('four vectors are summed each by itself', (t) => {
  t.deepEqual(
    [0, 1, 2, 3].map((i) => call('total', i)),
    [10, 0, 4, 8],
  );
});

test('on the curve of mean 10 the rates 0, 10 and 100 are 0, .597 and 1.311, and come back', (t) => {
  t.is(call('curve', 0, 10), 0);
  t.true(near(call('curve', 10, 10), 0.597, 5e-4));
  t.true(near(call('curve', 100, 10), 1.311, 5e-4));
  for (const rate of [0.01, 1, 37, 1e6])
    t.true(near(call('rate', call('curve', rate, 10), 10) / rate, 1, 2e-6));
});

test('sixteen bits keep a rate to a twentieth of a per cent', (t) => {
  for (const rate of [1, 10, 100, 1e5]) {
    const back = call('rate', call('coded', call('curve', rate, 10)), 10);
    t.true(Math.abs(back - rate) <= 0.0005 * (rate + 2), `${rate} comes back as ${back}`);
  }
});

test('with P = 3 I and x = (1, 0, ...) the gain is .75, and P shrinks to .75', (t) => {
  call('begin', 3);
  for (let i = 0; i < call('features'); i++) call('put', i, i === 0 ? 1 : 0);
  t.is(call('take', 3, 1), 1);
  t.is(call('gain', 0), 0.75);
  t.is(call('gain', 1), 0);
  t.is(call('corner'), 0.75);
});

test('the packed covariance gives the gains that a full one gives', (t) => {
  const size = call('features');
  const full: number[][] = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? 3 : 0)),
  );
  call('begin', 3);
  for (let step = 0; step < 60; step++) {
    const x = Array.from({ length: size }, (_, i) => Math.sin(step * (i + 1) * 0.37) + (i === 0 ? 0.2 : 0));
    const product = full.map((row) => row.reduce((sum, p, j) => sum + p * (x[j] ?? 0), 0));
    const spread = 1 + product.reduce((sum, p, i) => sum + p * (x[i] ?? 0), 0);
    const trace = full.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
    const grow = trace < 3 * size ? 1 / 0.999 : 1;
    for (const [i, row] of full.entries()) {
      for (const [j, p] of row.entries())
        row[j] = (p - ((product[i] ?? 0) * (product[j] ?? 0)) / spread) * grow;
    }
    for (const [i, value] of x.entries()) call('put', i, value);
    t.is(call('take', 3, 0.999), 1);
    for (const [i, p] of product.entries())
      t.true(near(call('gain', i), p / spread, 1e-9), `step ${step}, ${i}`);
  }
});

test('a covariance that is none is refused', (t) => {
  call('begin', Number.NaN);
  t.is(call('take', 3, 0.999), 0);
});

test('regrets 3, 1, -2 with squares 5, 0, 9 weigh 1/3, 2/3 and 0', (t) => {
  for (const [i, v] of [3, 1, -2, 0, 5, 0, 9, 0, 1].entries()) call('fill', i, v);
  t.true(near(call('weigh', 0), 1 / 3, 1e-6));
  t.true(near(call('weigh', 1), 2 / 3, 1e-6));
  t.is(call('weigh', 2), 0);
});

test('when nobody has a regret above 0 the greatest speaks alone', (t) => {
  for (const [i, v] of [-3, -1, -2, 0, 5, 0, 9, 0, 1].entries()) call('fill', i, v);
  t.deepEqual(
    [0, 1, 2].map((i) => call('weigh', i)),
    [0, 1, 0],
  );
});

test('a charge fades what was and adds the pull in mean errors, bounded', (t) => {
  for (const [i, v] of [2, 0, 0, 0, 1, 0, 0, 0, 0.2].entries()) call('fill', i, v);
  for (const [i, v] of [0.05, -0.1, 1e9, 0].entries()) call('pull', i, v);
  call('charge', 0.2, 0.5);
  t.true(near(call('cell', 0), 2 * 0.5 + 0.25, 1e-6));
  t.true(near(call('cell', 4), 1 * 0.5 + 0.0625, 1e-6));
  t.true(near(call('cell', 1), -0.5, 1e-6));
  t.is(call('cell', 2), 1000);
});

test('slot 29 of 1,440 lies halfway between the middles of the first two of 48 blocks', (t) => {
  t.true(near(call('place', 1440, 29), 0.4833, 1e-4));
});
