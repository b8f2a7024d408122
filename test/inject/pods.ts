import { injectionConfig } from '../../controller/inject/injection-config.ts';
import { INJECT, PROFILE } from '../../controller/inject/names.ts';
import type { Candidate, PodTemplate } from '../../controller/inject/pod.ts';
import { joinProxies } from '../../controller/inject/proxy-injection.ts';
import type { Terms } from '../../controller/inject/skip-rules.ts';
import { meshes } from '../../controller/meshes.ts';
import type { Reason } from '../../controller/reasons.ts';

export const terms: Terms = {
  config: injectionConfig.parse({
    profiles: {
      default: { image: 'registry.example/foresail:1.2.3' },
      large: {
        image: 'registry.example/foresail:1.2.3',
        imagePullPolicy: 'Always',
        endpoints: ['http://collector.otel:4318', 'dns+http://foresail-telemetry.foresail:4318'],
        intervalSeconds: 10,
        logLevel: 'warn',
        resources: { requests: { cpu: '10m', memory: '96Mi' }, limits: { cpu: '200m', memory: '192Mi' } },
      },
      meshed: { image: 'registry.example/foresail:1.2.3', requireProxy: true },
    },
  }),
  proxies: joinProxies(meshes.map(({ injection }) => injection)),
};

/** What the restricted pod security standard wants of a container. */
export const restricted = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

export const app = { name: 'app', image: 'registry.example/app', securityContext: restricted };
const limits = { cpu: '1', memory: '1Gi' };
const guaranteed = { ...app, resources: { requests: limits, limits: { cpu: '1000m', memory: '1Gi' } } };
const limited = { ...app, resources: { requests: { cpu: '100m' }, limits: { cpu: '1' } } };
/** As the meshes' injectors add them, in what matters here. */
const proxy = (name: string, uid: number) => ({
  ...{ name, image: 'registry.example/proxy', restartPolicy: 'Always' },
  securityContext: { ...restricted, runAsUser: uid, runAsGroup: uid },
});
export const istioProxy = proxy('istio-proxy', 1337);
export const linkerdProxy = proxy('linkerd-proxy', 2102);

export interface Case {
  readonly name: string;
  /** Of the namespace; `enabled` when left out. */
  readonly label?: string | null;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly owner?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  /** undefined: it is injected. */
  readonly skipped?: Reason;
}

const podSwitch = (value: string) => ({ annotations: { [INJECT]: value } });

/** Pods and what must become of them, for the function here and for webhook and policy on the real API server. */
export const cases: readonly Case[] = [
  { name: 'a plain pod in an enabled namespace' },
  { name: 'a pod with the annotation', label: null, ...podSwitch('enabled') },
  { name: 'a pod with the label', label: null, labels: { [INJECT]: 'enabled' } },
  { name: 'a pod that picks a profile', annotations: { [PROFILE]: 'large' } },
  { name: 'guaranteed', spec: { containers: [guaranteed] } },
  { name: 'guaranteed, limits only', spec: { containers: [{ ...app, resources: { limits } }] } },
  { name: 'guaranteed beside a proxy', spec: { containers: [guaranteed, istioProxyAsContainer()] } },
  {
    name: 'guaranteed but for an init container',
    spec: { containers: [guaranteed], initContainers: [app2()] },
  },
  { name: 'every container has a CPU limit', spec: { containers: [limited] } },
  { name: 'root is the user of the pod', spec: { securityContext: { runAsUser: 0 } } },
  { name: "a proxy's user is the user of the pod", spec: { securityContext: { runAsUser: 1337 } } },
  { name: 'another user is the user of the pod', spec: { securityContext: { runAsUser: 1000 } } },
  {
    name: 'init containers and volumes of its own',
    spec: { initContainers: [app2()], volumes: [scratch()] },
  },
  { name: 'Istio was first', spec: { initContainers: [istioProxy, app2()] } },
  { name: 'Linkerd was first', spec: { initContainers: [linkerdProxy] } },
  {
    name: 'a proxy that is needed and is there',
    ...profile('meshed'),
    spec: { initContainers: [linkerdProxy] },
  },
  { name: 'a proxy that is needed and is missing', ...profile('meshed'), skipped: 'ProxyMissing' },
  { name: 'nobody asked', label: null, skipped: 'InjectionNotAsked' },
  { name: 'the annotation refuses', ...podSwitch('disabled'), skipped: 'InjectionDisabled' },
  { name: 'the label refuses', labels: { [INJECT]: 'disabled' }, skipped: 'InjectionDisabled' },
  {
    ...{ name: 'the namespace refuses what the pod asks for', label: 'disabled', ...podSwitch('enabled') },
    skipped: 'InjectionDisabled',
  },
  { name: 'a value of no meaning', ...podSwitch('true'), skipped: 'InjectionValueUnknown' },
  { name: 'a namespace label of no meaning', label: 'yes', skipped: 'InjectionValueUnknown' },
  { name: 'the network of the node', spec: { hostNetwork: true }, skipped: 'HostNetwork' },
  { name: 'Windows by os', spec: { os: { name: 'windows' }, containers: [bare()] }, skipped: 'WindowsPod' },
  {
    ...{ name: 'Windows by node', spec: { nodeSelector: { 'kubernetes.io/os': 'windows' } } },
    skipped: 'WindowsPod',
  },
  { name: 'a pod that is not restarted', spec: { restartPolicy: 'Never' }, skipped: 'RunsToCompletion' },
  { name: 'a pod restarted on failure', spec: { restartPolicy: 'OnFailure' }, skipped: 'RunsToCompletion' },
  { name: 'a pod of a Job', owner: 'Job', skipped: 'RunsToCompletion' },
  {
    ...{ name: 'a container of that name', spec: { containers: [app, { ...app, name: 'foresail' }] } },
    skipped: 'SidecarPresent',
  },
  {
    name: 'a sidecar of another name',
    spec: {
      initContainers: [
        { ...app2(), volumeMounts: [{ name: 'scratch', mountPath: '/var/run/secrets/foresail.dev' }] },
      ],
      volumes: [scratch()],
    },
    skipped: 'SidecarPresent',
  },
  {
    ...{ name: 'a volume of that name', spec: { volumes: [{ name: 'foresail-token', emptyDir: {} }] } },
    skipped: 'VolumeNameTaken',
  },
  {
    ...{ name: 'resources of the whole pod', spec: { resources: { requests: limits, limits } } },
    skipped: 'PodLevelResources',
  },
  { name: 'an unknown profile', ...profile('mine'), skipped: 'ProfileUnknown' },
];

/** The case as a pod in a namespace of the given name. */
export function candidateOf(case_: Case, namespace = 'shop'): Candidate {
  const { label = 'enabled', annotations, labels, owner, spec } = case_;
  const references = owner && {
    ownerReferences: [{ apiVersion: 'batch/v1', kind: owner, name: 'owner', uid: 'owner-uid' }],
  };
  const pod = {
    metadata: { ...(annotations && { annotations }), ...(labels && { labels }), ...references },
    spec: { containers: [app], ...spec },
  } as PodTemplate;
  return { pod, namespace: { name: namespace, inject: label ?? undefined } };
}

function app2() {
  return { ...app, name: 'prepare' };
}

function bare() {
  return { name: 'app', image: 'registry.example/app' };
}

function istioProxyAsContainer() {
  const { restartPolicy: _, ...container } = istioProxy;
  return container;
}

function scratch() {
  return { name: 'scratch', emptyDir: {} };
}

function profile(name: string) {
  return { annotations: { [PROFILE]: name } };
}
