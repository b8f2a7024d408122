import { TELEMETRY_AUDIENCE } from '../../sidecar/signals.ts';
import type { Profile } from './injection-config.ts';
import { SIDECAR, STATE_PATH, STATE_VOLUME, TOKEN_PATH, TOKEN_VOLUME } from './names.ts';

/** The image's own user, stated where the pod's would be root or a mesh proxy's. */
export const SIDECAR_USER_ID = 65532;

/** What of the sidecar depends on the pod. */
export interface Fit {
  /** Every container of the pod has a CPU limit, so this one gets one: a quota may ask for it. */
  readonly cpuLimited: boolean;
  /** Every container of the pod has requests equal to its limits; so has this one, or the pod would lose its class. */
  readonly guaranteed: boolean;
  /** The pod's own user is one that the sidecar must not be. */
  readonly ownUser: boolean;
}

export function resourcesFor({ resources }: Profile, { cpuLimited, guaranteed }: Omit<Fit, 'ownUser'>) {
  const { requests, limits } = resources;
  return {
    requests: guaranteed ? limits : requests,
    limits: cpuLimited || guaranteed ? limits : { memory: limits.memory },
  };
}

/**
 * A native sidecar: it starts before the application, ends after it, and lets a Job end. No port, no probe; it keeps to
 * the restricted pod security standard by itself, whatever the pod says.
 */
export function sidecarContainer(profile: Profile, fit: Fit) {
  return {
    name: SIDECAR,
    image: profile.image,
    ...(profile.imagePullPolicy ? { imagePullPolicy: profile.imagePullPolicy } : {}),
    restartPolicy: 'Always',
    args: argsOf(profile),
    env: [
      variable('POD_NAME', 'metadata.name'),
      variable('POD_UID', 'metadata.uid'),
      variable('POD_NAMESPACE', 'metadata.namespace'),
    ],
    resources: resourcesFor(profile, fit),
    securityContext: {
      ...(fit.ownUser ? { runAsUser: SIDECAR_USER_ID } : {}),
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { name: TOKEN_VOLUME, mountPath: TOKEN_PATH, readOnly: true },
      { name: STATE_VOLUME, mountPath: STATE_PATH },
    ],
  };
}

/** A volume in memory: one on disk would keep cluster-autoscaler from draining the node. */
export const sidecarVolumes = [
  {
    name: TOKEN_VOLUME,
    projected: {
      sources: [
        { serviceAccountToken: { audience: TELEMETRY_AUDIENCE, path: 'token', expirationSeconds: 3600 } },
      ],
    },
  },
  { name: STATE_VOLUME, emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
] as const;

function argsOf({ endpoints, intervalSeconds, logLevel }: Profile): readonly string[] {
  return [
    'sidecar',
    ...endpoints.flatMap((endpoint) => ['--endpoint', endpoint]),
    ...(intervalSeconds === undefined ? [] : ['--interval-seconds', String(intervalSeconds)]),
    ...(logLevel === undefined ? [] : ['--log-level', logLevel]),
  ];
}

function variable(name: string, fieldPath: string) {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}
