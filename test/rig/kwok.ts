import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPart, type Part } from './part.ts';
import type { Parts } from './parts.ts';

const STAGES = join(import.meta.dirname, 'stages');

export type KwokOptions = {
  readonly parts: Parts;
  readonly logs: string;
  readonly folder: string;
  readonly kubeconfig: string;
  readonly podCidr: string;
};

/**
 * Plays the kubelets. It must not be restarted under live pods: it does not read which addresses are taken, and would
 * give them out again.
 */
export function createKwok({ parts, logs, folder, kubeconfig, podCidr }: KwokOptions): Part {
  const stages = [parts.kwokStages, STAGES].flatMap((stageFolder) =>
    readdirSync(stageFolder)
      .sort()
      .map((name) => `--config=${join(stageFolder, name)}`),
  );
  return createPart({
    name: 'kwok',
    file: parts.kwok,
    logFile: join(logs, 'kwok.log'),
    // Else it would read the configuration of whoever runs the tests, too.
    env: { HOME: mkdtempSync(join(folder, 'kwok-home-')) },
    args: [
      `--kubeconfig=${kubeconfig}`,
      ...stages,
      '--manage-all-nodes=true',
      `--cidr=${podCidr}`,
      '--node-ip=127.0.0.1',
      // Without leases the node goes NotReady after 40 s, and its pods with it.
      '--node-lease-duration-seconds=40',
      '--server-address=',
    ],
  });
}

/** Nodes as objects; kwok makes them Ready. */
export function nodeManifests(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${index + 1}`,
      labels: {
        'kubernetes.io/hostname': `node-${index + 1}`,
        'topology.kubernetes.io/zone': `zone-${(index % 3) + 1}`,
      },
    },
  }));
}
