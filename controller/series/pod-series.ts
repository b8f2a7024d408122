import { counterTrack, emptyTally, type Tally, tallyStep } from './counter.ts';
import { GaugeTrack } from './gauge.ts';
import { type BucketTally, histogramTrack, tallyBuckets } from './histogram.ts';
import type { CounterPoint, GaugePoint, GaugeSignal, Point, Report } from './report.ts';
import { Skew } from './skew.ts';
import type { Offer, Track } from './track.ts';
import { isPossible } from './valid.ts';

/** What one pod said of one step. Reused from step to step: read it before the next one closes. */
export interface PodStep {
  /** Requests per second; NaN when the pod said nothing usable of the step. */
  rate: number;
  /** Failed requests per second. */
  errorRate: number;
  inflight: number;
  /** Every gauge that was read in the step, in flight too. */
  readonly gauges: Map<GaugeSignal, number>;
  buckets: BucketTally | undefined;
  reset: boolean;
  late: boolean;
  rejected: boolean;
}

export type Fate = Offer | 'rejected';

/** Above this many requests per second from one pod, it is the figure that is wrong. */
const MOST_RPS_PER_POD = 1e6;

/** Everything one pod said that steps still wait for. */
export class PodSeries {
  readonly uid: string;
  readonly #stepMs: number;
  readonly #skew = new Skew();
  readonly #ok = counterTrack();
  readonly #error = counterTrack();
  readonly #duration = histogramTrack();
  readonly #gauges = new Map<GaugeSignal, GaugeTrack>();
  readonly #okTally = emptyTally();
  readonly #errorTally = emptyTally();
  readonly step: PodStep = {
    rate: Number.NaN,
    errorRate: Number.NaN,
    inflight: Number.NaN,
    gauges: new Map(),
    buckets: undefined,
    reset: false,
    late: false,
    rejected: false,
  };
  #lastReceivedMs = -Infinity;
  /** Of the pod's counters, on its own clock: the earliest stamp and the earliest start. */
  #firstAtMs = Infinity;
  #firstStartMs = Infinity;
  #late = false;
  #rejected = false;

  constructor(uid: string, stepMs: number) {
    this.uid = uid;
    this.#stepMs = stepMs;
  }

  /** When the pod was last heard, by our clock. */
  get lastReceivedMs(): number {
    return this.#lastReceivedMs;
  }

  /** Milliseconds added to the pod's own stamps; 0 while its clock agrees with ours. */
  get skewMs(): number {
    return this.#skew.offsetMs;
  }

  accept(report: Report, closedUntilMs: number, count: (fate: Fate) => void): void {
    let newestMs = -Infinity;
    let possible = true;
    for (const point of report.points) {
      if (isPossible(point)) newestMs = Math.max(newestMs, point.atMs);
      else possible = false;
    }
    if (newestMs > 0) {
      this.#lastReceivedMs = Math.max(this.#lastReceivedMs, report.receivedAtMs);
      if (this.#skew.observe(report.receivedAtMs, newestMs)) this.#forget();
    }
    if (report.rejectedPoints) this.#rejected = true;
    const closedMs = closedUntilMs - this.#skew.offsetMs;
    for (const point of report.points) {
      const fate = possible || isPossible(point) ? this.#offer(point, closedMs) : 'rejected';
      if (fate === 'late') this.#late = true;
      if (fate === 'rejected' || fate === 'mismatch') this.#rejected = true;
      count(fate);
    }
  }

  #offer(point: Point, closedMs: number): Offer {
    if (point.kind === 'gauge') return this.#offerGauge(point, closedMs);
    if (point.kind === 'histogram') return this.#duration.offer(point, closedMs);
    if (point.temporality === 'cumulative') {
      this.#firstAtMs = Math.min(this.#firstAtMs, point.atMs);
      this.#firstStartMs = Math.min(this.#firstStartMs, point.startMs);
    }
    return (point.outcome === 'ok' ? this.#ok : this.#error).offer(point, closedMs);
  }

  #offerGauge(point: GaugePoint, closedMs: number): Offer {
    const track = this.#gauges.get(point.signal) ?? new GaugeTrack();
    this.#gauges.set(point.signal, track);
    return track.offer(point, closedMs);
  }

