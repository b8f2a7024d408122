import type { Reason } from '../reasons.ts';
import type { InjectionConfig } from './injection-config.ts';
import { INJECT, PROFILE, SIDECAR, STATE_VOLUME, TOKEN_PATH, TOKEN_VOLUME } from './names.ts';
import { allContainers, type Candidate, type PodTemplate } from './pod.ts';
import type { Proxies } from './proxy-injection.ts';

export interface Terms {
  readonly config: InjectionConfig;
  readonly proxies: Proxies;
}

/**
 * Why a pod gets no sidecar. Each rule is written twice, in TypeScript for the command and the webhook and in CEL for the
 * policy, side by side; the tests on the real API server hold the two to the same answer.
 */
export interface SkipRule {
  readonly reason: Reason;
  readonly message: (terms: Terms) => string;
  readonly applies: (candidate: Candidate, terms: Terms) => boolean;
  /** Over the policy's variables: annotations, switches, names, profile. */
  readonly cel: (terms: Terms) => string;
}

export function switchesOf({ pod, namespace }: Candidate): readonly string[] {
  const { annotations, labels } = pod.metadata ?? {};
  return [annotations?.[INJECT], labels?.[INJECT], namespace.inject].filter((value) => value !== undefined);
}

export function profileNameOf({ pod }: Candidate, { config }: Terms): string {
  return pod.metadata?.annotations?.[PROFILE] ?? config.defaultProfile;
}

const MIRROR = 'kubernetes.io/config.mirror';
const RESERVED_VOLUMES: readonly string[] = [TOKEN_VOLUME, STATE_VOLUME];
const list = (values: readonly (string | number)[]) => JSON.stringify(values);
const requiring = ({ config }: Terms) =>
  Object.entries(config.profiles).flatMap(([name, { requireProxy }]) => (requireProxy ? [name] : []));

/** In this order; the first that applies is the reason. */
export const skipRules: readonly SkipRule[] = [
  {
    reason: 'InjectionNotAsked',
    message: () => `neither the pod (annotation or label) nor its namespace (label) has ${INJECT}: enabled`,
    applies: (candidate) => switchesOf(candidate).length === 0,
    cel: () => 'variables.switches.size() == 0',
  },
  {
    reason: 'InjectionDisabled',
    message: () => `${INJECT}: disabled, on the pod or its namespace, wins over every other`,
    applies: (candidate) => switchesOf(candidate).includes('disabled'),
    cel: () => "'disabled' in variables.switches",
  },
  {
    reason: 'InjectionValueUnknown',
    message: () => `${INJECT} must be enabled or disabled`,
    applies: (candidate) => switchesOf(candidate).some((value) => value !== 'enabled'),
    cel: () => "variables.switches.exists(value, value != 'enabled')",
  },
  {
    reason: 'NamespaceExcluded',
    message: ({ config }) => `nothing is injected in the namespaces ${config.excludedNamespaces.join(', ')}`,
    applies: ({ namespace }, { config }) => config.excludedNamespaces.includes(namespace.name ?? ''),
    cel: ({ config }) => `request.namespace in ${list(config.excludedNamespaces)}`,
  },
  {
    reason: 'MirrorPod',
    message: () => 'a mirror of a static pod must be what the kubelet says',
    applies: ({ pod }) => pod.metadata?.annotations?.[MIRROR] !== undefined,
    cel: () => `'${MIRROR}' in variables.annotations`,
  },
  {
    reason: 'HostNetwork',
    message: () => "hostNetwork must be false: 127.0.0.1 would be the node's, not the pod's",
    applies: ({ pod }) => pod.spec.hostNetwork === true,
    cel: () => 'has(object.spec.hostNetwork) && object.spec.hostNetwork',
  },
  {
    reason: 'WindowsPod',
    message: () => 'the sidecar runs on Linux only',
    applies: ({ pod }) =>
      pod.spec.os?.name === 'windows' || pod.spec.nodeSelector?.['kubernetes.io/os'] === 'windows',
    cel: () =>
      "(has(object.spec.os) && object.spec.os.name == 'windows') || (has(object.spec.nodeSelector) && " +
      "'kubernetes.io/os' in object.spec.nodeSelector && object.spec.nodeSelector['kubernetes.io/os'] == 'windows')",
  },
  {
    reason: 'RunsToCompletion',
    message: () => 'a pod of a Job, or one that is not restarted, is never scaled',
    applies: ({ pod }) =>
      ['Never', 'OnFailure'].includes(pod.spec.restartPolicy ?? 'Always') ||
      (pod.metadata?.ownerReferences ?? []).some(({ kind }) => kind === 'Job'),
    cel: () =>
      "(has(object.spec.restartPolicy) && object.spec.restartPolicy in ['Never', 'OnFailure']) || " +
      "(has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(owner, owner.kind == 'Job'))",
  },
  {
    reason: 'SidecarPresent',
    message: () => `a container ${SIDECAR}, or one that mounts ${TOKEN_PATH}, is there already`,
    applies: ({ pod }) => hasSidecar(pod),
    cel: () =>
      `'${SIDECAR}' in variables.names || ${mountsToken('object.spec.containers')} || ` +
      `(has(object.spec.initContainers) && ${mountsToken('object.spec.initContainers')})`,
  },
  {
    reason: 'VolumeNameTaken',
    message: () => `volumes must not be named ${RESERVED_VOLUMES.join(' or ')}`,
    applies: ({ pod }) => (pod.spec.volumes ?? []).some(({ name }) => RESERVED_VOLUMES.includes(name)),
    cel: () =>
      `has(object.spec.volumes) && object.spec.volumes.exists(volume, volume.name in ${list(RESERVED_VOLUMES)})`,
  },
  {
    reason: 'PodLevelResources',
    message: () =>
      'spec.resources of the pod bounds all its containers together: make room there and add the sidecar by hand',
    applies: ({ pod }) => Boolean(pod.spec.resources?.requests ?? pod.spec.resources?.limits),
    cel: () =>
      'has(object.spec.resources) && (has(object.spec.resources.requests) || has(object.spec.resources.limits))',
  },
  {
    reason: 'ProfileUnknown',
    message: ({ config }) => `${PROFILE} must be one of ${Object.keys(config.profiles).join(', ')}`,
    applies: (candidate, terms) => !Object.hasOwn(terms.config.profiles, profileNameOf(candidate, terms)),
    cel: ({ config }) => `!(variables.profile in ${list(Object.keys(config.profiles))})`,
  },
  {
    reason: 'ProxyMissing',
    message: ({ proxies }) =>
      `the profile needs a mesh proxy beside it: a container ${proxies.names.join(' or ')}`,
    applies: (candidate, terms) =>
      requiring(terms).includes(profileNameOf(candidate, terms)) &&
      !allContainers(candidate.pod).some(({ name }) => terms.proxies.names.includes(name)),
    cel: (terms) =>
      `variables.profile in ${list(requiring(terms))} && ` +
      `!variables.names.exists(name, name in ${list(terms.proxies.names)})`,
  },
];

function hasSidecar(pod: PodTemplate): boolean {
  return allContainers(pod).some(
    ({ name, volumeMounts }) =>
      name === SIDECAR || (volumeMounts ?? []).some(({ mountPath }) => mountPath === TOKEN_PATH),
  );
}

function mountsToken(containers: string): string {
  const mounts = `c.volumeMounts.exists(mount, mount.mountPath == '${TOKEN_PATH}')`;
  return `${containers}.exists(c, has(c.volumeMounts) && ${mounts})`;
}
