import { linkerdInjection } from './inject.ts';
import { linkerdTelemetry } from './telemetry.ts';

/** All that is known about Linkerd. */
export const linkerd = {
  name: 'linkerd',
  dialects: [linkerdTelemetry],
  injection: linkerdInjection,
} as const;