  /** The sender's clock jumped: durations across the jump mean nothing. */
  #forget(): void {
    this.#ok.clear();
    this.#error.clear();
    this.#duration.clear();
    this.#gauges.clear();
    this.#firstStartMs = -Infinity;
  }

  /**
   * Fills `step` with what the pod said of (fromMs, toMs] on our clock. `gone`: the pod does not exist any more, so
   * what it did not say of the end of the step is nothing, not unknown.
   */
  close(fromMs: number, toMs: number, gone: boolean): PodStep {
    const from = fromMs - this.#skew.offsetMs;
    const to = toMs - this.#skew.offsetMs;
    const young = 2 * this.#stepMs;
    bridge(this.#error, this.#ok);
    bridge(this.#ok, this.#error);
    tallyStep(this.#ok, from, to, young, this.#okTally);
    tallyStep(this.#error, from, to, young, this.#errorTally);
    const knownMs = Math.max(
      this.#knownMs(this.#okTally, from, to, gone),
      this.#knownMs(this.#errorTally, from, to, gone),
    );
    const silent = knownMs <= 0;
    const errorRate = (this.#errorTally.count * 1000) / knownMs;
    const rate = silent ? Number.NaN : (this.#okTally.count * 1000) / knownMs + errorRate;
    const believed = !(rate > MOST_RPS_PER_POD);
    const step = this.step;
    step.rate = believed ? rate : Number.NaN;
    step.errorRate = silent || !believed ? Number.NaN : errorRate;
    this.#spendGauges(from, to);
    step.buckets = tallyBuckets(this.#duration, from, to, young);
    step.reset = this.#okTally.reset || this.#errorTally.reset;
    const sinceMs = Math.min(this.#okTally.sinceMs, this.#errorTally.sinceMs);
    step.late = this.#late || sinceMs < from - this.#stepMs;
    step.rejected = this.#rejected || !believed;
    this.#late = false;
    this.#rejected = false;
    return step;
  }

  #spendGauges(fromMs: number, toMs: number): void {
    const { gauges } = this.step;
    gauges.clear();
    for (const [signal, track] of this.#gauges) {
      const value = track.spend(fromMs, toMs);
      if (!Number.isNaN(value)) gauges.set(signal, value);
    }
    this.step.inflight = gauges.get('inflight') ?? Number.NaN;
  }

  /**
   * How much of the step is known; 0 when too little is. A pod that began in the step did nothing before, and one that
   * is gone and has missed its next export did nothing after:
   *   15 s step, 30 requests in the 5 s that are known           -> 30 / 5 s = 6 rps
   *   the same of a pod that began 5 s before the step's end     -> 30 / 15 s = 2 rps
   * A pod that is merely not Ready goes on exporting, and is not taken for gone.
   */
  #knownMs(tally: Tally, fromMs: number, toMs: number, gone: boolean): number {
    const enoughMs = Math.min(1_000, this.#stepMs / 2);
    if (tally.coveredMs <= 0 || tally.heardMs < enoughMs) return 0;
    const young = this.#firstAtMs - this.#firstStartMs <= 2 * this.#stepMs;
    const beforeBirthMs = young ? Math.max(0, this.#firstStartMs - fromMs) : 0;
    const usualMs = tally.heardMs / tally.stretches;
    const afterEndMs = gone && toMs - tally.untilMs > 1.5 * usualMs ? toMs - tally.untilMs : 0;
    return Math.min(toMs - fromMs, tally.coveredMs + beforeBirthMs + afterEndMs);
  }
}

/** A series seen for the first time beside one that was already reported did not exist then: it starts from zero. */
function bridge(track: Track<CounterPoint>, sibling: Track<CounterPoint>): void {
  const first = track.first();
  if (first === undefined || first.temporality === 'delta') return;
  const stampMs = sibling.stampBefore(first.atMs, first.startMs);
  if (stampMs !== undefined) track.startFrom({ ...first, atMs: stampMs, value: 0 });
}
