import type { Detection } from '../../assembly/pkg/forecaster.js';
import type { ForecastRequest } from '../ports.ts';
import { ratesOf } from './rates.ts';
import {
  assumedSeason,
  givenSeason,
  nextLookSeconds,
  SEARCHED_SECONDS,
  type Season,
  type Settled,
  seasonOf,
  settle,
} from './season.ts';

/** A request whose season is known, be it given, found or assumed. */
export interface SeasonedRequest extends ForecastRequest {
  readonly season: Season;
}

/** A workload's history that is to be searched for its periods. */
export interface Look {
  readonly request: SeasonedRequest;
  readonly rates: Float64Array;
}

interface Known extends Settled {
  readonly stepSeconds: number;
  readonly lookedMs: number;
  readonly nextLookMs: number;
}

/** Searching a step costs an eighth of feeding it to the models. */
const SEARCH_SHARE = 8;

/** Whose season is which, and whose history is to be looked at again. */
export class Seasons {
  readonly #known = new Map<string, Known>();
  readonly #onChange: (workload: string, season: Season, stepSeconds: number) => void;

  constructor(onChange: (workload: string, season: Season, stepSeconds: number) => void) {
    this.#onChange = onChange;
  }

  /** With the season that was given, or else the one that was found last. */
  seasoned(request: ForecastRequest): SeasonedRequest {
    const { seasonSteps, stepSeconds } = request;
    if (seasonSteps !== undefined) return { ...request, season: givenSeason(seasonSteps, stepSeconds) };
    return { ...request, season: this.#of(request)?.season ?? assumedSeason(stepSeconds) };
  }

  /** The looks that are due, as many as `steps` steps of feeding cost, and always one, so that each has its turn. */
  due(requests: readonly SeasonedRequest[], steps: number): readonly Look[] {
    const looks: Look[] = [];
    let budget = Math.max(1, steps) * SEARCH_SHARE;
    for (const request of requests) {
      if (budget <= 0) break;
      if (request.seasonSteps !== undefined || !this.#isDue(request)) continue;
      const rates = ratesOf(request, request.originMs - SEARCHED_SECONDS * 1000);
      if (nextLookSeconds(rates.length * request.stepSeconds) === 0) continue;
      looks.push({ request, rates });
      budget -= rates.length;
    }
    return looks;
  }

  looked(look: Look, detection: Detection): void {
    const { workload, stepSeconds, season } = look.request;
    const before = this.#of(look.request) ?? { season };
    const after = settle(before, seasonOf(detection, stepSeconds));
    this.#remember(look, after);
    const { seasonSteps, weekSteps, how } = before.season;
    const now = after.season;
    if (now.seasonSteps !== seasonSteps || now.weekSteps !== weekSteps || now.how !== how) {
      this.#onChange(workload, now, stepSeconds);
    }
  }

  /** The search failed: what holds goes on to hold until the next one. */
  failed(look: Look): void {
    this.#remember(look, this.#of(look.request) ?? { season: look.request.season });
  }

  forget(workload: string): void {
    this.#known.delete(workload);
  }

  #of({ workload, stepSeconds }: ForecastRequest): Known | undefined {
    const known = this.#known.get(workload);
    return known?.stepSeconds === stepSeconds ? known : undefined;
  }

  /** Also when time went back: what was found is of a future that did not come. */
  #isDue(request: ForecastRequest): boolean {
    const known = this.#of(request);
    return !known || request.originMs >= known.nextLookMs || request.originMs < known.lookedMs;
  }

  #remember({ request, rates }: Look, settled: Settled): void {
    const { workload, stepSeconds, originMs } = request;
    const nextLookMs = originMs + nextLookSeconds(rates.length * stepSeconds) * 1000;
    this.#known.set(workload, { ...settled, stepSeconds, lookedMs: originMs, nextLookMs });
  }
}
