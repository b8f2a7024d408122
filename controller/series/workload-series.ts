import { type GaugeTotal, WorkloadGauges } from './gauges.ts';
import { LatencyMerge } from './latency.ts';
import { boundOf, mergeRates } from './merge.ts';
import { type Fate, PodSeries, type PodStep } from './pod-series.ts';
import { type Findings, flagsOf, isMissing, StuckWatch } from './quality.ts';
import type { GaugeSignal, Report } from './report.ts';
import { RateRing } from './ring.ts';
import type { Step } from './step.ts';

export interface SeriesOptions {
  /** @default 15 */
  readonly stepSeconds?: number;
  /** How long after its end a step waits for exports on their way. @default 2000 */
  readonly graceMs?: number;
  /** Rates kept in memory. @default 5760, a day at 15 s */
  readonly ringSteps?: number;
}

/**
 * While the cluster cannot say which pods exist, one that is silent for longer is held to be gone. One that does exist
 * is made up for as long as it does: its sidecar is dead, its requests are not.
 */
const REPORTED_LATELY_MS = 300_000;
const FORGET_POD_MS = 600_000;
/** A pod that is Ready for longer and was never heard is silent, not idle: it serves, and nobody reads its proxy. */
const FIRST_WORD_MS = 60_000;
/** Whole steps kept for decisions: 16 minutes at 15 s. */
const RECENT_STEPS = 64;

/** One workload's telemetry: reports in, closed steps out. All times in and out are Unix ms of our own clock. */
export class WorkloadSeries {
  readonly stepMs: number;
  readonly #graceMs: number;
  readonly #ring: RateRing;
  readonly #pods = new Map<string, PodSeries>();
  readonly #latency = new LatencyMerge();
  readonly #stuck = new StuckWatch();
  readonly #gauges = new WorkloadGauges();
  readonly #count: (fate: Fate) => void;
  /** Pods that exist and were never heard, and since when they are waited for. */
  #unheard: ReadonlyMap<string, number> = new Map();
  #recent: Step[] = [];
  /** End of the newest closed step; undefined before the first report. */
  #closedUntilMs: number | undefined;
  #lastReceivedMs = -Infinity;

  constructor(options: SeriesOptions = {}, count: (fate: Fate) => void = () => {}) {
    this.stepMs = (options.stepSeconds ?? 15) * 1000;
    this.#graceMs = options.graceMs ?? 2_000;
    this.#ring = new RateRing(options.ringSteps ?? 5_760);
    this.#count = count;
  }

  /** Takes what a pod said. Cheap: nothing is computed before the step closes. */
  accept(report: Report): void {
    this.#begin(report.receivedAtMs);
    this.#lastReceivedMs = Math.max(this.#lastReceivedMs, report.receivedAtMs);
    let pod = this.#pods.get(report.podUid);
    if (pod === undefined) {
      pod = new PodSeries(report.podUid, this.stepMs);
      this.#pods.set(report.podUid, pod);
    }
    pod.accept(report, this.#closedUntilMs ?? 0, this.#count);
  }

  /** The first report opens the step it was received in; before it there are no steps, not even missing ones. */
  #begin(receivedAtMs: number): void {
    const stepStartMs = (Math.ceil(receivedAtMs / this.stepMs) - 1) * this.stepMs;
    const nothingClosed = this.#recent.length === 0;
    if (this.#closedUntilMs === undefined || (nothingClosed && stepStartMs < this.#closedUntilMs)) {
      this.#closedUntilMs = stepStartMs;
    }
  }

