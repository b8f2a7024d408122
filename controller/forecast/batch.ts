import type { MessagePort } from 'node:worker_threads';
import { type Detection, FIGURES, LEADS, PEAK_STEPS } from '../../assembly/pkg/forecaster.js';
import type { Told } from './told.ts';

/** Figures per workload in an answer: the leads' first, then the peaks'. */
export const LEAD_FIGURES = LEADS * FIGURES;
export const ANSWER_FIGURES = LEAD_FIGURES + PEAK_STEPS.length * FIGURES;

/** One workload's part of a batch. */
export interface Item {
  /** The host's number for the workload's series. */
  readonly series: number;
  /** How many of the batch's rates are this item's, in order. */
  readonly count: number;
  /** Start (again) with an empty series of these periods; week 0: none. */
  readonly open?: { readonly seasonSteps: number; readonly weekSteps: number };
  /** What the calendar says of these steps. */
  readonly told?: Told;
  /** No series at all: the rates, of steps of so many seconds, are searched for their periods. */
  readonly searchStepSeconds?: number;
}

/** All workloads of one tick in one message; `rates` is transferred. */
export interface Batch {
  readonly id: number;
  readonly items: readonly Item[];
  readonly rates: Float64Array<ArrayBuffer>;
  /** Series that nobody asks for any more. */
  readonly closed: readonly number[];
}

export type ItemOutcome =
  | { readonly kind: 'answered'; readonly known: number }
  | { readonly kind: 'searched'; readonly detection: Detection }
  | { readonly kind: 'failed'; readonly message: string };

/** `figures` is transferred; ANSWER_FIGURES per item, in the batch's order. */
export interface BatchAnswer {
  readonly id: number;
  readonly outcomes: readonly ItemOutcome[];
  readonly figures: Float64Array<ArrayBuffer>;
}

/** What a worker starts with. */
export interface WorkerSeed {
  readonly module: unknown;
  /** One Int32: the index of the item in work, so that a hang can be laid at somebody's door. */
  readonly progress: SharedArrayBuffer;
  readonly port: MessagePort;
}
