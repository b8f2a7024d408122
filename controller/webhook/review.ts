import { z } from 'zod';
import { injectSidecar } from '../inject/inject.ts';
import { podTemplate } from '../inject/pod.ts';
import type { Terms } from '../inject/skip-rules.ts';
import type { Reason } from '../reasons.ts';

const REVIEW = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' } as const;

const admissionReview = z.looseObject({
  apiVersion: z.literal(REVIEW.apiVersion),
  kind: z.literal(REVIEW.kind),
  request: z.looseObject({
    uid: z.string().min(1),
    namespace: z.string().nullish(),
    object: z.unknown(),
  }),
});

export interface Reviewed {
  readonly outcome: 'Injected' | Reason;
  readonly body: object;
}

/**
 * The answer to the API server, which always allows: what cannot be injected is let through as it is. A review does not
 * say what labels the namespace has; the path that it came by does. undefined: the body is no AdmissionReview v1.
 */
export function answerReview(
  body: unknown,
  namespaceLabel: string | undefined,
  terms: Terms,
): Reviewed | undefined {
  const review = admissionReview.safeParse(body);
  if (!review.success) return undefined;
  const { uid, namespace, object } = review.data.request;
  const pod = podTemplate.safeParse(object);
  if (!pod.success) return allowed(uid, 'PodUnreadable');
  const place = { name: namespace ?? undefined, inject: namespaceLabel };
  const injection = injectSidecar({ pod: pod.data, namespace: place }, terms);
  if (injection.kind === 'skipped') return allowed(uid, injection.reason);
  const patch = Buffer.from(JSON.stringify(injection.patch)).toString('base64');
  return allowed(uid, 'Injected', { patchType: 'JSONPatch', patch });
}

/** The outcome is kept by the audit log, under the name of the webhook. */
function allowed(uid: string, outcome: Reviewed['outcome'], patch = {}): Reviewed {
  const auditAnnotations = { outcome };
  return { outcome, body: { ...REVIEW, response: { uid, allowed: true, auditAnnotations, ...patch } } };
}
