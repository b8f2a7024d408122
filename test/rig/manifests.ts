import { join } from 'node:path';
import type { Rig } from './rig.ts';
import { until } from './until.ts';

export const DEPLOY = join(import.meta.dirname, '..', '..', 'deploy');

/** Installs Foresail's own manifests and waits until the API server enforces them. */
export async function installManifests(rig: Rig): Promise<void> {
  await rig.apply(join(DEPLOY, 'base'));
  const crd = 'crd/predictivescalers.foresail.dev';
  const established = await rig.kubectl(['wait', crd, '--for=condition=Established', '--timeout=30s']);
  if (established.code !== 0) throw new Error(established.stderr);
  await until(() => enforced(rig));
}

/** A policy takes hold some moments after it was accepted; this asks until a write that must be refused is. */
async function enforced(rig: Rig): Promise<boolean> {
  const asForesail = ['--as=system:serviceaccount:foresail:foresail', '--as-group=system:serviceaccounts'];
  const policies = await rig.kubectl(['get', 'validatingadmissionpolicies', '-o', 'json']);
  const items = JSON.parse(policies.stdout).items as {
    metadata: { generation: number };
    status?: PolicyStatus;
  }[];
  const checked = items.every((item) => item.status?.observedGeneration === item.metadata.generation);
  if (!checked || items.length < 2) return false;
  await rig.kubectl([
    'create',
    'deployment',
    'probe',
    '--image=rig.invalid/app',
    '--replicas=0',
    '-n',
    'default',
  ]);
  const scaled = await rig.kubectl([
    'scale',
    'deployment/probe',
    '--replicas=1',
    '-n',
    'default',
    ...asForesail,
  ]);
  return /denied request|forbidden/.test(scaled.stderr);
}

type PolicyStatus = { observedGeneration?: number; typeChecking?: { expressionWarnings?: object[] } };

export const scalerManifest = (namespace: string, name: string, spec: unknown): string =>
  `${JSON.stringify({
    apiVersion: 'foresail.dev/v1alpha1',
    kind: 'PredictiveScaler',
    metadata: { namespace, name },
    spec,
  })}\n`;
