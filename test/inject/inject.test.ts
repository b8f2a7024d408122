import test from 'ava';
import { injectSidecar } from '../../controller/inject/inject.ts';
import { allContainers, type PodTemplate } from '../../controller/inject/pod.ts';
import { joinProxies, type ProxyInjection } from '../../controller/inject/proxy-injection.ts';
import { skipRules } from '../../controller/inject/skip-rules.ts';
import { meshes } from '../../controller/meshes.ts';
import { reasons } from '../../controller/reasons.ts';
import { DNS_LABEL } from '../../controller/workload.ts';
import { readCommand } from '../../sidecar/config.ts';
import { dialects } from '../../sidecar/dialects.ts';
import { patched } from './patched.ts';
import { app, candidateOf, cases, istioProxy, linkerdProxy, terms } from './pods.ts';

for (const case_ of cases) {
  test(`${case_.name}: ${case_.skipped ?? 'injected'}`, (t) => {
    const injection = injectSidecar(candidateOf(case_), terms);
    t.is(injection.kind === 'skipped' ? injection.reason : undefined, case_.skipped);
  });
}

test('every rule has a case, a reason on the list, and words that say what is so', (t) => {
  const covered = new Set(cases.map(({ skipped }) => skipped));
  for (const { reason, message } of skipRules) {
    t.true(reason in reasons, reason);
    t.true(message(terms).length > 20, reason);
    // these two need a namespace or an annotation that the cases' pods cannot have; they are tested below
    if (reason !== 'NamespaceExcluded' && reason !== 'MirrorPod') t.true(covered.has(reason), reason);
  }
});

test('nothing is injected where the cluster must come up without Foresail', (t) => {
  for (const name of ['kube-system', 'foresail']) {
    t.like(injectSidecar(candidateOf({ name: '' }, name), terms), { reason: 'NamespaceExcluded' });
  }
});

test('a mirror pod is left as the kubelet sent it', (t) => {
  const mirror = { name: '', annotations: { 'kubernetes.io/config.mirror': 'abc' } };
  t.like(injectSidecar(candidateOf(mirror), terms), { reason: 'MirrorPod' });
});

function injected(spec: object, annotations = {}, by = terms): PodTemplate {
  const { pod, namespace } = candidateOf({ name: '', annotations, spec: { ...spec } });
  const injection = injectSidecar({ pod, namespace }, by);
  if (injection.kind === 'skipped') throw new Error(injection.message);
  return patched(pod, injection.patch);
}

interface Sidecar {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly resources: object;
  readonly securityContext: { readonly runAsUser?: number };
  readonly [field: string]: unknown;
}

function sidecarOf(pod: PodTemplate): Sidecar {
  const found = allContainers(pod).find(({ name }) => name === 'foresail');
  if (!found) throw new Error('no sidecar');
  return found as unknown as Sidecar;
}

test('the sidecar is native, last, opens no port and is never asked for its health', (t) => {
  const pod = injected({ initContainers: [{ ...app, name: 'prepare' }] });
  t.deepEqual(
    pod.spec.initContainers?.map(({ name }) => name),
    ['prepare', 'foresail'],
  );
  const sidecar = sidecarOf(pod);
  t.is(sidecar.restartPolicy, 'Always');
  for (const field of ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle']) {
    t.false(field in sidecar, field);
  }
});

test('its arguments are ones that the sidecar reads', (t) => {
  const { args } = sidecarOf(injected({}, { 'foresail.dev/inject-profile': 'large' }));
  const command = readCommand(args.slice(1), {}, dialects);
  t.is(args[0], 'sidecar');
  t.true(command.kind === 'run' && command.config.endpoints.length === 2);
  t.like(command.kind === 'run' ? command.config : {}, { intervalMs: 10_000, logLevel: 'warn' });
});

test('limits of CPU only where all others have one, requests equal to limits only where all others are', (t) => {
  const all = { cpu: '100m', memory: '128Mi' };
  const few = { cpu: '5m', memory: '64Mi' };
  const with_ = (resources: object) => sidecarOf(injected({ containers: [{ ...app, resources }] })).resources;
  t.deepEqual(with_({}), { requests: few, limits: { memory: '128Mi' } });
  t.deepEqual(with_({ limits: { cpu: 1 } }), { requests: few, limits: all });
  t.deepEqual(with_({ limits: { cpu: '1', memory: '1Gi' } }), { requests: all, limits: all });
  const equal = { requests: { cpu: '0.7', memory: '1Gi' }, limits: { cpu: '700m', memory: '1024Mi' } };
  t.deepEqual(with_(equal), { requests: all, limits: all });
  const unequal = { requests: { cpu: '0.5', memory: '1Gi' }, limits: { cpu: '700m', memory: '1Gi' } };
  t.deepEqual(with_(unequal), { requests: few, limits: all });
});

test("it is neither root nor a proxy's user, and else the pod's own, so that no token's file is opened wider", (t) => {
  const userIn = (runAsUser: number) =>
    sidecarOf(injected({ securityContext: { runAsUser } })).securityContext.runAsUser;
  for (const user of [0, 1337, 2102]) t.is(userIn(user), 65532);
  t.is(userIn(1000), undefined);
});

/** A mesh that only this test knows: the rules go by what a mesh says of itself. */
const toy: ProxyInjection = { proxies: ['toy-proxy'], companions: ['toy-setup'], proxyUserId: 4242 };
const toyProxy = { ...app, name: 'toy-proxy', restartPolicy: 'Always' };
const withToy = { ...terms, proxies: joinProxies([...meshes.map(({ injection }) => injection), toy]) };

test('what a mesh says of its injector is of that mesh alone', (t) => {
  const { foreign, names, userIds } = withToy.proxies;
  t.is(new Set(foreign).size, foreign.length);
  t.is(new Set(userIds).size, userIds.length);
  for (const name of [...foreign, ...names]) t.regex(name, DNS_LABEL);
  for (const { injection } of meshes) t.true(injection.proxies.length > 0 && injection.proxyUserId > 0);
});

for (const proxy of [istioProxy, linkerdProxy, toyProxy]) {
  test(`before or after ${proxy.name}, the pod gets the same containers`, (t) => {
    const limits = { cpu: '1', memory: '1Gi' };
    const base = { containers: [{ ...app, resources: { limits } }] };
    const after = injected({ ...base, initContainers: [proxy] }, {}, withToy);
    const before = injected(base, {}, withToy);
    t.deepEqual(sidecarOf(after), sidecarOf(before));
    const mesh = { ...before.spec, initContainers: [proxy, ...(before.spec.initContainers ?? [])] };
    t.deepEqual(mesh, after.spec);
  });
}
