import type { PodTemplate } from '../../controller/inject/pod.ts';
import type { Case } from '../inject/pods.ts';
import type { Rig } from '../rig/rig.ts';

/** A namespace for each value of the label. */
const NAMESPACES: Readonly<Record<string, string>> = {
  enabled: 'on',
  disabled: 'off',
  yes: 'odd',
  none: 'plain',
};
const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' };

export async function makeNamespaces(rig: Rig): Promise<void> {
  const manifests = Object.entries(NAMESPACES).map(([label, name]) =>
    namespaceManifest(name, label === 'none' ? {} : { 'foresail.dev/inject': label }),
  );
  manifests.push(namespaceManifest('strict', { 'foresail.dev/inject': 'enabled', ...RESTRICTED }));
  await rig.apply(yamlOf(manifests));
  for (const name of [...Object.values(NAMESPACES), 'strict']) {
    const made = ['wait', 'serviceaccount/default', '-n', name, '--for=create', '--timeout=30s'];
    await rig.kubectl(made);
  }
}

export function namespaceOf({ label = 'enabled' }: Case): string {
  return NAMESPACES[label ?? 'none'] ?? 'plain';
}

export const yamlOf = (manifests: readonly object[]) =>
  `${manifests.map((one) => JSON.stringify(one)).join('\n---\n')}\n`;

/** The pod as the API server would store it; throws when it would be refused. */
export async function admitted(rig: Rig, pod: PodTemplate, namespace: string): Promise<PodTemplate> {
  const { metadata, spec } = pod;
  const owned = metadata?.ownerReferences ? { ownerReferences: metadata.ownerReferences } : {};
  const { body, status } = await rig.api.request('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', annotations: metadata?.annotations, labels: metadata?.labels, ...owned },
    // the API server mounts a token of its own under a name made up each time
    spec: { ...spec, automountServiceAccountToken: false },
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body as PodTemplate;
}

export function hasSidecar({ spec }: PodTemplate): boolean {
  return spec.initContainers?.some(({ name }) => name === 'foresail') ?? false;
}

function namespaceManifest(name: string, labels: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}
