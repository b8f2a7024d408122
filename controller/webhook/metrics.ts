import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The webhook's own metrics. */
export function createWebhookMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    reviews: new Counter({
      name: 'foresail_injection_reviews_total',
      help: 'Pods reviewed: Injected, or the reason why not.',
      labelNames: ['outcome'],
      registers,
    }),
    refused: new Counter({
      name: 'foresail_injection_refused_total',
      help: 'Requests that were no AdmissionReview.',
      registers,
    }),
    duration: new Histogram({
      name: 'foresail_injection_review_seconds',
      help: 'From the whole request to its answer.',
      buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2],
      registers,
    }),
    certificateExpires: new Gauge({
      name: 'foresail_webhook_certificate_expiry_timestamp_seconds',
      help: 'When the certificate shown at present expires.',
      registers,
    }),
    authorityExpires: new Gauge({
      name: 'foresail_webhook_authority_expiry_timestamp_seconds',
      help: 'When the authority that signs it expires.',
      registers,
    }),
  };
}

export type WebhookMetrics = ReturnType<typeof createWebhookMetrics>;
