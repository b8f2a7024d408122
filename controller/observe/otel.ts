import { metrics, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Account, Cluster, Recorder } from '../ports.ts';
import { workloadKey } from '../workload.ts';

/**
 * Foresail's own traces and metrics by OTLP, with the SDK's standard environment variables. Without an endpoint the SDK
 * (60 MB at import) is not loaded and every call below is a no-op of the API.
 */
export async function startOtel(
  env: Readonly<Record<string, string | undefined>>,
): Promise<() => Promise<void>> {
  const wanted = Object.keys(env).some((name) =>
    /^OTEL_EXPORTER_OTLP(_TRACES|_METRICS)?_ENDPOINT$/.test(name),
  );
  if (!wanted || env.OTEL_SDK_DISABLED === 'true') return async () => {};
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK({ serviceName: env.OTEL_SERVICE_NAME ?? 'foresail-controller' });
  sdk.start();
  return () => sdk.shutdown();
}

const tracer = () => trace.getTracer('foresail');

/** Runs `work` in a span; an error is recorded in it and goes on to the caller. */
export async function inSpan<Result>(name: string, work: (span: Span) => Promise<Result>): Promise<Result> {
  return tracer().startActiveSpan(name, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The same cluster, with a span around each write of a scale. */
export function tracedCluster(cluster: Cluster): Cluster {
  const rotate = cluster.rotate?.bind(cluster);
  return {
    staleSeconds: () => cluster.staleSeconds(),
    scalers: () => cluster.scalers(),
    target: (workload) => cluster.target(workload),
    pods: (workload) => cluster.pods(workload),
    ...(rotate ? { rotate } : {}),
    publish: (scaler, status) => cluster.publish(scaler, status),
    event: (scaler, reason, message) => cluster.event(scaler, reason, message),
    onChange: (listener) => cluster.onChange(listener),
    scale: (write) =>
      inSpan('foresail.scale', async (span) => {
        const outcome = await cluster.scale(write);
        span.setAttributes({
          'k8s.namespace.name': write.scaler.namespace,
          'foresail.scaler': write.scaler.name,
          'foresail.replicas': write.replicas,
          'foresail.reason': write.reason,
          'foresail.outcome': outcome.kind,
        });
        return outcome;
      }),
  };
}

/** Counts decisions by workload and reason. */
export function otelRecorder(): Recorder {
  const decisions = metrics.getMeter('foresail').createCounter('foresail.decisions', { unit: '{decision}' });
  return {
    decided({ observation, decision, outcome }: Account): void {
      decisions.add(1, {
        'foresail.workload': workloadKey(observation.workload),
        'foresail.reason': decision.reason,
        'foresail.outcome': outcome?.kind ?? 'none',
      });
    },
    forgotten: () => {},
  };
}