  /**
   * Closes every step that ended more than the grace before `nowMs`, oldest first; empty before the first report.
   * `expected`: uids of the pods that exist and are Ready, also those without a sidecar; undefined when the cluster
   * cannot say, and then every pod heard lately is held to exist.
   */
  close(nowMs: number, expected: readonly string[] | undefined): Step[] {
    if (this.#closedUntilMs === undefined) return [];
    if (this.#closedUntilMs - nowMs > 2 * this.stepMs) this.#rewind(nowMs);
    const closed: Step[] = [];
    const existing = expected === undefined ? undefined : new Set(expected);
    this.#await(expected ?? [], nowMs);
    const lastEndMs = Math.floor((nowMs - this.#graceMs) / this.stepMs) * this.stepMs;
    // after a very long sleep only as much as is kept anyway
    const firstEndMs =
      Math.max(this.#closedUntilMs, lastEndMs - RECENT_STEPS * 10 * this.stepMs) + this.stepMs;
    for (let endMs = firstEndMs; endMs <= lastEndMs; endMs += this.stepMs) {
      closed.push(this.#closeStep(endMs - this.stepMs, endMs, existing));
      this.#closedUntilMs = endMs;
    }
    if (closed.length > 0) {
      this.#recent = [...this.#recent, ...closed].slice(-RECENT_STEPS);
      this.#forgetPods(lastEndMs, existing);
    }
    return closed;
  }

  /**
   * Our own clock was set back: the steps it had run ahead to have not been yet, and waiting for it to come there again
   * would be silence for as long as it was wrong.
   */
  #rewind(nowMs: number): void {
    this.#closedUntilMs = Math.floor(nowMs / this.stepMs) * this.stepMs;
    this.#ring.truncate(this.#closedUntilMs / this.stepMs);
    this.#recent = this.#recent.filter((step) => step.startMs < nowMs - this.stepMs);
    this.#pods.clear();
    this.#unheard = new Map();
    this.#gauges.clear();
  }

  #await(expected: readonly string[], nowMs: number): void {
    const unheard = expected.filter((uid) => !this.#pods.has(uid));
    this.#unheard = new Map(unheard.map((uid) => [uid, this.#unheard.get(uid) ?? nowMs]));
  }

  #closeStep(startMs: number, endMs: number, existing: ReadonlySet<string> | undefined): Step {
    const speaking: PodSeries[] = [];
    const gauges: PodStep['gauges'][] = [];
    const seen = { reporting: 0, silent: 0, rejected: false, reset: false, late: false };
    for (const pod of this.#pods.values()) {
      const exists = existing?.has(pod.uid) ?? pod.lastReceivedMs > endMs - REPORTED_LATELY_MS;
      const step = pod.close(startMs, endMs, !exists);
      seen.rejected ||= step.rejected;
      seen.reset ||= step.reset;
      seen.late ||= step.late;
      if (exists) gauges.push(step.gauges);
      if (Number.isFinite(step.rate)) speaking.push(pod);
      else if (exists) seen.silent++;
    }
    for (const sinceMs of this.#unheard.values()) if (endMs - sinceMs >= FIRST_WORD_MS) seen.silent++;
    seen.reporting = speaking.length;
    this.#gauges.close(endMs, gauges, existing?.size ?? gauges.length);
    const rates = Float64Array.from(speaking, (pod) => pod.step.rate);
    const ascending = rates.slice().sort();
    const { rps, bounded } = mergeRates(rates, seen.silent);
    seen.rejected ||= bounded > 0;
    const known = isMissing(seen) ? Number.NaN : rps;
    this.#ring.set(startMs / this.stepMs, known);
    const latency = this.#mergeLatency(speaking, ascending);
    return {
      startMs,
      rps: known,
      errorRatio: errorRatioOf(speaking, rates),
      ...(latency ? { latency } : {}),
      inflight: inflightOf(speaking, seen),
      podsReporting: seen.reporting,
      podsExpected: seen.reporting + seen.silent,
      flags: flagsOf(seen, this.#stuck.observe(known)),
    };
  }

  /** A pod weighs in the quantiles with no more requests than its bounded rate can have been. */
  #mergeLatency(speaking: readonly PodSeries[], ascending: Float64Array): Step['latency'] {
    this.#latency.clear();
    for (const { step } of speaking) {
      if (step.buckets === undefined) continue;
      const most = (boundOf(ascending, step.rate) * this.stepMs) / 1000;
      const weight = step.buckets.total > most ? most / step.buckets.total : 1;
      this.#latency.add(step.buckets.boundsSeconds, step.buckets.counts, weight);
    }
    return this.#latency.quantiles();
  }

  #forgetPods(nowMs: number, existing: ReadonlySet<string> | undefined): void {
    for (const [uid, pod] of this.#pods) {
      if (pod.lastReceivedMs < nowMs - FORGET_POD_MS && !existing?.has(uid)) this.#pods.delete(uid);
    }
  }

  /** A gauge in the newest step that a pod said something of it; undefined before the first. */
  gauge(signal: GaugeSignal): GaugeTotal | undefined {
    return this.#gauges.read(signal);
  }

  /** The newest `n` closed steps, oldest first; at most 64. */
  recent(n: number): readonly Step[] {
    return n <= 0 ? [] : this.#recent.slice(-n);
  }

  /**
   * Rates of the steps that ended in (sinceMs, originMs], NaN where missing or older than what memory keeps; from the
   * oldest known one on where sinceMs is -Infinity.
   */
  ratesSince(sinceMs: number, originMs: number): Float64Array {
    const to = Math.floor(originMs / this.stepMs);
    const from = Number.isFinite(sinceMs) ? Math.floor(sinceMs / this.stepMs) : this.#ring.oldest;
    return this.#ring.range(from ?? to, to);
  }

  /** Fills the ring from history, at start. Steps that were already closed live keep their figure. */
  preload(startMs: number, rates: Float64Array): void {
    const first = Math.round(startMs / this.stepMs);
    for (const [index, rate] of rates.entries()) {
      if (!Number.isFinite(this.#ring.get(first + index))) this.#ring.set(first + index, rate);
    }
  }

  /** End of the newest step with a known rate; undefined when there is none. */
  get lastKnownMs(): number | undefined {
    return this.#ring.lastKnown < 0 ? undefined : (this.#ring.lastKnown + 1) * this.stepMs;
  }

  /** When any pod was last heard; -Infinity when none was. */
  get lastReceivedMs(): number {
    return this.#lastReceivedMs;
  }

  /** Pods whose clock is off by more than 2 s. */
  get skewedPods(): number {
    let skewed = 0;
    for (const pod of this.#pods.values()) if (pod.skewMs !== 0) skewed++;
    return skewed;
  }
}

/** Failed / all; a pod that was bounded weighs with its bounded rate. */
function errorRatioOf(speaking: readonly PodSeries[], boundedRates: Float64Array): number {
  let all = 0;
  let failed = 0;
  for (const [index, { step }] of speaking.entries()) {
    if (step.rate <= 0) continue;
    const rate = boundedRates[index] ?? 0;
    all += rate;
    failed += step.errorRate * (rate / step.rate);
  }
  return all > 0 ? Math.min(1, failed / all) : Number.NaN;
}

/** Sum over the pods that have the figure, the others made up for by their mean; NaN when none has. */
function inflightOf(speaking: readonly PodSeries[], { reporting, silent }: Findings): number {
  let sum = 0;
  let having = 0;
  for (const { step } of speaking) {
    if (Number.isNaN(step.inflight)) continue;
    sum += step.inflight;
    having++;
  }
  return having === 0 ? Number.NaN : (sum / having) * (reporting + silent);
}
