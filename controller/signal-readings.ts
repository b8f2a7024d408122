import type { PredictiveScalerSpec } from './api/predictive-scaler.ts';
import { type SignalSpec, signalName } from './api/signals-block.ts';
import type { SignalReading } from './policy/signal.ts';
import type { Meter, Pod } from './ports.ts';
import type { GaugeTotal } from './series/gauges.ts';
import type { GaugeSignal } from './series/report.ts';
import type { Trail } from './series/trail.ts';
import type { WorkloadSeries } from './series/workload-series.ts';
import { METER_STALE_SECONDS, usageReading } from './usage-reading.ts';

export interface SignalSources {
  readonly series: Pick<WorkloadSeries, 'gauge'>;
  /** Absent where there is no Kubernetes to ask. */
  readonly meter?: Meter | undefined;
  readonly namespace: string;
  readonly pods: () => readonly Pod[];
  /** What the meter's signals were, by name. */
  readonly trails: ReadonlyMap<string, Trail>;
  /** Unix ms. */
  readonly wallMs: number;
}

/** What each signal of the spec but the request rate says now; undefined where the spec has no other. */
export function signalReadings(
  { signals = [] }: PredictiveScalerSpec,
  sources: SignalSources,
): readonly SignalReading[] | undefined {
  const others = signals.flatMap((signal) => readingOf(signal, sources) ?? []);
  return others.length === 0 ? undefined : others;
}

function readingOf(signal: SignalSpec, sources: SignalSources): SignalReading | undefined {
  switch (signal.type) {
    case 'RequestRate':
      return undefined;
    case 'InFlight':
      return gaugeReading(signal, 'inflight', 'requests being served', sources);
    case 'QueueDepth':
      return gaugeReading(signal, 'queued', 'requests waiting', sources);
    case 'Otlp':
      return gaugeReading(signal, `otlp ${signal.metric ?? ''}`, signal.metric ?? '', sources);
    case 'CPU':
      return meterReading(signal, 'cores', sources);
    case 'Memory':
      return meterReading(signal, 'bytes', sources);
    case 'External':
      return externalReading(signal, sources);
  }
}

function meterReading(signal: SignalSpec, unit: string, sources: SignalSources): SignalReading {
  const { meter, namespace, pods, wallMs, trails } = sources;
  if (meter === undefined) return silent(signal, unit, 'there is no cluster to ask for it');
  const read = usageReading(signal, { meter, namespace, pods: pods(), wallMs });
  if ('fault' in read) return silent(signal, unit, read.fault);
  const usual = trails.get(signalName(signal))?.usual ?? Number.NaN;
  return { ...describe(signal, unit), ...read, staleSeconds: METER_STALE_SECONDS, usual };
}

/** One figure for the whole workload: nothing is made up for, and one "pod" tells it. */
function externalReading(
  signal: SignalSpec,
  { meter, namespace, wallMs, trails }: SignalSources,
): SignalReading {
  const { metric = '', averageValue: perReplica = Number.NaN } = signal;
  const read = meter?.external(namespace, metric);
  if (read === undefined) return silent(signal, metric, 'external.metrics.k8s.io has not been asked yet');
  if ('fault' in read) return silent(signal, metric, read.fault);
  return {
    ...describe(signal, metric),
    ...{ perReplica, atLeast: read.value, atMost: read.value, podsReporting: 1, podsExpected: 1 },
    ageSeconds: Math.max(0, (wallMs - read.atMs) / 1000),
    usual: trails.get(signalName(signal))?.usual ?? Number.NaN,
  };
}

/**
 * inflight of 3 of 4 pods: 20, 30 and 25; averageValue 20
 * -> atLeast 75, atMost 75 + 20
 */
function gaugeReading(
  signal: SignalSpec,
  gauge: GaugeSignal,
  unit: string,
  { series, wallMs }: SignalSources,
): SignalReading {
  const total = series.gauge(gauge);
  if (total === undefined) return silent(signal, unit, nothingHeard(signal));
  return { ...describe(signal, unit), ...sums(total, signal.averageValue ?? Number.NaN, wallMs) };
}

function sums(gauge: GaugeTotal, perReplica: number, wallMs: number) {
  const { total, podsReporting, podsExpected, usual, endMs } = gauge;
  return {
    perReplica,
    atLeast: total,
    atMost: total + (podsExpected - podsReporting) * perReplica,
    podsReporting,
    podsExpected,
    ageSeconds: Math.max(0, (wallMs - endMs) / 1000),
    usual,
  };
}

function describe(signal: SignalSpec, unit: string) {
  const { type } = signal;
  if (type === 'RequestRate') throw new TypeError('the request rate is not read here');
  return { type, name: signalName(signal), unit };
}

function silent(signal: SignalSpec, unit: string, fault: string): SignalReading {
  return {
    ...describe(signal, unit),
    perReplica: signal.averageValue ?? Number.NaN,
    atLeast: Number.NaN,
    atMost: Number.NaN,
    podsReporting: 0,
    podsExpected: 0,
    ageSeconds: Number.POSITIVE_INFINITY,
    usual: Number.NaN,
    fault,
  };
}

function nothingHeard({ type, metric }: SignalSpec): string {
  if (type === 'Otlp')
    return `no pod has sent a gauge named ${metric} with its own token; see docs/reference/signals.md`;
  return 'the mesh proxy does not export it; see docs/reference/signals.md';
}
