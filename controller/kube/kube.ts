import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock, Random } from '../clock.ts';
import type { Cluster, Identifier, Leadership, Meter } from '../ports.ts';
import { KubeCluster } from './cluster.ts';
import { createConnection } from './connection.ts';
import { Election } from './election.ts';
import { TokenIdentifier } from './identity.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import { KubeMeter } from './meter.ts';

export interface KubeOptions {
  /** Path; absent: $KUBECONFIG, ~/.kube/config, or the pod's service account. */
  readonly kubeconfig?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Where the Lease is: where Foresail runs. */
  readonly namespace?: string;
  /** Begins the holder's name in the Lease; absent: the host's name, which in a pod is the pod's. */
  readonly instance?: string;
  readonly onLeading?: (leading: boolean, epoch: number) => void;
  /** With the UID of a pod that is gone, or on its way. */
  readonly onPodGone?: (uid: string) => void;
  readonly onFailure?: (what: string, error: Error) => void;
}

/** All that Foresail wants of Kubernetes, on one connection. */
export interface Kube {
  readonly cluster: Cluster;
  readonly leadership: Leadership;
  readonly identifier: Identifier;
  readonly meter: Meter;
  /** Reconciles may begin: every watched resource has been listed once. */
  synced(): boolean;
  counts(): ReturnType<KubeCluster['counts']>;
  start(): void;
  /** Gives up leadership first, then stops watching. */
  stop(): Promise<void>;
}

/** Connects nothing yet. Throws BadInput when the kubeconfig is missing or wrong. */
export function createKubeCluster(options: KubeOptions): Kube {
  const { clock, random } = options;
  const connection = createConnection(loadKubeconfig({ path: options.kubeconfig }), clock);
  const failed = (what: string, error: Error) => options.onFailure?.(what, error);
  const instance = options.instance ?? hostname();
  const election = new Election({
    ...{ connection, clock, random },
    namespace: options.namespace ?? 'foresail',
    name: 'foresail',
    identity: identityOf(instance),
    onFailure: (error) => failed('election', error),
    onChange: (leading, epoch) => {
      options.onLeading?.(leading, epoch);
      cluster.publishInvalid();
    },
  });
  const cluster = new KubeCluster({
    ...{ connection, clock, random, instance, leadership: election, onFailure: failed },
    onPodGone: options.onPodGone,
  });
  return {
    cluster,
    leadership: election,
    identifier: new TokenIdentifier({ connection, index: cluster.index }),
    meter: new KubeMeter({ connection, clock, onFailure: (error) => failed('metrics', error) }),
    synced: () => cluster.synced(),
    counts: () => cluster.counts(),
    start() {
      cluster.start();
      election.start();
    },
    async stop() {
      await election.stop();
      await cluster.stop();
      connection.close();
    },
  };
}

/**
 * Host and random: a process restarted in the same pod is another holder. At most 80 characters, as it is part of a
 * field manager's name (128).
 */
export function identityOf(instance: string): string {
  return `${instance.slice(0, 63)}_${randomBytes(4).toString('hex')}`;
}
