import { reasons } from '../reasons.ts';
import { type Case, celOf, firstOf } from './cel.ts';
import { fitCel } from './fit.ts';
import type { Profile } from './injection-config.ts';
import { head } from './manifest-head.ts';
import { INJECT, PROFILE } from './names.ts';
import { resourcesFor, SIDECAR_USER_ID, sidecarContainer, sidecarVolumes } from './sidecar-container.ts';
import { skipRules, type Terms } from './skip-rules.ts';

const CONTAINER = 'Object.spec.initContainers';
const VOLUME = 'Object.spec.volumes';

/** Injection without a webhook: what `injectSidecar` does, carried out by the API server itself. */
export function policyManifests(terms: Terms): readonly object[] {
  return [
    {
      ...head('MutatingAdmissionPolicy', 'foresail-inject'),
      spec: {
        failurePolicy: 'Ignore',
        reinvocationPolicy: 'IfNeeded',
        matchConstraints: createdPods(terms),
        variables: variablesOf(terms),
        mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: patchExpression(terms) } }],
      },
    },
    {
      ...head('MutatingAdmissionPolicyBinding', 'foresail-inject'),
      spec: { policyName: 'foresail-inject' },
    },
  ];
}

/**
 * Tells whoever makes a pod that should have a sidecar and has none, and the audit log, why. It never refuses one, and
 * says nothing of pods that are never meant to have one.
 */
export function reportManifests(terms: Terms): readonly object[] {
  const expected = skipRules.filter(({ reason }) => reasons[reason][0] === 'info');
  const surprising = skipRules.filter((rule) => !expected.includes(rule));
  const why = firstOf(
    surprising.map(
      ({ reason, message }): Case => [
        `variables.reason == '${reason}'`,
        JSON.stringify(`${reason}: ${message(terms)}`),
      ],
    ),
    JSON.stringify(
      'nothing added it; the webhook or the policy foresail-inject must be installed and working',
    ),
  );
  return [
    {
      ...head('ValidatingAdmissionPolicy', 'foresail-inject-report'),
      spec: {
        failurePolicy: 'Ignore',
        matchConstraints: createdPods(terms),
        variables: variablesOf(terms).filter(({ name }) => !(name in fitCel(terms.proxies))),
        validations: [
          {
            expression: `variables.reason in ${JSON.stringify(expected.map(({ reason }) => reason))}`,
            messageExpression: `'this pod has no sidecar of Foresail: ' + (\n${why})`,
          },
        ],
      },
    },
    {
      ...head('ValidatingAdmissionPolicyBinding', 'foresail-inject-report'),
      spec: { policyName: 'foresail-inject-report', validationActions: ['Warn', 'Audit'] },
    },
  ];
}

function createdPods({ config }: Terms) {
  const excluded = {
    key: 'kubernetes.io/metadata.name',
    operator: 'NotIn',
    values: config.excludedNamespaces,
  };
  return {
    namespaceSelector: { matchExpressions: [excluded] },
    resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  };
}

interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** Each uses only those above it. */
function variablesOf(terms: Terms): readonly Variable[] {
  const valueIn = (map: string) => `('${INJECT}' in ${map} ? [${map}['${INJECT}']] : [])`;
  const optionalMap = (path: string) => `has(${path}) ? ${path} : {}`;
  const variables = {
    annotations: optionalMap('object.metadata.annotations'),
    labels: optionalMap('object.metadata.labels'),
    namespaceLabels: optionalMap('namespaceObject.metadata.labels'),
    switches: ['variables.annotations', 'variables.labels', 'variables.namespaceLabels']
      .map(valueIn)
      .join(' + '),
    names:
      'object.spec.containers.map(c, c.name) +\n' +
      '(has(object.spec.initContainers) ? object.spec.initContainers.map(c, c.name) : [])',
    profile:
      `'${PROFILE}' in variables.annotations ? variables.annotations['${PROFILE}'] : ` +
      JSON.stringify(terms.config.defaultProfile),
    reason: firstOf(
      skipRules.map(({ reason, cel }): Case => [`(${cel(terms)})`, `'${reason}'`]),
      "''",
    ),
    ...fitCel(terms.proxies),
  };
  return Object.entries(variables).map(([name, expression]) => ({ name, expression }));
}

function patchExpression({ config }: Terms): string {
  const containers = Object.entries(config.profiles).map(
    ([name, profile]): Case => [`variables.profile == ${JSON.stringify(name)}`, containerExpression(profile)],
  );
  const container = firstOf(containers.slice(0, -1), containers.at(-1)?.[1] ?? '');
  const additions = [
    `JSONPatch{op: "add", path: "/spec/initContainers/-", value:\n${container}}`,
    ...sidecarVolumes.map(
      (volume) => `JSONPatch{op: "add", path: "/spec/volumes/-", value: ${celOf(volume, VOLUME)}}`,
    ),
  ];
  return [
    "variables.reason != '' ? [] :",
    `${emptyListFor('initContainers')} +\n${emptyListFor('volumes')} +\n[\n${additions.join(',\n')}\n]`,
  ].join('\n');
}

function emptyListFor(field: string): string {
  return `(has(object.spec.${field}) ? [] : [JSONPatch{op: "add", path: "/spec/${field}", value: []}])`;
}

/** `sidecarContainer` for a pod that is not known yet: the parts that depend on it are expressions. */
function containerExpression(profile: Profile): string {
  const fit = { cpuLimited: false, guaranteed: false, ownUser: false };
  const container = sidecarContainer(profile, fit);
  const resources = (some: Partial<typeof fit>) =>
    celOf(resourcesFor(profile, { ...fit, ...some }), `${CONTAINER}.resources`);
  const chosen = firstOf(
    [
      ['variables.guaranteed', resources({ guaranteed: true })],
      ['variables.cpuLimited', resources({ cpuLimited: true })],
    ],
    resources({}),
  );
  const user = `variables.ownUser ? optional.of(${SIDECAR_USER_ID}) : optional.none()`;
  return celOf(
    {
      ...container,
      resources: { cel: chosen },
      securityContext: { '?runAsUser': { cel: user }, ...container.securityContext },
    },
    CONTAINER,
  );
}
