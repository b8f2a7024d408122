import { attributes as attributeKeys, signals } from '../../sidecar/signals.ts';
import type { Point, Temporality } from '../series/report.ts';
import { admitHistogram } from './admit-histogram.ts';
import { admitOwn } from './admit-own.ts';
import type { RawExport, RawMetric, RawPoint } from './raw-export.ts';
import { type Rejection, rejections } from './rejection.ts';
import { knownUnits } from './vocabulary.ts';

/** A clock that runs ahead this far is tolerated; a stamp beyond would hold a series' future. */
const MAX_AHEAD_MS = 300_000;
const NO_RECORDED_VALUE = 1;

export interface Admission {
  readonly points: readonly Point[];
  readonly rejected: ReadonlyMap<Rejection, number>;
  readonly rejectedPoints: number;
  /** For partial_success: every reason with its number, and what must be; empty when nothing was rejected. */
  readonly message: string;
}

/** Judges every point of an export. `nowMs` is Unix time. */
export function admit(raw: RawExport, nowMs: number): Admission {
  const points: Point[] = [];
  const rejected = new Map<Rejection, number>();
  const blamed = new Map<Rejection, string>();
  const reject: Reject = (metric, reason, count) => {
    if (count === 0) return;
    rejected.set(reason, (rejected.get(reason) ?? 0) + count);
    if (!blamed.has(reason)) blamed.set(reason, metric.name);
  };
  for (const metric of raw.metrics) {
    if (knownUnits.has(metric.name)) admitKnown(metric, nowMs, points, reject);
    else {
      const own = admitOwn(metric, nowMs, flawOfGauge);
      if (typeof own === 'string') reject(metric, own, Math.max(metric.points.length, 1));
      else if (own) points.push(own);
    }
  }
  let rejectedPoints = 0;
  for (const count of rejected.values()) rejectedPoints += count;
  return { points, rejected, rejectedPoints, message: explain(rejected, blamed) };
}

type Reject = (metric: RawMetric, reason: Rejection, count: number) => void;

function admitKnown(metric: RawMetric, nowMs: number, points: Point[], reject: Reject): void {
  const flaw = flawOf(metric);
  if (flaw) {
    // a summary's points are not read, and its refusal must be seen all the same: it counts as one
    reject(metric, flaw, Math.max(metric.points.length, metric.shape === 'other' ? 1 : 0));
    return;
  }
  for (const point of metric.points) {
    const judged = admitPoint(metric, point, nowMs);
    if (typeof judged === 'string') reject(metric, judged, 1);
    else points.push(judged);
  }
}

/** `2 x NotFinite in foresail.requests: a value must be …; 1 x …` */
function explain(rejected: ReadonlyMap<Rejection, number>, blamed: ReadonlyMap<Rejection, string>): string {
  return [...rejected]
    .map(([reason, count]) => `${count} x ${reason} in ${blamed.get(reason)}: ${rejections[reason]}`)
    .join('; ');
}

/** What is wrong with the metric as a whole, and so with every point in it. */
function flawOf(metric: RawMetric): Rejection | undefined {
  if (!shapesOf(metric.name).includes(metric.shape)) return 'WrongShape';
  if (metric.unit !== knownUnits.get(metric.name)) return 'WrongUnit';
  if (metric.shape === 'gauge') return undefined;
  if (temporalityOf(metric) === undefined) return 'NoTemporality';
  if (metric.shape === 'sum' && !metric.monotonic) return 'NotMonotonic';
  return undefined;
}

function shapesOf(name: string): readonly RawMetric['shape'][] {
  if (name === signals.requests) return ['sum'];
  if (name === signals.duration) return ['histogram', 'exponential'];
  return ['gauge'];
}

function temporalityOf(metric: RawMetric): Temporality | undefined {
  if (metric.temporality === 1) return 'delta';
  if (metric.temporality === 2) return 'cumulative';
  return undefined;
}

function admitPoint(metric: RawMetric, point: RawPoint, nowMs: number): Point | Rejection {
  if ((point.flags & NO_RECORDED_VALUE) !== 0) return 'NoRecordedValue';
  const temporality = temporalityOf(metric);
  const stampFlaw = flawOfStamps(point, metric.shape === 'gauge' ? undefined : temporality, nowMs);
  if (stampFlaw) return stampFlaw;
  const outcome = outcomeOf(metric, point);
  if (outcome === 'UnknownAttribute') return outcome;
  const { atMs, startMs } = point;
  if (point.kind !== 'number') {
    const buckets = admitHistogram(point);
    if (typeof buckets === 'string') return buckets;
    return {
      kind: 'histogram',
      signal: 'duration',
      temporality: temporality ?? 'cumulative',
      startMs,
      atMs,
      boundsSeconds: buckets.bounds,
      counts: buckets.counts,
    };
  }
  const flaw = flawOfNumber(point.value);
  if (flaw) return flaw;
  const value = point.value + 0; // -0 becomes 0
  if (outcome === 'none')
    return { kind: 'gauge', signal: metric.name === signals.queued ? 'queued' : 'inflight', atMs, value };
  return {
    kind: 'counter',
    signal: 'requests',
    outcome,
    temporality: temporality ?? 'cumulative',
    startMs,
    atMs,
    value,
  };
}

/** Of a point that is a gauge, whatever it is named. */
function flawOfGauge(point: RawPoint, nowMs: number): Rejection | undefined {
  if ((point.flags & NO_RECORDED_VALUE) !== 0) return 'NoRecordedValue';
  const stampFlaw = flawOfStamps(point, undefined, nowMs);
  return stampFlaw ?? (point.kind === 'number' ? flawOfNumber(point.value) : 'WrongShape');
}

function flawOfStamps(
  { startMs, atMs }: RawPoint,
  temporality: Temporality | undefined,
  nowMs: number,
): Rejection | undefined {
  if (atMs <= 0) return 'NoStamp';
  if (atMs > nowMs + MAX_AHEAD_MS) return 'FutureStamp';
  if (temporality === undefined) return undefined;
  if (startMs <= 0) return 'NoStamp';
  if (startMs > atMs || (temporality === 'delta' && startMs === atMs)) return 'StampsReversed';
  return undefined;
}

/** Another attribute would make it another series, and two series of one outcome would overwrite each other. */
function outcomeOf(metric: RawMetric, point: RawPoint): 'ok' | 'error' | 'none' | 'UnknownAttribute' {
  const [first, second] = point.attributes;
  if (metric.name !== signals.requests) return first === undefined ? 'none' : 'UnknownAttribute';
  if (second !== undefined || first?.key !== attributeKeys.outcome) return 'UnknownAttribute';
  return first.value === 'ok' || first.value === 'error' ? first.value : 'UnknownAttribute';
}

function flawOfNumber(value: number): Rejection | undefined {
  if (!Number.isFinite(value)) return 'NotFinite';
  if (value < 0) return 'Negative';
  return value > Number.MAX_SAFE_INTEGER ? 'Overflow' : undefined;
}
