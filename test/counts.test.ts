import test from 'ava';
import { type CountedParts, exposeCounts } from '../controller/counts.ts';
import { createMetrics } from '../controller/observe/metrics.ts';

/** Figures that no two parts share, as the parts give them. */
function parts(): CountedParts {
  const watched = { lists: 1, watches: 2, events: 3, failures: 4 };
  return {
    receiver: {
      stats: () => ({
        exports: { accepted: 11, partial: 12 },
        refused: { TokenMissing: 13 },
        rejectedPoints: { NotFinite: 14 },
        mismatchedClaims: 15,
      }),
    },
    forecaster: { stats: () => ({ answers: { champion: 16, seasonal: 17, conservative: 18 } }) },
    history: { stats: () => ({ failedWrites: 19, failedReads: 20, droppedSteps: 21 }) },
    telemetry: { stats: () => ({ points: { taken: 22, late: 23 } }) },
    kube: {
      counts: () => ({
        reflectors: { pods: watched, deployments: { ...watched, failures: 40 } },
        events: { created: 24, repeated: 25, dropped: 26, failed: 27 },
      }),
    },
    cluster: { staleSeconds: () => 28 },
  } as unknown as CountedParts;
}

test('what each part counts is on the page under its own name and reason', async (t) => {
  const metrics = createMetrics();
  exposeCounts(metrics, parts());
  const text = await metrics.registry.metrics();
  for (const sample of [
    'foresail_ingest_exports_total{reason="partial"} 12',
    'foresail_ingest_refused_total{reason="TokenMissing"} 13',
    'foresail_ingest_rejected_points_total{reason="NotFinite"} 14',
    'foresail_ingest_mismatched_claims_total{reason="claim"} 15',
    'foresail_forecasts_total{reason="seasonal"} 17',
    'foresail_history_failures_total{reason="write"} 19',
    'foresail_history_failures_total{reason="read"} 20',
    'foresail_history_failures_total{reason="dropped"} 21',
    'foresail_telemetry_points_total{reason="late"} 23',
    'foresail_kube_events_total{reason="dropped"} 26',
    'foresail_kube_watch_total{reason="failures"} 44',
    'foresail_cluster_stale_seconds 28',
  ]) {
    t.true(text.includes(`${sample}\n`), sample);
  }
});

test('a cluster that was never listed is infinitely stale on the page, not zero', async (t) => {
  const metrics = createMetrics();
  exposeCounts(metrics, { ...parts(), cluster: { staleSeconds: () => Number.POSITIVE_INFINITY } });
  t.regex(await metrics.registry.metrics(), /foresail_cluster_stale_seconds \+Inf/);
});
