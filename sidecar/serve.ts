import type { DiagLogger } from '@opentelemetry/api';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { Clock, Random } from './clock.ts';
import type { Config } from './config.ts';
import { Exports } from './export.ts';
import { markAlive } from './health.ts';
import type { Log } from './log.ts';
import { StateLog } from './log.ts';
import { SignalProducer } from './producer.ts';
import { ScrapeError, scrape } from './scrape.ts';
import { Shape } from './shape.ts';
import { resourceAttributes } from './signals.ts';
import type { Candidate } from './source.ts';
import { candidatesOf, Source } from './source.ts';
import { bearerFrom } from './token.ts';

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Aborts when the sidecar is to stop. */
  readonly stop: AbortSignal;
  /** Called after each turn, to free memory. */
  readonly tidy?: () => void;
  /** How long the last export may take; default 3 s, less than any grace period of a pod. */
  readonly farewellMs?: number;
}

const FAREWELL_MS = 3_000;

const SHORTEST_DEADLINE_MS = 800;

/** Scrapes and exports until told to stop, then once more. Never throws for what a proxy or a receiver does. */
export async function serve(config: Config, surroundings: Surroundings): Promise<void> {
  const { clock, stop, log, tidy } = surroundings;
  const cycle = new Cycle(config, surroundings);
  log('info', 'started', {
    endpoints: config.endpoints.map(({ url }) => url.href),
    intervalMs: config.intervalMs,
  });
  await cycle.begin();
  let dueMs = clock.monotonicMs();
  while (!stop.aborted) {
    await cycle.turn();
    tidy?.();
    // Turns keep their rhythm; those that a slow one ran over are left out.
    const nowMs = clock.monotonicMs();
    dueMs += config.intervalMs * Math.max(1, Math.ceil((nowMs - dueMs) / config.intervalMs));
    await clock.sleep(dueMs - nowMs, stop);
  }
  await cycle.end(surroundings.farewellMs ?? FAREWELL_MS);
  log('info', 'stopped');
}

class Cycle {
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #states: StateLog;
  readonly #source: Source;
  readonly #exports: Exports;
  readonly #startMs: number;
  #outlet: { readonly shape: Shape; readonly producer: SignalProducer } | undefined;
  #scrapeFailures = 0;

  constructor(config: Config, { clock, random, log }: Surroundings) {
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    this.#states = new StateLog(log);
    this.#startMs = clock.wallMs();
    this.#source = new Source(candidatesOf(config.dialects, config.scrapeUrl), config.selection, scrape);
    const states = this.#states;
    const headers = bearerFrom(config.tokenFile, (message) => states.bad('token', message));
    this.#exports = new Exports(config.endpoints, { clock, random, states, headers });
    diag.setLogger(warningsTo(states), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  }

  /** Waits for the first look-up of names, but not for long. */
  async begin(): Promise<void> {
    await Promise.race([this.#exports.refresh(), this.#clock.sleep(2_000)]);
  }

  async turn(): Promise<void> {
    try {
      const deadlineMs = Math.max(SHORTEST_DEADLINE_MS, this.#config.intervalMs * 0.8);
      const increments = await this.#source.read(deadlineMs, () => this.#clock.monotonicMs());
      this.#states.good('scrape', 'works');
      const { shape, producer } = this.#outletFor(this.#source.found);
      const now = { wallMs: this.#clock.wallMs(), monotonicMs: this.#clock.monotonicMs() };
      producer.update(shape.add(increments, now), {
        startMs: this.#startMs,
        scrapeFailures: this.#scrapeFailures,
        exportsDropped: this.#exports.dropped,
      });
      this.#exports.offer((await producer.collect()).resourceMetrics);
    } catch (error) {
      if (!(error instanceof ScrapeError)) throw error;
      // A gap: nothing is exported, for nothing is known. Zero would be a claim.
      this.#scrapeFailures++;
      this.#states.bad('scrape', error.message);
    }
    this.#markAlive();
  }

  async end(farewellMs: number): Promise<void> {
    await this.turn();
    await this.#exports.drain(farewellMs);
  }

  #outletFor(found: Candidate | undefined) {
    if (this.#outlet || !found) return this.#outlet ?? unreachable();
    const { dialect, url } = found;
    this.#log('info', `reading ${dialect.name} at ${url.origin}${url.pathname}`);
    const resource = resourceFromAttributes({
      ...this.#config.resource,
      [resourceAttributes.proxy]: dialect.name,
      [resourceAttributes.latencyUntil]: dialect.latency.until,
      [resourceAttributes.countedAt]: dialect.arrivals ? 'arrival' : 'completion',
    });
    this.#outlet = { shape: new Shape(dialect), producer: new SignalProducer(resource) };
    return this.#outlet;
  }

  #markAlive(): void {
    const { stateFile } = this.#config;
    try {
      const proxy = this.#source.found?.dialect.name ?? null;
      markAlive(stateFile, {
        proxy,
        scrapeFailures: this.#scrapeFailures,
        exportsDropped: this.#exports.dropped,
      });
      this.#states.good('state file', 'written');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#states.bad('state file', `${reason}; mount an emptyDir there or set --state-file`);
    }
  }
}

function unreachable(): never {
  throw new Error('a source that was read has been found');
}

/** A partial success is not sent again, as OTLP demands; it is said once. */
function warningsTo(states: StateLog): DiagLogger {
  const say = (message: string, ...details: unknown[]): void =>
    states.bad('otlp', [message, ...details.map(String)].join(' '));
  const hush = (): void => {};
  return { error: say, warn: say, info: hush, debug: hush, verbose: hush };
}
