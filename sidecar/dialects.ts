import { envoyTelemetry, istioTelemetry } from '../istio/telemetry.ts';
import { linkerdTelemetry } from '../linkerd/telemetry.ts';
import type { Dialect } from './dialect.ts';

/** Every proxy the sidecar can read, in the order in which it looks for them. The only list of them in this folder. */
export const dialects: readonly Dialect[] = [linkerdTelemetry, istioTelemetry, envoyTelemetry];
