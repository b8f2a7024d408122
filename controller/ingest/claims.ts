import type { Identity } from '../ports.ts';
import type { RawAttribute } from './raw-export.ts';

type PodIdentity = Extract<Identity, { kind: 'pod' }>;

/**
 * Whether a resource says it is somebody else than its token. Only counted: the data is the token's workload's either
 * way, so that a wrong attribute neither helps a liar nor silences a pod that is merely misconfigured.
 */
export function contradicts(
  claims: readonly RawAttribute[],
  { workload, podUid, podName }: PodIdentity,
): boolean {
  const truth: Readonly<Record<string, string | undefined>> = {
    'k8s.pod.uid': podUid,
    'k8s.pod.name': podName,
    'k8s.namespace.name': workload.namespace,
    'k8s.deployment.name': workload.kind === 'Deployment' ? workload.name : undefined,
  };
  return claims.some(({ key, value }) => truth[key] !== value);
}
