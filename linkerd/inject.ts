import type { ProxyInjection } from '../controller/inject/proxy-injection.ts';

/** What Linkerd's injector adds to a pod. */
export const linkerdInjection: ProxyInjection = {
  proxies: ['linkerd-proxy'],
  companions: ['linkerd-init', 'linkerd-network-validator', 'linkerd-debug'],
  proxyUserId: 2102,
};
