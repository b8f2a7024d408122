import { FIGURES, type Forecaster, LEADS } from '../../assembly/pkg/forecaster.js';
import type { Clock } from '../clock.ts';
import { placePoints, seasonalNaive } from './baseline.ts';
import { score, type Truth } from './score.ts';
import { type SeasonSpan, sameSeason } from './season.ts';
import { emptyTally, type Tally } from './tally.ts';

/** What a candidate is played with. */
export type Core = Pick<Forecaster, 'open' | 'close' | 'push' | 'pushMany' | 'forecast' | 'bytes'>;
export type ModelName = NonNullable<Parameters<Forecaster['open']>[2]>;

/** The trace, and where on it what is known and asked. */
export interface Ground extends Truth {
  /** Steps after which a forecast is made, ascending. */
  readonly origins: Int32Array;
  /** Ascending, the first from step 0. */
  readonly spans: readonly SeasonSpan[];
}

export interface Played {
  readonly model: ModelName;
  readonly tally: Tally;
  /** One step taken in, all leads and quantiles given out. */
  readonly microsecondsPerUpdate: number;
  readonly bytesPerSeries: number;
}

/** Told of every origin: its step, and where in `figures` what was said of its leads begins. Not to be kept. */
export type Watch = (step: number, figures: Float64Array, at: number) => void;

const ORIGINS_AT_ONCE = 64;
const STEPS_AT_ONCE = 4_096;
const WARM_UP_STEPS = 1_000;
const ROW = LEADS * FIGURES;

interface Series {
  handle: number;
  span: number;
  step: number;
  origin: number;
  elapsedMs: number;
}

/**
 * Plays the trace through one model, step after step, and scores what it says after each origin. Yields the steps that
 * are done, often, so that who drives it can stop, show progress, or write what `watch` was told.
 * A series is opened anew, and fed all that was, when another season is known; that time does not count.
 */
export function* play(
  core: Core,
  model: ModelName,
  ground: Ground,
  { clock, watch }: { readonly clock: Pick<Clock, 'monotonicMs'>; readonly watch?: Watch | undefined },
): Generator<number, Played> {
  const { origins } = ground;
  const end = (origins.at(-1) ?? -1) + 1;
  const figures = new Float64Array(ORIGINS_AT_ONCE * ROW);
  const rows = Array.from({ length: ORIGINS_AT_ONCE }, (_, row) =>
    figures.subarray(row * ROW, (row + 1) * ROW),
  );
  const usual = new Float64Array(ground.leads);
  const tally = emptyTally(ground.leads);
  const series: Series = { handle: 0, span: -1, step: 0, origin: 0, elapsedMs: 0 };
  warmUp(core, model, ground);
  try {
    while (series.step < end) {
      reopen(core, model, ground, series);
      const first = series.origin;
      const season = ground.spans[series.span] as SeasonSpan;
      advance(core, ground, series, rows, end, clock);
      for (let origin = first; origin < series.origin; origin++) {
        const step = origins[origin] as number;
        const at = (origin - first) * ROW;
        seasonalNaive(ground.values, step, season, usual);
        if (model === 'naive') placePoints(figures, at, lastValue(ground, step));
        if (model === 'seasonal-naive') placePoints(figures, at, usual);
        score(ground, step, { usual, figures, at }, tally);
        watch?.(step, figures, at);
      }
      yield series.step;
    }
    const microsecondsPerUpdate = (series.elapsedMs * 1000) / Math.max(1, end);
    return { model, tally, microsecondsPerUpdate, bytesPerSeries: core.bytes(series.handle) };
  } finally {
    core.close(series.handle);
  }
}

/** An engine compiles what it has run a while: without this, who is played first would look slow. */
function warmUp(core: Core, model: ModelName, { values, spans: [span] }: Ground): void {
  if (!span) return;
  const handle = core.open(span.seasonSteps, span.weekSteps, model);
  core.pushMany(handle, values.subarray(0, WARM_UP_STEPS));
  core.close(handle);
}

/** At the begin of a span: a series with its season that knows the past. */
function reopen(core: Core, model: ModelName, { spans, values }: Ground, series: Series): void {
  const next = spans[series.span + 1];
  if (next?.fromStep !== series.step) return;
  const before = spans[series.span];
  series.span++;
  if (before && sameSeason(before, next)) return;
  core.close(series.handle);
  series.handle = core.open(next.seasonSteps, next.weekSteps, model);
  if (series.handle <= 0) {
    throw new RangeError(
      `the core has no room for ${model} with seasons of ${next.seasonSteps} and ${next.weekSteps} steps`,
    );
  }
  core.pushMany(series.handle, values.subarray(0, series.step));
}

/** Takes steps in until the rows are full, the span is over, or it has been long enough. */
function advance(
  core: Core,
  { values, origins, spans }: Ground,
  series: Series,
  rows: readonly Float64Array[],
  end: number,
  clock: Pick<Clock, 'monotonicMs'>,
): void {
  const startedMs = clock.monotonicMs();
  const { handle } = series;
  const until = Math.min(end, series.step + STEPS_AT_ONCE, spans[series.span + 1]?.fromStep ?? end);
  let filled = 0;
  while (series.step < until && filled < rows.length) {
    core.push(handle, values[series.step] as number);
    if (series.step === origins[series.origin]) {
      core.forecast(handle, rows[filled++] as Float64Array);
      series.origin++;
    }
    series.step++;
  }
  series.elapsedMs += clock.monotonicMs() - startedMs;
}

function lastValue({ values, leads }: Ground, step: number): Float64Array {
  return new Float64Array(leads).fill(values[step] as number);
}
