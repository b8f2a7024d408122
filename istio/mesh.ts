import { istioInjection } from './inject.ts';
import { envoyTelemetry, istioTelemetry } from './telemetry.ts';

/** All that is known about Istio, and about the proxy it is built on. */
export const istio = {
  name: 'istio',
  dialects: [istioTelemetry, envoyTelemetry],
  injection: istioInjection,
} as const;
