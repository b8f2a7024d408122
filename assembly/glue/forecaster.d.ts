export declare const ABI: number;
export declare const LEADS: number;
/** mean, p50, p90, p95, p99. */
export declare const FIGURES: number;
export declare const WATCHED_LEADS: readonly number[];
export declare const PEAK_STEPS: readonly number[];
/** The candidates; the same names are taken by open. */
export type ModelName =
  | 'ensemble'
  | 'ensemble-small'
  | 'naive'
  | 'seasonal-naive'
  | 'ets'
  | 'theta'
  | 'arima'
  | 'ridge'
  | 'trees';
export declare const MODEL_NUMBERS: Readonly<Record<ModelName, number>>;
export declare const MODELS: readonly ModelName[];
/** Whom the ensemble asks; the first eight are those the small one asks. */
export declare const EXPERTS: readonly string[];
export declare const FUNCTIONS: readonly string[];

export declare const MOST_SEARCHED: number;
/** `clock`: an hour, its parts and its multiples. `harmonic`: half or a third of another, part of that one's shape. */
export type PeriodKind = 'other' | 'day' | 'week' | 'clock' | 'harmonic';
export declare const PERIOD_KINDS: readonly PeriodKind[];

export interface Period {
  readonly steps: number;
  /** 0..1: how much of what varies at its scale it explains. */
  readonly strength: number;
  readonly kind: PeriodKind;
}

/** What a history repeats after. */
export interface Detection {
  /** The season that models should use; where nothing was found the day, and 0 when the step is not known either. */
  readonly seasonSteps: number;
  /** A longer period beside it, the week of a day for one; 0: none. */
  readonly longerSteps: number;
  /** In the order they were found in, which is roughly the strongest first. Empty: nothing repeats that can be told from noise. */
  readonly periods: readonly Period[];
}

/** What is known of the step that is pushed next, each of it optional. */
export interface CalendarTold {
  /** Its number by local clocks, from any midnight on: it says where in its season the step lies. NaN: not known. */
  readonly localStep?: number;
  /** What its day and the one after it are: 0 not known, 1 workday, 2 weekend, 3 holiday. */
  readonly today?: number;
  readonly tomorrow?: number;
  /** Intensities of the step and of the LEADS after it: > 0 of an event, < 0 of a release, 0 or NaN of none; within 16. */
  readonly events?: Float64Array;
}

declare const compiled: unique symbol;

/** A WebAssembly.Module; may be sent to another thread. */
export interface CompiledModule {
  readonly [compiled]: true;
}

/** Throws a WebAssembly.CompileError for bytes that are not WebAssembly. Runs nothing. */
export declare function compile(bytes: Uint8Array): CompiledModule;

/** Why a compiled module is not a forecaster, or undefined when it is one by its imports and exports. */
export declare function mismatch(module: CompiledModule): string | undefined;

export interface ExpertScore {
  readonly expert: string;
  readonly leads: readonly {
    readonly lead: number;
    /** Requests per second, averaged with a half-life of one season. */
    readonly meanAbsoluteError: number;
    /** 0..1, summing to 1 over the experts; 1 for the answer itself, the last row. */
    readonly weight: number;
  }[];
}

/** One instance with its own memory, for many series. A trap surfaces as WebAssembly.RuntimeError. */
export declare class Forecaster {
  /** Throws a TypeError for a module with other imports, exports or ABI. */
  constructor(moduleOrBytes: CompiledModule | Uint8Array);
  /** A handle (> 0), or 0 when the periods are refused (2..100,000; week above season) or memory is at its limit. */
  open(seasonSteps: number, weekSteps?: number, model?: ModelName): number;
  close(handle: number): void;
  /** One step's rate, NaN when missing. 1: counted, 0: missing or impossible, -1: no such handle. */
  push(handle: number, value: number): number;
  /** How many of the values were counted, or -1. */
  pushMany(handle: number, values: Float64Array): number;
  /** Before the push that it is about. 1: taken, -1: no such handle. Throws a RangeError for another number of events. */
  calendar(handle: number, told: CalendarTold): number;
  /** LEADS x FIGURES; finite, >= 0, p50..p99 ascending. Throws a RangeError for a handle that is not open. */
  forecast(handle: number, into?: Float64Array): Float64Array;
  /** PEAK_STEPS.length x FIGURES, of the maximum over the next steps. */
  peaks(handle: number, into?: Float64Array): Float64Array;
  /**
   * Which periods `values` (oldest first, NaN missing; the newest MOST_SEARCHED count) repeat after. `stepSeconds` 0: not
   * known, and no period is then expected before another. Touches no series.
   */
  detect(values: Float64Array, stepSeconds?: number): Detection;
  score(handle: number): readonly ExpertScore[];
  /** Bytes of one series and of its snapshot. */
  bytes(handle: number): number;
  counts(handle: number): { readonly steps: number; readonly known: number; readonly rejected: number };
  snapshot(handle: number): Uint8Array<ArrayBuffer>;
  /**
   * False when the bytes are no snapshot of a series with this handle's model, season and week. Bytes of another length
   * change nothing; damaged ones leave the series empty.
   */
  restore(handle: number, bytes: Uint8Array): boolean;
  memoryBytes(): number;
}
