import { head } from './manifest-head.ts';
import { INJECT } from './names.ts';
import type { Terms } from './skip-rules.ts';

export interface WebhookPlace {
  readonly service: string;
  readonly namespace: string;
  readonly port: number;
  /** PEM of the authorities to be trusted, one after the other. */
  readonly authorities: string;
}

/**
 * A review does not carry the labels of the namespace, and the webhook may ask nobody: so there are two, and which of
 * them the API server calls says it. A namespace with any other value of the label matches neither.
 */
export function webhookManifests({ config }: Terms, place: WebhookPlace): readonly object[] {
  const excluded = {
    key: 'kubernetes.io/metadata.name',
    operator: 'NotIn',
    values: config.excludedNamespaces,
  };
  const webhook = (name: string, path: string, labelled: object, matchConditions?: readonly object[]) => ({
    name: `${name}.inject.foresail.dev`,
    admissionReviewVersions: ['v1'],
    clientConfig: {
      service: { name: place.service, namespace: place.namespace, path, port: place.port },
      caBundle: Buffer.from(place.authorities).toString('base64'),
    },
    failurePolicy: 'Ignore',
    timeoutSeconds: 2,
    sideEffects: 'None',
    reinvocationPolicy: 'IfNeeded',
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    namespaceSelector: { matchExpressions: [{ key: INJECT, ...labelled }, excluded] },
    ...(matchConditions ? { matchConditions } : {}),
  });
  const onPod = ['annotations', 'labels']
    .map((map) => `(has(object.metadata.${map}) && '${INJECT}' in object.metadata.${map})`)
    .join(' || ');
  return [
    {
      ...head('MutatingWebhookConfiguration', 'foresail-inject'),
      webhooks: [
        webhook('namespace', '/inject/namespace', { operator: 'In', values: ['enabled'] }),
        webhook('pod', '/inject/pod', { operator: 'DoesNotExist' }, [
          { name: 'asked-by-the-pod', expression: onPod },
        ]),
      ],
    },
  ];
}
