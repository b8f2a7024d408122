import { join } from 'node:path';
import { command } from './command.ts';
import { findGo } from './requirements.ts';

const MODULE = 'github.com/argoproj/argo-rollouts@v1.10.0';

/**
 * Path of Argo Rollouts' own CRD, out of its Go module; undefined where that cannot be had. Inside the rig's namespace there is
 * no network, so it must have been asked for outside before.
 */
export async function rolloutCrd(): Promise<string | undefined> {
  const go = await findGo();
  if (go === undefined) return undefined;
  const found = await command(go.path, ['mod', 'download', '-json', MODULE], { timeoutMs: 60_000 });
  if (found.code !== 0) return undefined;
  const { Dir } = JSON.parse(found.stdout) as { readonly Dir?: string };
  return Dir && join(Dir, 'manifests', 'crds', 'rollout-crd.yaml');
}
