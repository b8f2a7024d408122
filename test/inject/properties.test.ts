import test from 'ava';
import fc from 'fast-check';
import { injectSidecar } from '../../controller/inject/inject.ts';
import type { Candidate, PodTemplate } from '../../controller/inject/pod.ts';
import { allContainers } from '../../controller/inject/pod.ts';
import { quantityOf } from '../../controller/inject/quantity.ts';
import { patched } from './patched.ts';
import { restricted, terms } from './pods.ts';

/** One of the usual values, and now and then one of the others. */
const mostly = <T>(usual: readonly T[], rare: readonly T[]) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...rare) },
  );
const amounts = fc.option(
  fc.record(
    { cpu: fc.constantFrom('100m', '1', '0.5', '500m'), memory: fc.constantFrom('64Mi', '1Gi', '1024Mi') },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
const whole = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1000m', memory: '1024Mi' } };
const container = fc.record(
  {
    name: mostly(['app', 'istio-proxy', 'linkerd-proxy', 'linkerd-init', 'other'], ['foresail']),
    image: fc.string(),
    resources: fc.option(fc.oneof(fc.constant(whole), fc.record({ requests: amounts, limits: amounts }))),
    securityContext: fc.constantFrom(restricted, { privileged: true }, {}),
    volumeMounts: fc.option(fc.constantFrom([], [{ name: 'data', mountPath: '/data' }])),
  },
  { requiredKeys: ['name'] },
);
const switches = fc.dictionary(
  fc.constantFrom('foresail.dev/inject', 'foresail.dev/inject-profile', 'other'),
  fc.constantFrom('enabled', 'disabled', 'default', 'large', 'meshed', 'x'),
);
const asking = fc.record(
  {
    'foresail.dev/inject': mostly(['enabled'], ['disabled']),
    'foresail.dev/inject-profile': mostly(['default', 'large'], ['meshed', 'x']),
  },
  { requiredKeys: [] },
);
const pod = fc.record({
  metadata: fc.option(
    fc.record({ annotations: fc.option(asking), labels: fc.option(fc.oneof(asking, asking, switches)) }),
  ),
  spec: fc.record(
    {
      containers: fc.array(container, { minLength: 1, maxLength: 3 }),
      initContainers: fc.option(fc.array(container, { maxLength: 3 })),
      volumes: fc.option(fc.array(fc.record({ name: mostly(['data'], ['foresail-state']) }))),
      hostNetwork: mostly([false], [true]),
      securityContext: fc.record({ runAsUser: fc.constantFrom(0, 1000, 1337) }, { requiredKeys: [] }),
      serviceAccountName: fc.string(),
      priority: fc.nat(),
    },
    { requiredKeys: ['containers'] },
  ),
}) as fc.Arbitrary<PodTemplate>;
const candidate: fc.Arbitrary<Candidate> = fc.record({
  pod,
  namespace: fc.record({
    name: mostly(['shop', undefined], ['kube-system']),
    inject: mostly(['enabled', undefined], ['disabled']),
  }),
});

/** Calls back for every made-up pod that is injected, and makes sure that there were some. */
function ofInjected(check: (before: Candidate, after: Candidate) => void): number {
  let injected = 0;
  fc.assert(
    fc.property(candidate, (before) => {
      const injection = injectSidecar(before, terms);
      if (injection.kind === 'skipped') return;
      injected += 1;
      check(before, { ...before, pod: patched(before.pod, injection.patch) });
    }),
    { numRuns: 2000 },
  );
  return injected;
}

test('injecting twice is injecting once', (t) => {
  const injected = ofInjected((_before, after) => {
    const again = injectSidecar(after, terms);
    if (again.kind !== 'skipped' || again.reason !== 'SidecarPresent') throw new Error(JSON.stringify(again));
  });
  t.true(injected > 100, `${injected} of 2000`);
});

test('all else of the pod is as it was, in its order', (t) => {
  ofInjected((before, after) => {
    const { initContainers, volumes, ...rest } = after.pod.spec;
    const { initContainers: initBefore, volumes: volumesBefore, ...restBefore } = before.pod.spec;
    t.deepEqual(rest, restBefore);
    t.deepEqual(after.pod.metadata, before.pod.metadata);
    t.deepEqual(initContainers?.slice(0, -1), initBefore ?? []);
    t.deepEqual(volumes?.slice(0, -2), volumesBefore ?? []);
  });
});

test('what is added keeps to the restricted standard by itself, whatever the pod says', (t) => {
  ofInjected((before, after) => {
    const added = after.pod.spec.initContainers?.at(-1);
    const context = (added?.securityContext ?? {}) as { readonly runAsUser?: number };
    t.like(context, { ...restricted, readOnlyRootFilesystem: true });
    const user = context.runAsUser ?? before.pod.spec.securityContext?.runAsUser;
    t.false([0, 1337, 2102].includes(user ?? 65532));
    for (const volume of after.pod.spec.volumes?.slice(-2) ?? []) {
      t.true('projected' in volume || 'emptyDir' in volume);
    }
  });
});

/** Kubernetes' quality of service, for requests and limits of CPU and memory: all equal, none, or in between. */
function classOf({ spec }: PodTemplate): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const all = allContainers({ spec }).map(({ resources }) => ({
    limits: resources?.limits ?? {},
    requests: { ...resources?.limits, ...resources?.requests },
  }));
  const amountsOf = all.flatMap(({ limits, requests }) => [
    ...Object.values(limits),
    ...Object.values(requests),
  ]);
  if (amountsOf.every((amount) => amount === undefined)) return 'BestEffort';
  const equal = all.every(({ limits, requests }) =>
    ['cpu', 'memory'].every((name) => quantityOf(limits[name] ?? '') === quantityOf(requests[name] ?? '')),
  );
  return equal ? 'Guaranteed' : 'Burstable';
}

test('no pod falls into a lower class of quality of service', (t) => {
  const seen = new Set<string>();
  ofInjected((before, after) => {
    const [was, is] = [classOf(before.pod), classOf(after.pod)];
    seen.add(was);
    t.is(is, was === 'BestEffort' ? 'Burstable' : was);
  });
  t.true(seen.has('Guaranteed'));
});

test('a pod that has CPU limits everywhere has them everywhere still', (t) => {
  const limited = ({ pod }: Candidate) =>
    allContainers(pod).every(({ resources }) => resources?.limits?.cpu !== undefined);
  ofInjected((before, after) => t.true(!limited(before) || limited(after)));
});

test('a name that an object has by nature is no profile', (t) => {
  for (const name of ['constructor', '__proto__', 'toString', '']) {
    const annotations = { 'foresail.dev/inject-profile': name, 'foresail.dev/inject': 'enabled' };
    const injection = injectSidecar(
      {
        pod: { metadata: { annotations }, spec: { containers: [] } },
        namespace: { name: 'a', inject: undefined },
      },
      terms,
    );
    t.like(injection, { reason: 'ProfileUnknown' });
  }
});
