/** Objects of the API server as far as Foresail reads them; everything else is dropped when they come in. */
export interface KubeObject {
  readonly metadata: Metadata;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface Metadata {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly unknown[];
}

export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** `namespace/name`, or `name` for what has no namespace. */
export function objectKey({ metadata }: { readonly metadata: Pick<Metadata, 'namespace' | 'name'> }): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
}

/** The object as sent, or undefined for what is no object of the API server at all. */
export function asKubeObject(value: unknown): KubeObject | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { metadata } = value as { metadata?: Partial<Metadata> };
  if (typeof metadata?.name !== 'string' || typeof metadata.resourceVersion !== 'string') return undefined;
  return value as KubeObject;
}

/** The owner that created the object and looks after it; there is at most one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** Path of a resource: `resourcePath('/apis/apps/v1', 'deployments', 'default', 'shop', 'scale')`. */
export function resourcePath(
  api: string,
  plural: string,
  namespace?: string,
  name?: string,
  subresource?: string,
): string {
  const parts = [
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `${api}/${parts.map(encodeURIComponent).join('/')}`;
}

/** What a Status object of the API server says, or the bare status code. */
export function messageOf(reply: { readonly status: number; readonly body: unknown }): string {
  const message = (reply.body as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : `the API server answered ${reply.status}`;
}
