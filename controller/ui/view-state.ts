/** All that the live view shows, plain data: the same state and size give the same text. */
export interface ViewState {
  /** What is played: `generated shop traffic`, a file's name. */
  readonly source: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly nowMs: number;
  /** How many times faster than real time it runs. */
  readonly speed: number;
  /** Telemetry exports received. */
  readonly exports: number;
  /** Equally spaced, oldest first; at least the last hours. */
  readonly samples: readonly Sample[];
  readonly sampleSeconds: number;
  readonly band: Band | undefined;
  /** Newest last. */
  readonly decisions: readonly DecisionLine[];
  readonly outcomes: readonly PolicyOutcome[];
}

/** One tick. Requests per second. */
export interface Sample {
  readonly demand: number;
  /** What the Ready pods carry inside the objective. */
  readonly capacity: number;
  /** The same of the policy beside it. */
  readonly rivalCapacity: number;
  /** Demand is above capacity. */
  readonly hot: boolean;
}

/** The forecast from now on, one entry per sample ahead; requests per second. */
export interface Band {
  readonly p50: readonly number[];
  readonly p99: readonly number[];
}

export interface DecisionLine {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly message: string;
}

/** One policy's figures so far. NaN: not known. */
export interface PolicyOutcome {
  readonly name: string;
  readonly podHours: number;
  readonly hotShare: number;
  readonly directionChanges: number;
  /** Beside the first policy's peer; NaN for the peer itself and while there was no rise. */
  readonly leadTimeGainedSeconds: number;
}
