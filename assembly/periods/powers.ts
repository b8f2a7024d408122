import { scale } from './weigh';

/** The shortest period that is looked for, in steps. */
export const SHORTEST: i32 = 4;

/** Mean square of the untouched history at the scale of SHORTEST x 2^i .. 2^(i+1) steps. */
const powers = memory.data(32 * 8);

function place(period: i32): usize {
  let octave = 0;
  while (SHORTEST << (octave + 1) <= period) octave++;
  return powers + ((<usize>octave) << 3);
}

/** The greatest of them. */
export let greatest: f64 = 0;

/** Measures them all. */
export function measurePowers(history: usize, count: i32): void {
  greatest = 0;
  for (let low = SHORTEST; 2 * low <= count; low <<= 1) {
    const power = scale(history, count, low);
    store<f64>(place(low), power);
    greatest = max(greatest, power);
  }
}

/** How much varied at the scale of `period` before any period was taken away. */
export function powerAt(period: i32): f64 {
  return load<f64>(place(period));
}
