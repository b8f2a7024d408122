import type { Batch, Item } from './batch.ts';
import { highestOf } from './plausible.ts';
import { ratesOf } from './rates.ts';
import type { Look, SeasonedRequest } from './seasons.ts';
import { toldOf } from './told.ts';

export interface FeedOptions {
  /** Most seasons of history a series starts with. */
  readonly historySeasons: number;
}

/** What one workload contributes to a batch, and where its series stands once that is consumed. */
export interface Portion {
  readonly request: SeasonedRequest;
  readonly item: Item;
  readonly rates: Float64Array;
  /** Of all that the series has seen, this portion included. */
  readonly highestRps: number;
  readonly consumedMs: number;
  /** The newest step is in this portion. */
  readonly complete: boolean;
}

export interface Plan {
  readonly batch: Batch;
  readonly portions: readonly Portion[];
  /** After the portions, in the batch. */
  readonly looks: readonly Look[];
}

interface Series {
  readonly number: number;
  readonly stepSeconds: number;
  readonly seasonSteps: number;
  readonly weekSteps: number;
  readonly calendarKey: string | undefined;
  /** End of the newest step the worker's series holds. */
  readonly consumedMs: number;
  readonly highestRps: number;
}

/** So few steps go whatever the budget: keeping up costs less than falling behind. */
const FREE_STEPS = 8;
/** A workload nobody asked about for an hour of data time gives its series back. */
const FORGET_MS = 3_600_000;

/**
 * Knows how far the worker's series of each workload are, and takes from the rings what is new. A series starts again from
 * all the history there is when the step, the season or the calendar changed, when time went back, or when the gap is longer than
 * that history.
 */
export class Feed {
  readonly #options: FeedOptions;
  #series = new Map<string, Series>();
  #asked = new Map<string, number>();
  #closed: number[] = [];
  #next = 1;
  #batches = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /**
   * The portions that fit into `steps` over all workloads; a few new steps of a workload that is up to date always do. A
   * request left out is behind and comes again.
   */
  plan(requests: readonly SeasonedRequest[], steps: number, looks: readonly Look[] = []): Plan {
    let budget = steps;
    const portions: Portion[] = [];
    for (const request of requests) {
      this.#asked.set(request.workload, request.originMs);
      const portion = this.#portion(request, budget);
      if (!portion) continue;
      budget -= portion.rates.length;
      portions.push(portion);
    }
    const closed = this.#closed;
    this.#closed = [];
    const items = [...portions.map(({ item }) => item), ...looks.map(searched)];
    const rates = joined([...portions, ...looks]);
    return { batch: { id: ++this.#batches, items, rates, closed }, portions, looks };
  }

  #portion(request: SeasonedRequest, budget: number): Portion | undefined {
    const stepMs = request.stepSeconds * 1000;
    const known = this.#series.get(request.workload);
    const goesOn = known !== undefined && continues(known, request, this.#longest(request));
    if (!goesOn && budget <= 0) return undefined;
    const all = goesOn
      ? exactly(ratesOf(request, known.consumedMs), (request.originMs - known.consumedMs) / stepMs)
      : ratesOf(request, Number.NEGATIVE_INFINITY).slice(-this.#longest(request));
    const count = Math.min(all.length, Math.max(budget, FREE_STEPS));
    const number = goesOn ? known.number : this.#next++;
    if (known && !goesOn) this.#forget(request.workload);
    const { seasonSteps, weekSteps } = request.season;
    const open = goesOn ? {} : { open: { seasonSteps, weekSteps } };
    const consumedMs = request.originMs - (all.length - count) * stepMs;
    const told = toldOf(request, consumedMs - count * stepMs, count, goesOn);
    const rates = all.subarray(0, count);
    return {
      request,
      item: { series: number, count, ...open, ...(told ? { told } : {}) },
      rates,
      highestRps: highestOf(rates, goesOn ? known.highestRps : 0),
      consumedMs,
      complete: count === all.length,
    };
  }

  #longest({ season }: SeasonedRequest): number {
    return Math.max(season.seasonSteps, 1440) * this.#options.historySeasons;
  }

  /** The worker has consumed the portion. */
  consumed({ request, item, consumedMs, highestRps }: Portion): void {
    const { workload, stepSeconds, season, calendar } = request;
    const { seasonSteps, weekSteps } = season;
    const calendarKey = calendar?.key;
    this.#series.set(workload, {
      ...{ number: item.series, stepSeconds, seasonSteps, weekSteps },
      ...{ calendarKey, consumedMs, highestRps },
    });
  }

  /** The series of this portion failed: it starts again from history. */
  failed({ request, item }: Portion): void {
    this.#series.delete(request.workload);
    this.#closed.push(item.series);
  }

  /** The worker is a new one and has no series. */
  lost(): void {
    this.#series = new Map();
    this.#closed = [];
  }

  /** Gives back the series of workloads that nobody asks about any more. */
  prune(nowOriginMs: number): readonly string[] {
    const gone = [...this.#asked].filter(([, askedMs]) => askedMs < nowOriginMs - FORGET_MS);
    for (const [workload] of gone) {
      this.#asked.delete(workload);
      this.#forget(workload);
    }
    return gone.map(([workload]) => workload);
  }

  #forget(workload: string): void {
    const series = this.#series.get(workload);
    if (!series) return;
    this.#series.delete(workload);
    this.#closed.push(series.number);
  }

  get size(): number {
    return this.#series.size;
  }
}

function continues(series: Series, request: SeasonedRequest, longest: number): boolean {
  const steps = (request.originMs - series.consumedMs) / (request.stepSeconds * 1000);
  return (
    series.stepSeconds === request.stepSeconds &&
    series.seasonSteps === request.season.seasonSteps &&
    series.weekSteps === request.season.weekSteps &&
    series.calendarKey === request.calendar?.key &&
    Number.isInteger(steps) &&
    steps >= 0 &&
    steps <= longest
  );
}

/** No series has the number 0. */
function searched({ request, rates }: Look): Item {
  return { series: 0, count: rates.length, searchStepSeconds: request.stepSeconds };
}

/** The newest `count` rates; steps the ring no longer has are missing, in front. */
function exactly(rates: Float64Array, count: number): Float64Array {
  if (rates.length >= count) return rates.subarray(rates.length - count);
  const padded = new Float64Array(count).fill(Number.NaN);
  padded.set(rates, count - rates.length);
  return padded;
}

function joined(portions: readonly { readonly rates: Float64Array }[]): Float64Array<ArrayBuffer> {
  const all = new Float64Array(portions.reduce((sum, { rates }) => sum + rates.length, 0));
  let at = 0;
  for (const { rates } of portions) {
    all.set(rates, at);
    at += rates.length;
  }
  return all;
}
