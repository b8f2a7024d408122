import { Gauge } from 'prom-client';
import type { ForecasterStats } from './forecast/host.ts';
import type { ReceiverStats } from './ingest/receiver-stats.ts';
import type { Kube } from './kube/kube.ts';
import type { Metrics } from './observe/metrics.ts';
import type { Cluster } from './ports.ts';
import type { TelemetryStats } from './series/telemetry.ts';
import type { HistoryStats } from './store/history.ts';

interface Counted<Stats> {
  stats(): Stats;
}

export interface CountedParts {
  readonly receiver: Counted<ReceiverStats>;
  readonly forecaster: Counted<ForecasterStats>;
  readonly history: Counted<HistoryStats>;
  readonly telemetry: Counted<TelemetryStats>;
  readonly kube: Pick<Kube, 'counts'>;
  readonly cluster: Pick<Cluster, 'staleSeconds'>;
}

/** Puts what the parts count of themselves on /metrics. */
export function exposeCounts(
  metrics: Metrics,
  { receiver, forecaster, history, telemetry, kube, cluster }: CountedParts,
): void {
  exposeReceiver(metrics, receiver);
  exposeKube(metrics, kube);
  metrics.count(
    'foresail_telemetry_points_total',
    'Data points by what became of them in their series.',
    () => telemetry.stats().points,
  );
  metrics.count('foresail_forecasts_total', 'Forecasts by who answered.', () => forecaster.stats().answers);
  metrics.count('foresail_history_failures_total', 'History writes and reads that failed.', () => {
    const { failedWrites, failedReads, droppedSteps } = history.stats();
    return { write: failedWrites, read: failedReads, dropped: droppedSteps };
  });
  new Gauge({
    name: 'foresail_cluster_stale_seconds',
    help: 'Since the view of the cluster was last known to be current; beyond 60 s no replica is removed.',
    registers: [metrics.registry],
    collect() {
      this.set(cluster.staleSeconds());
    },
  });
}

function exposeReceiver(metrics: Metrics, receiver: Counted<ReceiverStats>): void {
  metrics.count(
    'foresail_ingest_exports_total',
    'Exports taken, whole or in part.',
    () => receiver.stats().exports,
  );
  metrics.count(
    'foresail_ingest_refused_total',
    'Exports refused, by reason.',
    () => receiver.stats().refused,
  );
  metrics.count(
    'foresail_ingest_rejected_points_total',
    'Data points rejected, by reason.',
    () => receiver.stats().rejectedPoints,
  );
  metrics.count(
    'foresail_ingest_mismatched_claims_total',
    'Exports that claimed to be another workload than their token is.',
    () => ({
      claim: receiver.stats().mismatchedClaims,
    }),
  );
}

function exposeKube(metrics: Metrics, kube: Pick<Kube, 'counts'>): void {
  metrics.count('foresail_kube_events_total', 'Events by what became of them.', () => ({
    ...kube.counts().events,
  }));
  metrics.count('foresail_kube_watch_total', 'What the watches of all resources met.', () => {
    const sums: Record<string, number> = {};
    for (const counts of Object.values(kube.counts().reflectors)) {
      for (const [what, count] of Object.entries(counts)) sums[what] = (sums[what] ?? 0) + count;
    }
    return sums;
  });
}
