import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { KeyPair } from '../../rig/certificates.ts';
import type { Rig } from '../../rig/rig.ts';
import { until } from '../../rig/until.ts';

/*
 * The two APIs from which the HPA controller has its metrics, behind the aggregation layer of the API server. A request is
 * kept waiting until the test answers it, so the test says when each sync computes and what it sees.
 */

/** A pod's usage as metrics-server gives it. */
export interface PodUsage {
  readonly name: string;
  readonly milliCores: number;
  /** What the value is the mean of; a pod Ready for less than this counts as not Ready. */
  readonly windowSeconds: number;
}

export type Answer =
  | { readonly kind: 'external'; readonly milli: number }
  | { readonly kind: 'pods'; readonly pods: readonly PodUsage[] }
  | { readonly kind: 'unavailable' };

export interface MetricsServer {
  /** When the sync that now waits asked for this workload's metric; undefined while none does. */
  waitingSinceMs(workload: string): number | undefined;
  answer(workload: string, answer: Answer): void;
  stop(): Promise<void>;
}

const GROUPS = { external: 'external.metrics.k8s.io', resource: 'metrics.k8s.io' } as const;
const VERSION = 'v1beta1';

export async function startMetricsServer(rig: Rig, namespace: string): Promise<MetricsServer> {
  const waiting = new Map<string, { readonly response: ServerResponse; readonly sinceMs: number }>();
  const server = createServer(tlsOf(rig.serverCertificate), (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://metrics');
    // The name of a workload is also that of its external metric, and of the label `app` of its pods.
    const [, workload] =
      /^\/apis\/external\.metrics\.k8s\.io\/v1beta1\/namespaces\/[^/]+\/([^/]+)$/.exec(pathname) ??
      /^app=(.+)$/.exec(searchParams.get('labelSelector') ?? '') ??
      [];
    if (workload !== undefined) waiting.set(workload, { response, sinceMs: Date.now() });
    else discover(pathname, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  await register(rig, namespace, port);
  return {
    waitingSinceMs: (workload) => waiting.get(workload)?.sinceMs,
    answer: (workload, answer) => {
      const response = waiting.get(workload)?.response;
      if (response === undefined) throw new Error(`nobody asked for the metric of ${workload}`);
      waiting.delete(workload);
      if (answer.kind === 'unavailable')
        send(response, 404, { kind: 'Status', status: 'Failure', code: 404 });
      else send(response, 200, bodyOf(workload, namespace, answer));
    },
    stop: async () => {
      for (const { response } of waiting.values()) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function tlsOf({ certificate, key }: KeyPair) {
  return { cert: readFileSync(certificate), key: readFileSync(key) };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function discover(pathname: string, response: ServerResponse): void {
  const group = Object.values(GROUPS).find((name) => pathname === `/apis/${name}/${VERSION}`);
  if (group === undefined) {
    send(response, 404, { kind: 'Status', status: 'Failure', code: 404 });
    return;
  }
  const pods = {
    name: 'pods',
    singularName: '',
    namespaced: true,
    kind: 'PodMetrics',
    verbs: ['get', 'list'],
  };
  send(response, 200, {
    ...{ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${VERSION}` },
    resources: group === GROUPS.resource ? [pods] : [],
  });
}

type Value = Exclude<Answer, { readonly kind: 'unavailable' }>;

function bodyOf(workload: string, namespace: string, answer: Value): object {
  const timestamp = new Date().toISOString().replace(/\.\d+/, '');
  if (answer.kind === 'external') {
    const item = { metricName: workload, metricLabels: {}, timestamp, value: `${answer.milli}m` };
    const apiVersion = `${GROUPS.external}/${VERSION}`;
    return { kind: 'ExternalMetricValueList', apiVersion, metadata: {}, items: [item] };
  }
  const items = answer.pods.map(({ name, milliCores, windowSeconds }) => ({
    metadata: { name, namespace, labels: { app: workload } },
    ...{ timestamp, window: `${windowSeconds}s` },
    containers: [{ name: 'app', usage: { cpu: `${milliCores}m` } }],
  }));
  return { kind: 'PodMetricsList', apiVersion: `${GROUPS.resource}/${VERSION}`, metadata: {}, items };
}

/** A Service of type ExternalName is the one kind that leads out of the cluster without a network for Services. */
async function register(rig: Rig, namespace: string, port: number): Promise<void> {
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'metrics', namespace } },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
  };
  const apiServices = Object.values(GROUPS).map((group) => ({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${VERSION}.${group}` },
    spec: {
      ...{ group, version: VERSION, groupPriorityMinimum: 100, versionPriority: 100 },
      ...{ insecureSkipTLSVerify: true, service: { name: 'metrics', namespace, port } },
    },
  }));
  await rig.apply([service, ...apiServices].map((item) => `${JSON.stringify(item)}\n`).join('---\n'));
  const names = apiServices.map((item) => `apiservice/${item.metadata.name}`);
  await until(async () => {
    const waited = await rig.kubectl(['wait', ...names, '--for=condition=Available', '--timeout=20s']);
    return waited.code === 0;
  });
}
