/** What a mesh folder says of what its own injector adds to a pod. */
export interface ProxyInjection {
  /** Names of the containers that are its proxy. */
  readonly proxies: readonly string[];
  /** Names of the other containers that it adds. */
  readonly companions: readonly string[];
  /** Traffic of this user is not led through the proxy, so nothing else may run as it. */
  readonly proxyUserId: number;
}

/** The same of all meshes together: a rule asks whether a mesh is there, never which. */
export interface Proxies {
  readonly names: readonly string[];
  /** The proxies and what comes with them: not the pod owner's containers. */
  readonly foreign: readonly string[];
  readonly userIds: readonly number[];
}

export function joinProxies(meshes: readonly ProxyInjection[]): Proxies {
  return {
    names: meshes.flatMap(({ proxies }) => proxies),
    foreign: meshes.flatMap(({ proxies, companions }) => [...proxies, ...companions]),
    userIds: meshes.map(({ proxyUserId }) => proxyUserId),
  };
}
