import type { Forecaster } from '../../assembly/pkg/forecaster.js';
import { type Closings, closingsOf } from '../backtest/closings.ts';
import type { Progress } from '../backtest/evaluation.ts';
import { type Playable, type Rows, timed } from '../backtest/playable.ts';
import { givenSeason, type SeasonSpan, seasonFinder, seasonSpans } from '../backtest/season.ts';
import type { Trace } from '../series/trace.ts';
import { type CsvRows, MOST_STEPS, onGrid } from '../store/csv.ts';
import { loadRows, loadTrace } from '../store/trace.ts';
import type { BacktestOptions } from './backtest-options.ts';
import { BadInput } from './bad-input.ts';
import type { Io } from './io.ts';
import { onStep, readServer, type SourceParts } from './source-trace.ts';

/** The core takes a value above this for impossible. */
const MOST_VALUE = 1e12;

/** Reads what is to be played, and decides whether its steps are time or rows. */
export async function readPlayable(options: BacktestOptions, io: Io, parts: SourceParts): Promise<Playable> {
  const playable = await read(options, io, parts);
  check(playable, options);
  return playable;
}

async function read(options: BacktestOptions, io: Io, parts: SourceParts): Promise<Playable> {
  const { source, gaps } = options;
  if (source.kind === 'server') {
    return ofTrace(await readServer(source, options.stepSeconds, io, parts), options);
  }
  if (gaps === 'missing') return ofTrace(await loadTrace(source.file), options);
  const rows = await loadRows(source.file);
  if (gaps === 'closed') return ofRows(rows, options, 'asked for');
  if (rows.repeatedLine !== undefined) return ofRows(rows, options, 'repeated stamps');
  return ofTrace(gridOf(rows, source.file), options);
}

function gridOf(rows: CsvRows, file: string): Trace {
  try {
    return onGrid(rows, file);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    throw new BadInput(`${error.message}; or --gaps closed, which plays the rows as they follow one another`);
  }
}

/** Rows as they follow one another; what closing hours there are is still looked for, because it gives the season. */
function ofRows(rows: CsvRows, { source, stepSeconds }: BacktestOptions, because: Rows['because']): Playable {
  const file = source.kind === 'file' ? source.file : source.url;
  if (stepSeconds !== undefined && stepSeconds !== rows.stepSeconds) {
    const why =
      because === 'asked for'
        ? '--gaps closed plays'
        : `the stamp of line ${rows.repeatedLine} repeats, which plays`;
    throw new BadInput(
      `${file}: ${why} the rows as they are, ${rows.stepSeconds} s each; --step-seconds must be left out`,
    );
  }
  const stampsMs = Float64Array.from(rows.stampsMs);
  const stepMs = rows.stepSeconds * 1000;
  const at = Int32Array.from(stampsMs, (stampMs) => Math.round((stampMs - (stampsMs[0] ?? 0)) / stepMs));
  const closings = rows.repeatedLine === undefined ? closingsOf(at, rows.stepSeconds) : undefined;
  const values = Float64Array.from(rows.values);
  const found = closings === undefined ? {} : foundIn(closings);
  return { values, stampsMs, stepSeconds: rows.stepSeconds, source: file, rows: { because, ...found } };
}

/** Time, or the rows between closing hours where these are regular and the season asked for is one of rows. */
function ofTrace(given: Trace, { stepSeconds, season, gaps, source }: BacktestOptions): Playable {
  const trace = onStep(given, stepSeconds);
  const playable = timed(trace, trace.stepSeconds, trace.source);
  const { values, stampsMs } = playable;
  if (gaps === 'missing') return playable;
  const known = Int32Array.from(values.keys()).filter((step) => !Number.isNaN(values[step] ?? Number.NaN));
  if (gaps === 'closed' && source.kind === 'server') return only(playable, known, { because: 'asked for' });
  const closings = closingsOf(known, trace.stepSeconds);
  if (!closings || (season !== 'auto' && season % closings.seasonRows !== 0)) return playable;
  const closedSteps = values.length - closings.steps.length;
  return {
    ...only({ ...playable, values, stampsMs }, closings.steps, { because: 'closing hours' }),
    rows: { because: 'closing hours', ...foundIn(closings), closedSteps },
  };
}

function only(playable: Playable, steps: Int32Array, rows: Rows): Playable {
  const values = Float64Array.from(steps, (step) => playable.values[step] ?? Number.NaN);
  const stampsMs = Float64Array.from(
    steps,
    (step) => (playable.stampsMs[0] ?? 0) + step * playable.stepSeconds * 1000,
  );
  return { ...playable, values, stampsMs, rows };
}

function foundIn({ openSteps, seasonRows, openingsPerWeek }: Closings) {
  return { openRows: openSteps, seasonRows, openingsPerWeek };
}

function check({ values, source }: Playable, { leads, season }: BacktestOptions): void {
  if (values.length > MOST_STEPS) {
    throw new BadInput(`${source}: there are ${values.length} rows; there must be at most ${MOST_STEPS}`);
  }
  const known = values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  if (known < 2 * leads) {
    throw new BadInput(
      `${source}: there are ${known} known values; there must be at least ${2 * leads}, twice --leads, which may be smaller`,
    );
  }
  if (values.some((value) => value > MOST_VALUE)) {
    throw new BadInput(
      `${source}: there is a value above ${MOST_VALUE}, which is no load; values must be at most that`,
    );
  }
  if (season !== 'auto' && season >= values.length) {
    throw new BadInput(
      `--season ${season} must be shorter than the history, which is ${values.length} steps long; or let it be auto`,
    );
  }
}

/** The season that was asked for, that of the openings, or what is found in the past of each moment. */
export function* seasonsOf(
  { values, stepSeconds, rows }: Playable,
  { season }: Pick<BacktestOptions, 'season'>,
  core: Pick<Forecaster, 'detect'>,
): Generator<Progress, readonly SeasonSpan[]> {
  if (rows?.openingsPerWeek !== undefined && (season === 'auto' || season === rows.seasonRows)) {
    const seasonSteps = rows.seasonRows ?? 0;
    const weekSteps = rows.openingsPerWeek > 1 ? rows.openingsPerWeek * seasonSteps : 0;
    return [
      {
        fromStep: 0,
        seasonSteps,
        weekSteps,
        how: season === 'auto' ? 'of the openings' : 'given',
        found: [],
      },
    ];
  }
  if (season !== 'auto') return givenSeason(season, stepSeconds);
  // where closed hours are left out, a day has no length in rows
  const timed = rows?.because !== 'asked for';
  const looking = seasonSpans(values, stepSeconds, seasonFinder(core, timed ? stepSeconds : undefined));
  for (;;) {
    const { done, value } = looking.next();
    if (done) return value;
    yield { label: 'seasons', share: value };
  }
}
