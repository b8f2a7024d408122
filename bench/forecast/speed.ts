import {
  type CompiledModule,
  FIGURES,
  Forecaster,
  LEADS,
  type ModelName,
  PEAK_STEPS,
} from '../../assembly/pkg/forecaster.js';

/** What one update costs, and what a series takes. */
export interface Cost {
  readonly model: ModelName;
  readonly seasonSteps: number;
  readonly weekSteps: number;
  readonly series: number;
  /** One step taken in, with its 30 leads, its peaks and their quantiles; medians of the samples. */
  readonly updateMicroseconds: number;
  /** The same with all figures copied out to JavaScript. */
  readonly readMicroseconds: number;
  readonly bytes: number;
}

const SAMPLES = 5;
/** Different places of the season that the resident series are at, so that no work that falls due once a season comes at once. */
const PHASES = 16;

/** A day-like load with noise from integer arithmetic; the same on every machine. */
export function load(step: number, seasonSteps: number): number {
  const noise = (Math.imul(step + 1, 2_654_435_761) >>> 0) / 2 ** 32;
  return (50 + 30 * Math.sin((2 * Math.PI * step) / seasonSteps)) * (0.8 + 0.4 * noise);
}

/**
 * Every series has two seasons and more behind it: one is played and copied at PHASES places of its third season. One
 * series stays in the processor's cache; 2,000 show what a controller really pays.
 */
export function costOf(
  module: CompiledModule,
  { model, seasonSteps, weekSteps, series }: Pick<Cost, 'model' | 'seasonSteps' | 'weekSteps' | 'series'>,
  steps: number,
): Cost {
  const core = new Forecaster(module);
  const handles = resident(core, { model, seasonSteps, weekSteps, series });
  const rounds = Math.ceil(steps / series);
  const leads = new Float64Array(LEADS * FIGURES);
  const peaks = new Float64Array(PEAK_STEPS.length * FIGURES);
  let step = 3 * seasonSteps;
  const play = (each: (handle: number, value: number) => void): void => {
    for (let round = 0; round < rounds; round++) {
      const value = load(step++, seasonSteps);
      for (const handle of handles) each(handle, value);
    }
  };
  const perUpdate = (each: (handle: number, value: number) => void): number =>
    (1e6 * medianSeconds(() => play(each))) / (rounds * series);
  return {
    model,
    seasonSteps,
    weekSteps,
    series,
    updateMicroseconds: perUpdate((handle, value) => core.push(handle, value)),
    readMicroseconds: perUpdate((handle, value) => {
      core.push(handle, value);
      core.forecast(handle, leads);
      core.peaks(handle, peaks);
    }),
    bytes: core.bytes(handles[0] ?? 0),
  };
}

function resident(
  core: Forecaster,
  { model, seasonSteps, weekSteps, series }: Pick<Cost, 'model' | 'seasonSteps' | 'weekSteps' | 'series'>,
): readonly number[] {
  const open = (): number => {
    const handle = core.open(seasonSteps, weekSteps, model);
    if (handle === 0)
      throw new Error(`the core has no room for ${series} series of ${model}, season ${seasonSteps}`);
    return handle;
  };
  const first = open();
  const values = Float64Array.from({ length: 3 * seasonSteps }, (_, step) => load(step, seasonSteps));
  let fed = 2 * seasonSteps;
  core.pushMany(first, values.subarray(0, fed));
  if (series === 1) return [first];
  const snapshots = Array.from({ length: PHASES }, (_, phase) => {
    const until = 2 * seasonSteps + Math.floor(((phase + 1) * seasonSteps) / PHASES);
    core.pushMany(first, values.subarray(fed, until));
    fed = until;
    return core.snapshot(first);
  });
  const copies = Array.from({ length: series - 1 }, (_, index) => {
    const handle = open();
    const snapshot = snapshots[index % PHASES];
    if (!snapshot || !core.restore(handle, snapshot)) throw new Error('the core refuses its own snapshot');
    return handle;
  });
  return [first, ...copies];
}

/** Of processor time: what else runs on the machine is not counted, the collector's threads are. */
export function medianSeconds(run: () => void): number {
  const seconds = Array.from({ length: SAMPLES }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  }).sort((a, b) => a - b);
  return seconds[SAMPLES >> 1] ?? Number.NaN;
}
