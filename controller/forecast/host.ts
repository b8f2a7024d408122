import type { Clock } from '../clock.ts';
import type { Forecaster, ForecastRequest } from '../ports.ts';
import { ANSWER_FIGURES, type BatchAnswer } from './batch.ts';
import type { Core } from './core.ts';
import { baseline } from './fallback/baseline.ts';
import { Feed, type Plan, type Portion } from './feed.ts';
import { readAnswer } from './figures.ts';
import type { Forecast } from './forecast.ts';
import { isPlausible } from './plausible.ts';
import { type FallbackReason, Quarantine } from './quarantine.ts';
import type { Season } from './season.ts';
import { type Look, type SeasonedRequest, Seasons } from './seasons.ts';
import { type LinkResult, WorkerLink } from './worker-link.ts';

export interface HostOptions {
  readonly core: Core;
  /** Measures the worker, so it is the system's clock also where the traffic is played on a virtual one. */
  readonly clock: Clock;
  /** For the whole batch of a tick. */
  readonly deadlineMs: number;
  /** Known steps before the core's answer counts. */
  readonly minKnownSteps: number;
  /** Most steps of history in the message of a tick, and in one between ticks, over all workloads. */
  readonly tickSteps: number;
  readonly catchUpSteps: number;
  readonly historySeasons: number;
  readonly heapMb: number;
  readonly worker: URL;
  /** Told of every failure, with the workload it is about if it is about one. */
  readonly onFailure: (reason: FallbackReason, message: string, workload?: string) => void;
  /** Told when another season, or a reason for the same, was found in a workload's history. */
  readonly onSeason: (workload: string, season: Season, stepSeconds: number) => void;
}

export interface ForecasterStats {
  /** SHA-256 of the module that runs; undefined when none does. */
  readonly digest: string | undefined;
  readonly answers: Readonly<Record<Forecast['source'], number>>;
  readonly fallbacks: Readonly<Record<FallbackReason, number>>;
  /** Workers replaced because they hung or died. */
  readonly restarts: number;
  /** Series in the worker, workloads whose history is still being caught up with, and ones kept away from the core. */
  readonly series: number;
  readonly behind: number;
  readonly quarantined: number;
  readonly lastBatchMs: number;
}

type Outcome = { readonly forecast: Forecast } | { readonly reason: FallbackReason };

/** The whole worker, in the quarantine: no workload key is empty. */
const WORKER = '';

/** Of the work of a tick, what may go into looking for seasons. */
const LOOKS_SHARE = 4;

