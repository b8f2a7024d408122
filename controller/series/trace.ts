/** A regular series of means: value i is the mean over [startMs + i * step, startMs + (i + 1) * step). NaN is missing. */
export interface Trace {
  /** Unix ms. */
  readonly startMs: number;
  readonly stepSeconds: number;
  readonly values: Float64Array;
  /** For people: the file or server it came from. */
  readonly source: string;
}

/** Unix ms at which the last step ends. */
export function traceEndMs(trace: Trace): number {
  return trace.startMs + trace.values.length * trace.stepSeconds * 1000;
}
