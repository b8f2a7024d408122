/** The object whose replicas Foresail decides, named as Kubernetes names it. */
export interface Workload {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

/** A stable text key, `namespace/Kind/name`: Kubernetes forbids `/` in all three parts, so it is unambiguous. */
export function workloadKey(workload: Workload): string {
  return `${workload.namespace}/${workload.kind}/${workload.name}`;
}

/** The inverse of {@link workloadKey}. Throws a TypeError for a text that is not such a key. */
export function parseWorkloadKey(key: string): Workload {
  const [namespace, kind, name, ...rest] = key.split('/');
  if (!namespace || !kind || !name || rest.length > 0) {
    throw new TypeError(`workload key ${JSON.stringify(key)} must be "namespace/Kind/name"`);
  }
  return { namespace, kind, name };
}

/** What Kubernetes takes as the name of a namespace (RFC 1123 label), and of a Deployment (subdomain). */
export const DNS_LABEL = /^(?=.{1,63}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
export const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/;
