import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, endpointsResource } from './envoy-config.ts';
import { createPart, type Part } from './part.ts';
import type { Parts } from './parts.ts';
import { freePorts } from './ports.ts';

export type Endpoint = { readonly address: string; readonly port: number };

export type EnvoyRoute = {
  /** Matches when the request's Host is this; left out: any. */
  readonly host?: string;
  readonly prefix?: string;
  /** Weights must sum to 100; one cluster needs none. */
  readonly clusters: readonly { readonly name: string; readonly weight?: number }[];
};

export type EnvoyOptions = {
  readonly parts: Parts;
  readonly folder: string;
  readonly logs: string;
  readonly name?: string;
  /** Cluster name to its first endpoints; they can be changed while Envoy runs. */
  readonly clusters: Readonly<Record<string, readonly Endpoint[]>>;
  /** Left out: everything to the first cluster. */
  readonly routes?: readonly EnvoyRoute[];
  /** Where the listener binds; a pod's address makes this Envoy that pod's inbound proxy. */
  readonly address?: string;
  /** Left out: a free port. */
  readonly port?: number;
  /** Admin binds to loopback. Left out: a free port. */
  readonly adminPort?: number;
  /** Retries of what failed before the request reached a pod; 2, as Istio's default. */
  readonly retries?: number;
  readonly requestTimeoutSeconds?: number;
};

export type Envoy = {
  readonly part: Part;
  /** Through here the load goes. */
  readonly url: string;
  readonly adminUrl: string;
  /** Replaces a cluster's endpoints; Envoy takes them over some milliseconds later. */
  setEndpoints(cluster: string, endpoints: readonly Endpoint[]): void;
  /** Envoy's own counters in Prometheus' text. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
};

/** A stock Envoy with one HTTP listener, whose endpoints come from files that it watches. */
export async function startEnvoy(options: EnvoyOptions): Promise<Envoy> {
  const { name = 'envoy', address = '127.0.0.1' } = options;
  const [freeListener = 0, freeAdmin = 0] = await freePorts(2);
  const port = options.port ?? freeListener;
  const adminPort = options.adminPort ?? freeAdmin;
  const folder = join(options.folder, name);
  mkdirSync(folder, { recursive: true });
  const setEndpoints = (cluster: string, endpoints: readonly Endpoint[]): void =>
    replaceFile(folder, `${cluster}.json`, endpointsResource(cluster, endpoints));
  for (const [cluster, endpoints] of Object.entries(options.clusters)) setEndpoints(cluster, endpoints);
  const config = join(folder, 'bootstrap.json');
  writeFileSync(config, JSON.stringify(bootstrap({ ...options, folder, address, port, adminPort }), null, 2));
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const part = createPart({
    name,
    file: options.parts.envoy,
    // The base id keeps Envoys of one machine from sharing memory for hot restarts.
    args: ['--config-path', config, '--concurrency', '1', '--use-dynamic-base-id', '--log-level', 'warning'],
    logFile: join(options.logs, `${name}.log`),
    ready: async () => (await fetch(`${adminUrl}/ready`)).ok,
    readyTimeoutMs: 20_000,
  });
  await part.start();
  return {
    part,
    url: `http://${address}:${port}`,
    adminUrl,
    setEndpoints,
    metrics: async () => (await fetch(`${adminUrl}/stats/prometheus`)).text(),
    stop: () => part.stop(),
  };
}

/** Envoy looks at a file when another is moved over it; a file written in place would be read half-done. */
function replaceFile(folder: string, name: string, content: object): void {
  const next = join(folder, `.${name}`);
  writeFileSync(next, JSON.stringify(content));
  renameSync(next, join(folder, name));
}
