import type { ProxyInjection } from '../controller/inject/proxy-injection.ts';

/** What Istio's injector adds to a pod. */
export const istioInjection: ProxyInjection = {
  proxies: ['istio-proxy'],
  companions: ['istio-init', 'istio-validation', 'enable-core-dump'],
  proxyUserId: 1337,
};
