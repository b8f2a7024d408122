import { readFileSync } from 'node:fs';
import { Forecaster } from '../assembly/pkg/forecaster.js';

/**
 * Cost of the forecaster's core: one new step and all 30 leads and 6 peaks with their quantiles, and bytes per series.
 * `node bench/forecast-core.ts`. One series stays in the processor's cache; 500 show what a controller really pays.
 */
const wasm = readFileSync(new URL('../assembly/pkg/forecaster_bg.wasm', import.meta.url));

interface Row {
  readonly season: number;
  readonly week: number;
  readonly series: number;
}

const rows: readonly Row[] = [
  { season: 60, week: 0, series: 1 },
  { season: 1_440, week: 10_080, series: 1 },
  { season: 5_760, week: 40_320, series: 1 },
  { season: 1_440, week: 10_080, series: 500 },
  { season: 5_760, week: 40_320, series: 500 },
];

function microsecondsPerStep({ season, week, series }: Row): { us: number; bytes: number } {
  const core = new Forecaster(wasm);
  const handles = Array.from({ length: series }, () => core.open(season, week));
  const history = Float64Array.from({ length: series > 1 ? 200 : season * 2 }, (_, step) =>
    rate(step, season),
  );
  for (const handle of handles) core.pushMany(handle, history);
  const rounds = Math.ceil(100_000 / series);
  const samples: number[] = [];
  for (let sample = 0; sample < 5; sample++) {
    const startedMs = performance.now();
    for (let round = 0; round < rounds; round++) {
      const value = rate(history.length + round, season);
      for (const handle of handles) core.push(handle, value);
    }
    samples.push(((performance.now() - startedMs) * 1000) / rounds / series);
  }
  samples.sort((a, b) => a - b);
  return { us: samples[2] ?? Number.NaN, bytes: core.bytes(handles[0] ?? 0) };
}

function rate(step: number, season: number): number {
  return 50 + 30 * Math.sin((2 * Math.PI * step) / season) + ((step * 7919) % 17);
}

console.log(`module ${wasm.length} bytes; median of 5 samples of 100,000 steps`);
for (const row of rows) {
  const { us, bytes } = microsecondsPerStep(row);
  const { season, week, series } = row;
  console.log(
    `season ${season}, week ${week}, ${series} series: ${us.toFixed(2)} us per step with its 30 leads and 6 peaks, ${bytes} bytes`,
  );
}