/** Runs the core for all workloads in a worker, within a deadline, and answers by the baselines where it does not. */
export class ForecastHost implements Forecaster {
  readonly #options: HostOptions;
  readonly #link: WorkerLink | undefined;
  readonly #feed: Feed;
  readonly #seasons: Seasons;
  readonly #quarantine = new Quarantine();
  readonly #answers = { champion: 0, seasonal: 0, conservative: 0 };
  readonly #fallbacks: Record<FallbackReason, number> = {
    ModelTrapped: 0,
    ModelTimedOut: 0,
    ModelNotFinite: 0,
    ModelImplausible: 0,
    ModelDigestMismatch: 0,
    ModelWarmingUp: 0,
  };
  #behind = new Map<string, SeasonedRequest>();
  #turn: Promise<unknown> = Promise.resolve();
  #lastBatchMs = Number.NaN;
  #consumedSteps = 0;
  #catchingUp = false;
  #closed = false;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#feed = new Feed(options);
    this.#seasons = new Seasons(options.onSeason);
    const { core } = options;
    if (core.kind === 'ready') this.#link = new WorkerLink({ ...options, module: core.module });
    else options.onFailure('ModelDigestMismatch', core.message);
  }

  stats(): ForecasterStats {
    const { core, clock } = this.#options;
    return {
      digest: core.kind === 'ready' ? core.digest : undefined,
      answers: { ...this.#answers },
      fallbacks: { ...this.#fallbacks },
      restarts: this.#link?.restarts ?? 0,
      series: this.#feed.size,
      behind: this.#behind.size,
      quarantined: this.#quarantine.count(clock.monotonicMs()),
      lastBatchMs: this.#lastBatchMs,
    };
  }

  async advance(requests: readonly ForecastRequest[]): Promise<readonly Forecast[]> {
    const seasoned = requests.map((request) => this.#seasons.seasoned(request));
    const { tickSteps } = this.#options;
    const outcomes = await this.#inTurn(() => this.#ask(seasoned, tickSteps, true));
    this.#catchUp();
    return seasoned.map((request) => this.#settle(request, outcomes.get(request.workload)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#behind.clear();
    await this.#link?.close();
    await this.#turn;
  }

  /** One exchange with the worker at a time. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  #settle(request: SeasonedRequest, outcome: Outcome = { reason: 'ModelWarmingUp' }): Forecast {
    const forecast = 'forecast' in outcome ? outcome.forecast : baseline(request, outcome.reason);
    this.#answers[forecast.source]++;
    if ('reason' in outcome) this.#fallbacks[outcome.reason]++;
    return forecast;
  }

  /** What the core says, or why it does not, by workload; a workload that is left out is still being caught up with. */
  async #ask(
    requests: readonly SeasonedRequest[],
    steps: number,
    mayLook: boolean,
  ): Promise<ReadonlyMap<string, Outcome>> {
    const outcomes = new Map<string, Outcome>();
    const { clock } = this.#options;
    const link = this.#link;
    if (!link) return all(requests, { reason: 'ModelDigestMismatch' });
    if (this.#closed) return all(requests, { reason: 'ModelWarmingUp' });
    const nowMs = clock.monotonicMs();
    const resting = this.#quarantine.holds(WORKER, nowMs);
    if (resting) return all(requests, { reason: resting });

    const admitted: SeasonedRequest[] = [];
    for (const request of requests) {
      const reason = this.#quarantine.holds(request.workload, nowMs);
      if (reason) outcomes.set(request.workload, { reason });
      else admitted.push(request);
    }
    const newestMs = requests.reduce((newest, { originMs }) => Math.max(newest, originMs), 0);
    for (const workload of this.#feed.prune(newestMs)) {
      this.#behind.delete(workload);
      this.#quarantine.succeeded(workload);
      this.#seasons.forget(workload);
    }
    const looks = mayLook ? this.#seasons.due(admitted, steps / LOOKS_SHARE) : [];
    const plan = this.#feed.plan(admitted, steps, looks);
    const result = await link.send(plan.batch, this.#options.deadlineMs);
    this.#lastBatchMs = clock.monotonicMs() - nowMs;
    this.#take(plan, result, outcomes);
    this.#noteBehind(admitted, result.kind === 'answered' ? plan.portions : []);
    return outcomes;
  }

  /** Whoever was not sent to the end is caught up with after the tick; whoever failed has its turn in the next. */
  #noteBehind(admitted: readonly SeasonedRequest[], sent: readonly Portion[]): void {
    const done = new Set(sent.filter(({ complete }) => complete).map(({ request }) => request));
    for (const request of admitted) {
      if (done.has(request)) this.#behind.delete(request.workload);
      else this.#behind.set(request.workload, request);
    }
  }

  #take(plan: Plan, result: LinkResult, outcomes: Map<string, Outcome>): void {
    if (result.kind === 'answered') {
      this.#quarantine.succeeded(WORKER);
      for (const [index, portion] of plan.portions.entries()) {
        outcomes.set(portion.request.workload, this.#judge(portion, result.answer, index));
      }
      for (const [index, look] of plan.looks.entries()) {
        this.#hear(look, result.answer, plan.portions.length + index);
      }
      return;
    }
    if (result.kind === 'starting') {
      for (const { request } of plan.portions) outcomes.set(request.workload, { reason: 'ModelWarmingUp' });
      return;
    }
    const reason = result.kind === 'timedOut' ? 'ModelTimedOut' : 'ModelTrapped';
    this.#feed.lost();
    const look = plan.looks[result.item - plan.portions.length];
    const culprit = (plan.portions[result.item] ?? look)?.request.workload;
    if (look) this.#seasons.failed(look);
    else this.#quarantine.failed(culprit ?? WORKER, reason, this.#options.clock.monotonicMs());
    this.#options.onFailure(reason, result.message, culprit);
    for (const { request } of plan.portions) outcomes.set(request.workload, { reason });
  }

  /** What a search found; one that failed costs nobody his forecast. */
  #hear(look: Look, answer: BatchAnswer, index: number): void {
    const outcome = answer.outcomes[index];
    if (outcome?.kind === 'searched') {
      this.#seasons.looked(look, outcome.detection);
      return;
    }
    this.#seasons.failed(look);
    const message = outcome?.kind === 'failed' ? outcome.message : 'no answer for this workload';
    this.#options.onFailure('ModelTrapped', `the search for the season: ${message}`, look.request.workload);
  }

  /** One workload's part of an answer; whatever is wrong with it concerns that workload only. */
  #judge(portion: Portion, answer: BatchAnswer, index: number): Outcome {
    const outcome = answer.outcomes[index];
    const { workload, originMs, stepSeconds, season } = portion.request;
    if (outcome?.kind !== 'answered') {
      const message = outcome?.kind === 'failed' ? outcome.message : 'no answer for this workload';
      return this.#fail(portion, 'ModelTrapped', message);
    }
    const read = readAnswer(answer.figures, index * ANSWER_FIGURES);
    if (!read) return this.#fail(portion, 'ModelNotFinite', 'NaN, infinite, negative or disordered figures');
    if (!isPlausible(read, portion.highestRps)) {
      return this.#fail(portion, 'ModelImplausible', 'more than 100 times the highest rate ever seen');
    }
    this.#quarantine.succeeded(workload);
    this.#consumedSteps += portion.rates.length;
    // a series that has seen nothing yet starts again next time: its history may still be loading
    if (outcome.known > 0) this.#feed.consumed(portion);
    else this.#feed.failed(portion);
    const { core, minKnownSteps } = this.#options;
    if (!portion.complete || outcome.known < minKnownSteps) return { reason: 'ModelWarmingUp' };
    const model = core.kind === 'ready' ? core.digest : '';
    return { forecast: { originMs, stepSeconds, source: 'champion', model, season, ...read } };
  }

  #fail(portion: Portion, reason: FallbackReason, message: string): Outcome {
    const { workload } = portion.request;
    this.#feed.failed(portion);
    this.#quarantine.failed(workload, reason, this.#options.clock.monotonicMs());
    this.#options.onFailure(reason, message, workload);
    return { reason };
  }

  /**
   * Between ticks, long histories are consumed piece by piece; a tick that comes meanwhile waits for one piece at most.
   * Stops when a piece brought nothing forward: the next tick tries again.
   */
  #catchUp(): void {
    if (this.#catchingUp || this.#behind.size === 0 || this.#closed) return;
    this.#catchingUp = true;
    const before = this.#consumedSteps;
    const piece = () => this.#ask([...this.#behind.values()], this.#options.catchUpSteps, false);
    void this.#inTurn(piece).then(() => {
      this.#catchingUp = false;
      if (this.#consumedSteps > before) this.#catchUp();
    });
  }
}

function all(requests: readonly SeasonedRequest[], outcome: Outcome): ReadonlyMap<string, Outcome> {
  return new Map(requests.map(({ workload }) => [workload, outcome]));
}
