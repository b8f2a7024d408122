/** What is played: one value per step, and where each step was in time. */
export interface Playable {
  /** NaN is missing. */
  readonly values: Float64Array;
  /** Unix ms of each step's begin; ascending, but not always at equal distances: rows may be played one after another. */
  readonly stampsMs: Float64Array;
  readonly stepSeconds: number;
  /** For people: the file or server it came from. */
  readonly source: string;
  /** undefined: steps are time, and what is absent is missing. */
  readonly rows?: Rows;
}

/** Rows are played one after another, as if there were no time between them. */
export interface Rows {
  readonly because: 'closing hours' | 'repeated stamps' | 'asked for';
  /** Rows from opening to closing. */
  readonly openRows?: number;
  /** What repeats: the opening, or the day where it is open for whole days. */
  readonly seasonRows?: number;
  /** Openings in most weeks. */
  readonly openingsPerWeek?: number;
  /** Steps in which it was closed, which are not played. */
  readonly closedSteps?: number;
}

/** A regular series: steps are time. */
export function timed(
  trace: { readonly startMs: number; readonly values: Float64Array },
  stepSeconds: number,
  source: string,
): Playable {
  const { startMs, values } = trace;
  const stampsMs = Float64Array.from(values, (_, step) => startMs + step * stepSeconds * 1000);
  return { values, stampsMs, stepSeconds, source };
}
