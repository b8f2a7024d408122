import { mustRequest } from '../../rig/api.ts';
import type { Rig } from '../../rig/rig.ts';
import { until } from '../../rig/until.ts';

/*
 * What the HPAs of the test scale: an object of a kind of its own with a scale subresource, and pods without a node, of
 * which no kubelet and no controller knows. So pods are exactly what the test says they are at each sync.
 */

const GROUP = 'rig.foresail.dev';
const TARGETS = `/apis/${GROUP}/v1/namespaces`;

export const TARGET_REF = { apiVersion: `${GROUP}/v1`, kind: 'Target' };

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `targets.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'targets', singular: 'target', kind: 'Target' },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
      },
    ],
  },
};

export async function defineTargets(rig: Rig): Promise<void> {
  await rig.apply(`${JSON.stringify(definition)}\n`);
  const established = ['wait', `crd/targets.${GROUP}`, '--for=condition=Established', '--timeout=30s'];
  await until(async () => (await rig.kubectl(established)).code === 0);
}

export async function createTarget(
  rig: Rig,
  namespace: string,
  name: string,
  replicas: number,
): Promise<void> {
  const path = `${TARGETS}/${namespace}/targets`;
  const made = await mustRequest(rig.api, 'POST', path, {
    ...{ ...TARGET_REF, metadata: { name, namespace } },
    spec: { replicas },
  });
  const status = { replicas, selector: `app=${name}` };
  await mustRequest(rig.api, 'PUT', `${path}/${name}/status`, { ...(made as object), status });
}

export async function replicasOf(rig: Rig, namespace: string, name: string): Promise<number> {
  const body = await mustRequest(rig.api, 'GET', `${TARGETS}/${namespace}/targets/${name}`);
  return (body as { readonly spec: { readonly replicas: number } }).spec.replicas;
}

/**
 * Pending: not started. Unready: runs, is not Ready, and its metric (if any) says nothing. JustReady: Ready, but for
 * less than the window of its metric. Ready: for an hour.
 */
export type PodState = 'Pending' | 'Unready' | 'JustReady' | 'Ready';

export interface PodName {
  readonly namespace: string;
  readonly app: string;
  readonly name: string;
}

export async function createPod(rig: Rig, { namespace, app, name }: PodName): Promise<void> {
  await mustRequest(rig.api, 'POST', `/api/v1/namespaces/${namespace}/pods`, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: { app } } },
    spec: {
      // Nobody schedules it, so no kubelet touches its status and it is gone at once when it is deleted.
      schedulerName: 'nobody',
      automountServiceAccountToken: false,
      containers: [{ name: 'app', image: 'rig.invalid/app', resources: { requests: { cpu: '1' } } }],
    },
  });
}

export async function deletePod(rig: Rig, { namespace, name }: PodName): Promise<void> {
  await mustRequest(rig.api, 'DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`);
}

export async function setPodState(rig: Rig, pod: PodName, state: PodState): Promise<void> {
  if (state === 'Pending') return;
  const { namespace, app, name } = pod;
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/, '');
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const since = state === 'Ready' ? hourAgo : now;
  const ready = state === 'Unready' ? 'False' : 'True';
  await mustRequest(rig.api, 'PUT', `/api/v1/namespaces/${namespace}/pods/${name}/status`, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: { app } } },
    status: {
      phase: 'Running',
      startTime: since,
      conditions: [{ type: 'Ready', status: ready, lastTransitionTime: since }],
    },
  });
}
