/*
 * Plain JavaScript without imports, as it is also run by Nodes that strip no types and by a browser.
 */

/** Integers from integer arithmetic only, so that the input is the same on every machine: a ramped day, bursts, gaps. */
export function load(step) {
  const phase = step % 96;
  const ramp = phase < 48 ? phase : 96 - phase;
  const noise = (Math.imul(step + 1, 2_654_435_761) >>> 0) % 17;
  if (step % 211 > 205) return Number.NaN;
  return 40 + ramp * 3 + noise + (step % 384 < 6 ? 300 : 0);
}

export const STEPS = 2_000;

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Per model, the SHA-256 of every bit of every answer over the stream; and that of the periods found in it.
 *
 * @param {typeof import('../../assembly/pkg/forecaster.js')} glue
 * @param {Uint8Array} wasm
 * @returns {Promise<Record<string, string>>}
 */
export async function digests({ Forecaster, FIGURES, LEADS, MODELS, PEAK_STEPS }, wasm) {
  const rows = LEADS + PEAK_STEPS.length;
  const result = {};
  for (const model of MODELS) {
    const forecaster = new Forecaster(wasm);
    const handle = forecaster.open(96, 672, model);
    const answers = new Float64Array(STEPS * rows * FIGURES);
    for (let step = 0; step < STEPS; step++) {
      forecaster.push(handle, load(step));
      answers.set(forecaster.forecast(handle), step * rows * FIGURES);
      answers.set(forecaster.peaks(handle), (step * rows + LEADS) * FIGURES);
    }
    result[model] = await sha256(answers);
  }
  const stream = Float64Array.from({ length: STEPS }, (_, step) => load(step));
  const periods = new Forecaster(wasm).detect(stream, 900);
  result.periods = await sha256(new TextEncoder().encode(JSON.stringify(periods)));
  return result;
}
