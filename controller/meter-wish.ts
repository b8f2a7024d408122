import type { PredictiveScaler } from './api/predictive-scaler.ts';
import type { Dossier } from './dossier.ts';
import { type GatherParts, readSignals } from './gather.ts';
import type { ContainerSample } from './policy/resources.ts';
import type { MeterWish } from './ports.ts';
import { Trail } from './series/trail.ts';

/** What has to be read for these scalers: nothing where no spec asks for it. */
export function meterWish(scalers: readonly PredictiveScaler[]): MeterWish {
  const namespaces = new Set<string>();
  const externals = new Map<string, MeterWish['externals'][number]>();
  for (const { namespace, spec } of scalers) {
    if (spec.resources?.recommend) namespaces.add(namespace);
    for (const { type, metric } of spec.signals ?? []) {
      if (type === 'CPU' || type === 'Memory') namespaces.add(namespace);
      if (type === 'External' && metric !== undefined)
        externals.set(`${namespace}/${metric}`, { namespace, metric });
    }
  }
  return { namespaces: [...namespaces], externals: [...externals.values()] };
}

/** Names of the gauges that pods of the workload may send beside the sidecar's. */
export function ownMetricsOf(scaler: PredictiveScaler | undefined): ReadonlySet<string> {
  return new Set(
    scaler?.spec.signals?.flatMap(({ type, metric }) => (type === 'Otlp' && metric ? [metric] : [])),
  );
}

/** Once per step: what the meter's signals are now becomes part of what they usually are. */
export function followSignals(scaler: PredictiveScaler, dossier: Dossier, parts: GatherParts): void {
  const { trails } = dossier;
  const readings = readSignals(scaler, dossier, parts, parts.clock.wallMs()) ?? [];
  for (const { name, atLeast } of readings) {
    const trail = trails.get(name) ?? new Trail();
    trails.set(name, trail);
    trail.add(atLeast);
  }
  for (const name of trails.keys())
    if (!readings.some((reading) => reading.name === name)) trails.delete(name);
}

/** What the containers of the pods that are Ready used by the last reading; nothing where no recommendation is asked for. */
export function samplesOf(
  { spec }: PredictiveScaler,
  { workload }: Dossier,
  { cluster, meter }: GatherParts,
): readonly ContainerSample[] {
  const usages = spec.resources?.recommend ? meter?.usages(workload.namespace) : undefined;
  if (usages === undefined) return [];
  const serving = cluster.pods(workload).filter(({ ready, terminating }) => ready && !terminating);
  return serving.flatMap(({ name }) => {
    const usage = usages.pods.get(name);
    return usage === undefined ? [] : usage.containers.map((one) => ({ ...one, atMs: usage.atMs }));
  });
}
