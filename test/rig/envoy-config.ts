import { join } from 'node:path';
import type { Endpoint, EnvoyOptions, EnvoyRoute } from './envoy.ts';

const TYPE = 'type.googleapis.com';

type Bound = EnvoyOptions & {
  readonly address: string;
  readonly port: number;
  readonly adminPort: number;
};

/** Envoy's start-up configuration: admin, one HTTP listener, clusters whose endpoints come from files. */
export function bootstrap(options: Bound): object {
  const { address, port, adminPort, name = 'envoy' } = options;
  return {
    node: { id: name, cluster: 'rig' },
    admin: { address: socketAddress('127.0.0.1', adminPort) },
    static_resources: {
      listeners: [
        {
          name: 'inbound',
          address: socketAddress(address, port),
          filter_chains: [{ filters: [connectionManager(options)] }],
        },
      ],
      clusters: Object.keys(options.clusters).map((cluster) => clusterOf(cluster, options.folder)),
    },
  };
}

function socketAddress(address: string, port: number): object {
  return { socket_address: { address, port_value: port } };
}

function connectionManager(options: Bound): object {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${TYPE}/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'inbound',
      route_config: { name: 'routes', virtual_hosts: virtualHosts(options) },
      http_filters: [
        {
          name: 'envoy.filters.http.router',
          typed_config: { '@type': `${TYPE}/envoy.extensions.filters.http.router.v3.Router` },
        },
      ],
    },
  };
}

function virtualHosts(options: Bound): object[] {
  const [first = ''] = Object.keys(options.clusters);
  const routes: readonly EnvoyRoute[] = options.routes ?? [{ clusters: [{ name: first }] }];
  const hosts = new Set(routes.map((route) => route.host ?? '*'));
  return [...hosts].map((host) => ({
    name: host === '*' ? 'any' : host,
    domains: host === '*' ? ['*'] : [host, `${host}:*`],
    routes: routes.filter((route) => (route.host ?? '*') === host).map((route) => routeOf(route, options)),
  }));
}

function routeOf(route: EnvoyRoute, { retries = 2, requestTimeoutSeconds = 15 }: Bound): object {
  const [first] = route.clusters;
  const target =
    route.clusters.length === 1
      ? { cluster: first?.name }
      : { weighted_clusters: { clusters: route.clusters.map(({ name, weight = 0 }) => ({ name, weight })) } };
  // Nothing that may have reached a pod is sent twice, so counts of requests stay true.
  const retry =
    retries === 0
      ? {}
      : { retry_policy: { retry_on: 'connect-failure,refused-stream', num_retries: retries } };
  return {
    match: { prefix: route.prefix ?? '/' },
    route: { ...target, timeout: `${requestTimeoutSeconds}s`, ...retry },
  };
}

function clusterOf(name: string, folder: string): object {
  return {
    name,
    type: 'EDS',
    connect_timeout: '1s',
    lb_policy: 'ROUND_ROBIN',
    eds_cluster_config: {
      eds_config: { resource_api_version: 'V3', path_config_source: { path: join(folder, `${name}.json`) } },
    },
    // Envoy's defaults (1024) would hide what overload does to the pods.
    circuit_breakers: {
      thresholds: [{ max_connections: 16384, max_pending_requests: 16384, max_requests: 16384 }],
    },
  };
}

export function endpointsResource(cluster: string, endpoints: readonly Endpoint[]): object {
  return {
    resources: [
      {
        '@type': `${TYPE}/envoy.config.endpoint.v3.ClusterLoadAssignment`,
        cluster_name: cluster,
        endpoints: [
          {
            lb_endpoints: endpoints.map(({ address, port }) => ({
              endpoint: { address: socketAddress(address, port) },
            })),
          },
        ],
      },
    ],
  };
}
