/**
 * An export as it came, after the wire format and before judgement: both decoders (protobuf, JSON) end here. Only the
 * metrics Foresail reads are kept. A figure that was not sent is NaN; stamps that were not sent are 0, as OTLP says.
 */
export interface RawExport {
  /** Per resource, what it says of itself; only the keys that could claim an identity. */
  readonly claims: readonly (readonly RawAttribute[])[];
  readonly metrics: readonly RawMetric[];
  /** Metrics with other names; they are not read. */
  readonly ignoredMetrics: number;
}

export interface RawMetric {
  name: string;
  unit: string;
  shape: 'none' | 'gauge' | 'sum' | 'histogram' | 'exponential' | 'other';
  /** OTLP's number: 1 delta, 2 cumulative, anything else is unspecified. */
  temporality: number;
  monotonic: boolean;
  points: RawPoint[];
}

export type RawPoint = RawNumber | RawHistogram | RawExponential;

interface RawStamped {
  attributes: RawAttribute[];
  /** Unix milliseconds, whole. */
  startMs: number;
  atMs: number;
  flags: number;
}

export interface RawNumber extends RawStamped {
  kind: 'number';
  value: number;
}

export interface RawHistogram extends RawStamped {
  kind: 'histogram';
  count: number;
  counts: number[];
  bounds: number[];
}

export interface RawExponential extends RawStamped {
  kind: 'exponential';
  count: number;
  scale: number;
  zeroCount: number;
  zeroThreshold: number;
  positive: RawBuckets;
  negative: RawBuckets;
}

export interface RawBuckets {
  offset: number;
  counts: number[];
}

/** `value` is undefined for anything but text: no signal of ours has another kind. */
export interface RawAttribute {
  key: string;
  value: string | undefined;
}

export function emptyMetric(): RawMetric {
  return { name: '', unit: '', shape: 'none', temporality: 0, monotonic: false, points: [] };
}

export function emptyNumber(): RawNumber {
  return { kind: 'number', attributes: [], startMs: 0, atMs: 0, flags: 0, value: Number.NaN };
}

export function emptyHistogram(): RawHistogram {
  return {
    kind: 'histogram',
    attributes: [],
    startMs: 0,
    atMs: 0,
    flags: 0,
    count: 0,
    counts: [],
    bounds: [],
  };
}

export function emptyExponential(): RawExponential {
  return {
    kind: 'exponential',
    attributes: [],
    startMs: 0,
    atMs: 0,
    flags: 0,
    count: 0,
    scale: 0,
    zeroCount: 0,
    zeroThreshold: 0,
    positive: { offset: 0, counts: [] },
    negative: { offset: 0, counts: [] },
  };
}
