import { linkerdTelemetry } from './telemetry.ts';

/** All that is known about Linkerd. */
export const linkerd = { name: 'linkerd', dialects: [linkerdTelemetry] } as const;
