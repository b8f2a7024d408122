import fc from 'fast-check';
import { INJECT, PROFILE } from '../../controller/inject/names.ts';
import { app, type Case } from './pods.ts';

/** The same amounts in every spelling, and different ones; requests are never above limits, which would be refused. */
const resources = fc.constantFrom(
  undefined,
  { requests: { cpu: '100m' } },
  { limits: { memory: '1Gi' } },
  { limits: { cpu: '500m' } },
  { limits: { cpu: '0.5', memory: '1073741824' } },
  { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: 0.5, memory: '1024Mi' } },
  { requests: { cpu: '0.7', memory: '1Gi' }, limits: { cpu: '700m', memory: '1Gi' } },
  { requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
  { requests: { memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
);
const mounts = fc.constantFrom(
  ...[undefined, undefined, undefined],
  [{ name: 'data', mountPath: '/data' }],
  [{ name: 'data', mountPath: '/var/run/secrets/foresail.dev' }],
);
const containerNamed = (name: fc.Arbitrary<string>) =>
  fc.record({ name, resources, volumeMounts: mounts }).map((fields) => ({ ...app, ...fields }));
const names = ['app', 'other', 'istio-proxy', 'istio-init', 'linkerd-proxy', 'foresail'];
const containers = (least: number, prefix: string) =>
  fc
    .uniqueArray(containerNamed(fc.constantFrom(...names)), {
      selector: ({ name }) => name,
      minLength: least,
      maxLength: 3,
    })
    .map((made) =>
      made.map((one) => ({ ...one, name: one.name === 'other' ? `${prefix}-other` : one.name })),
    );

const metadata = fc.dictionary(
  fc.constantFrom(INJECT, INJECT, PROFILE, 'other'),
  fc.constantFrom('enabled', 'enabled', 'enabled', 'disabled', 'large', 'default', 'meshed', ''),
  { maxKeys: 2 },
);

/** Pods that the API server takes, of all that the rules and the sidecar's form depend on. */
export const madeUpPod: fc.Arbitrary<Case> = fc
  .record({
    label: fc.constantFrom('enabled', 'enabled', 'enabled', 'disabled', 'yes', null),
    annotations: fc.option(metadata, { nil: undefined }),
    labels: fc.option(fc.constantFrom({ [INJECT]: 'enabled' }, { [INJECT]: 'disabled' }, { a: 'b' }), {
      nil: undefined,
      freq: 1,
    }),
    init: fc.option(containers(0, 'init'), { nil: undefined }),
    main: containers(1, 'main'),
    hostNetwork: fc.constantFrom(undefined, false, undefined, false, true),
    restartPolicy: fc.constantFrom(undefined, 'Always', 'Always', 'Always', 'OnFailure'),
    runAsUser: fc.constantFrom(undefined, 0, 1000, 1337, 2102),
  })
  .map(({ label, annotations, labels, init, main, hostNetwork, restartPolicy, runAsUser }) => {
    const taken = new Set(main.map(({ name }) => name));
    const initContainers = init?.filter(({ name }) => !taken.has(name));
    const spec = {
      ...{ containers: main, initContainers, hostNetwork, restartPolicy },
      volumes: [{ name: 'data', emptyDir: {} }],
      securityContext: { runAsUser },
    };
    const name = JSON.stringify({ label, annotations, labels, spec });
    return { name, label, ...(annotations && { annotations }), ...(labels && { labels }), spec };
  });
