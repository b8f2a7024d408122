/** Paths of the executables and files that a rig is made of. */
export type Parts = {
  readonly etcd: string;
  readonly apiserver: string;
  readonly controllerManager: string;
  readonly scheduler: string;
  readonly kubectl: string;
  readonly kwok: string;
  /** kwok's own stages for nodes and jobs, copied out of its module. */
  readonly kwokStages: string;
  readonly prometheus: string;
  readonly envoy: string;
  readonly kedaOperator: string;
  readonly kedaAdapter: string;
  /** KEDA's own manifests (crd/bases, rbac, service_account, metrics-server), copied out of its module. */
  readonly kedaManifests: string;
};

/** The environment variable that carries such a reason to the test processes. */
export const MISSING = 'FORESAIL_REAL_MISSING';

/** Why the parts cannot be had on this machine, and what to do about it. */
export type Missing = { readonly missing: string };

export function isMissing(parts: Parts | Missing): parts is Missing {
  return 'missing' in parts;
}
