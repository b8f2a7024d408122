import { createHash } from 'node:crypto';
import asc from 'assemblyscript/asc';
import { ABI } from '../../assembly/pkg/forecaster.js';

/** Values that make the crafted module misbehave; any other value is simply what it forecasts. */
export const bad = {
  trap: 666,
  hang: 667,
  notANumber: 668,
  growToTheLimit: 669,
  recurse: 671,
  negative: 672,
  disorder: 673,
  infinite: 674,
  outOfBounds: 675,
  absurd: 676,
} as const;

/** A season of this many steps is refused by the crafted module's open. */
export const REFUSED_SEASON = 13;

/** Speaks the forecaster's ABI: forecasts the last value, finds the first as the season, and does what `bad` says. */
const source = `
const last = memory.data(8 * 4096);
const out = memory.data(8 * 256);
const inbox = memory.data(8 * 4096);
let handles: i32 = 0;
let sink: i32 = 0;
export function abi(): i32 { return ABI_VERSION; }
export function open(model: i32, season: i32, week: i32): i32 { return season == ${REFUSED_SEASON} ? 0 : ++handles; }
export function close(handle: i32): void {}
function recurse(depth: i32): i32 { return depth == -1 ? 0 : recurse(depth + 1) + load<i32>(out) + 1; }
export function push(handle: i32, value: f64): i32 {
  store<f64>(last + (handle << 3), value);
  if (value == ${bad.trap}) unreachable();
  if (value == ${bad.hang}) while (true) { store<i32>(out, sink++); }
  if (value == ${bad.growToTheLimit}) { while (memory.grow(1) >= 0) {} unreachable(); }
  if (value == ${bad.recurse}) sink = recurse(0);
  return 1;
}
export function pushMany(handle: i32, at: usize, count: i32): i32 {
  for (let i = 0; i < count; i++) push(handle, load<f64>(at + (i << 3)));
  return count;
}
function figures(handle: i32, rows: i32): usize {
  const value = load<f64>(last + (handle << 3));
  for (let i = 0; i < rows * 5; i++) store<f64>(out + (i << 3), value);
  if (value == ${bad.notANumber}) store<f64>(out + 72, NaN);
  if (value == ${bad.negative}) store<f64>(out + 40, -1);
  if (value == ${bad.disorder}) store<f64>(out + 16, value * 2);
  if (value == ${bad.infinite}) store<f64>(out + 32, Infinity);
  if (value == ${bad.absurd}) store<f64>(out + 32, 1e12);
  return value == ${bad.outOfBounds} ? 0x7ffffff8 : out;
}
export function forecast(handle: i32): usize { return figures(handle, 30); }
export function peaks(handle: i32): usize { return figures(handle, 6); }
export function score(handle: i32): usize { return out; }
export function bytes(handle: i32): i32 { return 8; }
export function steps(handle: i32): i32 { return 1000; }
export function known(handle: i32): i32 { return 1000; }
export function rejected(handle: i32): i32 { return 0; }
export function snapshot(handle: i32): usize { return out; }
export function target(handle: i32): usize { return out; }
export function restore(handle: i32): i32 { return 1; }
export function calendar(handle: i32, localStep: f64, today: i32, tomorrow: i32, events: usize): i32 { return 1; }
export function staging(count: i32): usize { return inbox; }
export function detect(at: usize, count: i32, stepSeconds: f64): usize {
  const first = count > 0 ? load<f64>(at) : 0;
  if (first == ${bad.trap}) unreachable();
  if (first == ${bad.hang}) while (true) { store<i32>(out, sink++); }
  store<f64>(out, 1);
  store<f64>(out + 8, first);
  store<f64>(out + 16, 0);
  store<f64>(out + 24, first);
  store<f64>(out + 32, 0.5);
  store<f64>(out + 40, 0);
  return out;
}
`;

export interface Crafted {
  readonly bytes: Uint8Array;
  readonly expectedDigest: string;
}

async function compiled(text: string): Promise<Crafted> {
  let bytes: Uint8Array | undefined;
  const flags = ['--runtime', 'stub', '-O1', '--use', 'abort=', '--maximumMemory', '32'];
  const { error, stderr } = await asc.main(['index.ts', '--outFile', 'index.wasm', ...flags], {
    readFile: (path) => (path === 'index.ts' ? text : null),
    writeFile: (path, content) => {
      if (path === 'index.wasm' && typeof content !== 'string') bytes = content;
    },
    listFiles: () => [],
  });
  if (error || !bytes) throw new Error(stderr.toString());
  return signed(bytes);
}

/** Bytes with their true digest, so that only what is inside them is put to the test. */
export function signed(bytes: Uint8Array): Crafted {
  return { bytes, expectedDigest: createHash('sha256').update(bytes).digest('hex') };
}

export const misbehaving = (): Promise<Crafted> => compiled(source.replace('ABI_VERSION', String(ABI)));
export const ofAnotherAbi = (): Promise<Crafted> => compiled(source.replace('ABI_VERSION', String(ABI + 1)));
/** Three of the exports only. */
export const incomplete = (): Promise<Crafted> =>
  compiled('export function abi(): i32 { return 1; } export function open(): i32 { return 1; }');
/** One import; otherwise nothing. */
export const importing = (): Promise<Crafted> =>
  compiled(
    '@external("env", "now") declare function now(): f64; export function abi(): i32 { return <i32>now(); }',
  );
