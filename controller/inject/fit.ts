import { allContainers, type Container, type PodTemplate } from './pod.ts';
import type { Proxies } from './proxy-injection.ts';
import { quantityOf } from './quantity.ts';
import type { Fit } from './sidecar-container.ts';

/**
 * Judged by the owner's containers, so that the answer is the same before and after a mesh's injector; by all where
 * there are none, as in a gateway. `fitCel` is the same in CEL.
 */
export function fitOf(pod: PodTemplate, proxies: Proxies): Fit {
  const all = allContainers(pod);
  const own = all.filter(({ name }) => !proxies.foreign.includes(name));
  const judged = own.length > 0 ? own : all;
  const userId = pod.spec.securityContext?.runAsUser;
  return {
    cpuLimited: judged.every((container) => container.resources?.limits?.cpu !== undefined),
    guaranteed: judged.every((container) => isGuaranteed(container)),
    ownUser: userId !== undefined && userId !== null && forbiddenUsers(proxies).includes(userId),
  };
}

function isGuaranteed({ resources }: Container): boolean {
  return ['cpu', 'memory'].every((name) => {
    const limit = resources?.limits?.[name];
    const request = resources?.requests?.[name] ?? limit;
    return limit !== undefined && request !== undefined && quantityOf(request) === quantityOf(limit);
  });
}

function forbiddenUsers({ userIds }: Proxies): readonly number[] {
  return [0, ...userIds];
}

/** `fitOf` as CEL over the policy's variable `names`, as variables for the policy; in this order. */
export function fitCel(proxies: Proxies): Readonly<Record<'foreign' | keyof Fit, string>> {
  const foreign = JSON.stringify(proxies.foreign);
  const everyJudged = (test: string) =>
    ['object.spec.containers', 'object.spec.initContainers']
      .map((list) => `(!has(${list}) || ${list}.all(c, c.name in variables.foreign || (${test})))`)
      .join(' &&\n');
  const equal = (name: string) =>
    `'${name}' in c.resources.limits &&\n  (!has(c.resources.requests) || !('${name}' in c.resources.requests) ||\n  ` +
    `quantity(string(c.resources.requests['${name}'])).compareTo(quantity(string(c.resources.limits['${name}']))) == 0)`;
  return {
    foreign: `variables.names.all(name, name in ${foreign}) ? [] : ${foreign}`,
    cpuLimited: everyJudged("has(c.resources) && has(c.resources.limits) && 'cpu' in c.resources.limits"),
    guaranteed: everyJudged(
      `has(c.resources) && has(c.resources.limits) && ${equal('cpu')} &&\n  ${equal('memory')}`,
    ),
    ownUser:
      'has(object.spec.securityContext) && has(object.spec.securityContext.runAsUser) && ' +
      `object.spec.securityContext.runAsUser in ${JSON.stringify(forbiddenUsers(proxies))}`,
  };
}
