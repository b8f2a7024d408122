import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseAllDocuments } from 'yaml';
import { parsePredictiveScaler } from '../../controller/api/parse-predictive-scaler.ts';
import { readConfig } from '../../controller/config.ts';
import { electionTiming } from '../../controller/kube/election.ts';
import { fieldManagerOf } from '../../controller/kube/scale.ts';
import { readCommand } from '../../sidecar/config.ts';
import { dialects } from '../../sidecar/dialects.ts';
import { TELEMETRY_AUDIENCE } from '../../sidecar/signals.ts';

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: unknown;
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] }[];
}

const deploy = join(import.meta.dirname, '..', '..', 'deploy');
const base = join(deploy, 'base');
const read = (path: string) =>
  parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    // Without this a key that is there twice would be read as if it were there once.
    for (const error of document.errors ?? []) throw error;
    return document.toJS() as Manifest;
  });
const files = readdirSync(base).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
const manifests = files.flatMap((file) => read(join(base, file)));

function find<T>(kind: string, name: string): T {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name} in deploy/base`);
  return found as T;
}

interface StatefulSet {
  spec: {
    replicas: number;
    serviceName: string;
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        serviceAccountName: string;
        securityContext: object;
        containers: {
          args: string[];
          env: { name: string; value?: string }[];
          ports: { name: string; containerPort: number }[];
          securityContext: object;
          resources: { limits: object };
          volumeMounts: { mountPath: string }[];
        }[];
      };
    };
  };
}
const set = find<StatefulSet>('StatefulSet', 'foresail');
const [container] = set.spec.template.spec.containers;

interface Policy {
  spec: {
    failurePolicy: string;
    matchConditions?: { expression: string }[];
    variables: { name: string; expression: string }[];
    validations: { expression: string; messageExpression?: string; message: string }[];
  };
}
const policies = ['bounds', 'fence', 'floor', 'floor-bounds', 'rotation'].map((name) =>
  find<Policy>('ValidatingAdmissionPolicy', `foresail-${name}`),
);

test('every manifest of the folder is in the kustomization, and nothing that is not there', (t) => {
  const [kustomization] = read(join(base, 'kustomization.yaml')) as unknown as { resources: string[] }[];
  t.deepEqual(
    kustomization?.resources.filter((resource) => !resource.startsWith('..')).sort(),
    [...files].sort(),
  );
});

test('what lives in a namespace says which', (t) => {
  const clusterWide = /^(Namespace|ClusterRole|ClusterRoleBinding|ValidatingAdmission.*)$/;
  for (const { kind, metadata } of manifests) {
    t.is(metadata.namespace, clusterWide.test(kind) ? undefined : 'foresail', `${kind} ${metadata.name}`);
    t.is(metadata.labels?.['app.kubernetes.io/name'], 'foresail', `${kind} ${metadata.name}`);
  }
});

test('no role has a wildcard, and none reads secrets or runs commands in pods', (t) => {
  for (const { kind, metadata, rules = [] } of manifests) {
    if (kind !== 'ClusterRole' && kind !== 'Role') continue;
    for (const rule of rules) {
      const all = [...rule.apiGroups, ...rule.resources, ...rule.verbs];
      t.false(all.includes('*'), metadata.name);
      t.deepEqual(
        rule.resources.filter((resource) => /secret|exec|configmap|token$/.test(resource)),
        [],
      );
    }
  }
});

test('the only thing of a workload that may be written is its scale', (t) => {
  const writes = /^(create|update|patch|delete|deletecollection)$/;
  const apps = manifests
    .flatMap(({ rules = [] }) => rules)
    .filter(({ apiGroups, verbs }) => apiGroups.includes('apps') && verbs.some((verb) => writes.test(verb)));
  t.deepEqual(apps, [
    { apiGroups: ['apps'], resources: ['deployments/scale', 'statefulsets/scale'], verbs: ['patch'] },
  ]);
});

test('pods run as the restricted standard wants, on a read-only file system', (t) => {
  t.like(set.spec.template.spec.securityContext, {
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  t.deepEqual(container?.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  t.like(find<Manifest>('Namespace', 'foresail').metadata.labels, {
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
});

test("the container's arguments and environment are what the controller reads", (t) => {
  t.deepEqual(container?.args, ['controller']);
  const env = Object.fromEntries(
    (container?.env ?? []).map(({ name, value }) => [name, value ?? name.toLowerCase().replaceAll('_', '-')]),
  );
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const io = { stdout: process.stdout, stderr: process.stderr, env } as unknown as Parameters<
      typeof readConfig
    >[1];
    const config = readConfig([], io);
    t.is(config.identity, 'pod-name');
    t.is(config.namespace, 'pod-namespace');
    const ports = Object.fromEntries(
      (container?.ports ?? []).map(({ name, containerPort }) => [name, containerPort]),
    );
    t.deepEqual(ports, { 'http-otlp': config.otlpAddress.port, metrics: config.metricsAddress.port });
    const mounts = (container?.volumeMounts ?? []).map(({ mountPath }) => mountPath);
    t.true(
      mounts.some((mount) => config.historyFile.startsWith(`${mount}/`)),
      'history is on the volume',
    );
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
});

test('each replica can be addressed by itself, ready or not, so that a follower is warm', (t) => {
  t.true(set.spec.replicas >= 2);
  const service = find<{ spec: { clusterIP: string; publishNotReadyAddresses: boolean; selector: object } }>(
    'Service',
    set.spec.serviceName,
  );
  t.is(service.spec.clusterIP, 'None');
  t.true(service.spec.publishNotReadyAddresses);
  t.deepEqual(service.spec.selector, set.spec.template.metadata.labels);
});

test('every policy fails closed, holds our ServiceAccount only, and says what must be', (t) => {
  const account = `system:serviceaccount:foresail:${set.spec.template.spec.serviceAccountName}`;
  for (const { spec } of policies) {
    t.is(spec.failurePolicy, 'Fail');
    const [ours] = spec.matchConditions ?? [];
    t.is(ours?.expression, `request.userInfo.username == '${account}'`);
    for (const { messageExpression, message } of spec.validations)
      t.regex(messageExpression ?? message, /must be/);
  }
});

test('the rights to change what scales a workload by itself, and pods, are bound to nobody', (t) => {
  const rulesOf = (name: string) => find<Manifest>('ClusterRole', name).rules;
  t.deepEqual(rulesOf('foresail-floor'), [
    { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['patch'] },
  ]);
  t.deepEqual(rulesOf('foresail-rotation'), [{ apiGroups: [''], resources: ['pods'], verbs: ['patch'] }]);
  const bound = manifests.filter(({ kind }) => kind.endsWith('RoleBinding'));
  t.false(bound.some((binding) => /foresail-(floor|rotation)/.test(JSON.stringify(binding))));
});

test('an approval is of who creates it, never of ours, and the right to it is bound to nobody', (t) => {
  const { spec } = find<Policy>('ValidatingAdmissionPolicy', 'foresail-approval');
  const account = `system:serviceaccount:foresail:${set.spec.template.spec.serviceAccountName}`;
  t.is(spec.failurePolicy, 'Fail');
  t.deepEqual(spec.matchConditions ?? [], [], 'whoever it is');
  t.deepEqual(
    spec.validations.map(({ expression }) => expression),
    ['object.spec.approvedBy == request.userInfo.username', `request.userInfo.username != '${account}'`],
  );
  for (const { messageExpression, message } of spec.validations)
    t.regex(messageExpression ?? message, /must be/);
  const rights = manifests.flatMap(({ metadata, rules = [] }) =>
    rules
      .filter(({ resources }) => resources.includes('scaleapprovals'))
      .map(({ verbs }) => `${metadata.name}: ${verbs.join(' ')}`),
  );
  t.deepEqual(rights, [
    'foresail: list watch',
    'foresail-view: get list watch',
    'foresail-approve: create get',
  ]);
  const bound = manifests.filter(({ kind }) => kind.endsWith('RoleBinding'));
  t.false(bound.some((binding) => JSON.stringify(binding).includes('foresail-approve')));
  t.is(
    find<Manifest>('ClusterRole', 'foresail-approve').metadata.labels?.[
      'rbac.authorization.k8s.io/aggregate-to-edit'
    ],
    undefined,
  );
});

test('the fence reads the field manager that the controller writes', (t) => {
  const [, fence] = policies;
  const wellFormed = fence?.spec.variables.find(({ name }) => name === 'wellFormed')?.expression ?? '';
  const pattern = /matches\('(?<pattern>.*)'\)/.exec(wellFormed)?.groups?.pattern ?? 'none';
  t.regex(fieldManagerOf(7, 'foresail-0_ab12cd34'), new RegExp(pattern));
  t.notRegex('foresail', new RegExp(pattern));
});

test('a leader stops well before another may begin, and the pod has the time to give its lease back', (t) => {
  const { leaseSeconds, renewDeadlineSeconds, retrySeconds } = electionTiming;
  t.true(renewDeadlineSeconds + retrySeconds < leaseSeconds);
  t.true(leaseSeconds + retrySeconds < 15, 'another acts within 15 s of a kill -9');
});

const examples = readdirSync(join(deploy, 'examples')).flatMap((file) =>
  read(join(deploy, 'examples', file)),
);

test('the example scaler is one that the controller takes', (t) => {
  const scalers = examples.filter(({ kind }) => kind === 'PredictiveScaler');
  t.true(scalers.length > 0);
  for (const manifest of scalers) {
    const metadata = { ...manifest.metadata, uid: 'u', resourceVersion: '1', generation: 1 };
    const parsed = parsePredictiveScaler({ ...manifest, metadata });
    t.true('spec' in parsed, 'invalid' in parsed ? parsed.invalid : '');
  }
});

interface WithSidecar {
  spec: {
    template: {
      spec: {
        initContainers: {
          name: string;
          args: string[];
          volumeMounts: { name: string; mountPath: string }[];
        }[];
        volumes: {
          name: string;
          projected?: { sources: { serviceAccountToken: { audience: string; path: string } }[] };
        }[];
      };
    };
  };
}

test('the example sidecar sends to our Service, with a token for us, from where it looks for both', (t) => {
  const deployment = examples.find(({ kind }) => kind === 'Deployment') as unknown as WithSidecar;
  const { initContainers, volumes } = deployment.spec.template.spec;
  const [sidecar] = initContainers;
  const command = readCommand(sidecar?.args.slice(1) ?? [], {}, dialects);
  if (command.kind !== 'run') throw new Error(`it must run, not ${command.kind}`);
  const [endpoint] = command.config.endpoints;
  t.is(sidecar?.args[0], 'sidecar');
  t.true(endpoint?.fanout);
  t.is(endpoint?.url.hostname, `${set.spec.serviceName}.foresail`);
  t.is(endpoint?.url.port, '4318');
  const token = volumes.find(({ projected }) => projected);
  const [{ serviceAccountToken } = { serviceAccountToken: undefined }] = token?.projected?.sources ?? [];
  const mount = sidecar?.volumeMounts.find(({ name }) => name === token?.name);
  t.is(serviceAccountToken?.audience, TELEMETRY_AUDIENCE);
  t.is(`${mount?.mountPath}/${serviceAccountToken?.path}`, command.config.tokenFile);
  const state = sidecar?.volumeMounts.find(({ mountPath }) => command.config.stateFile.startsWith(mountPath));
  t.truthy(state, 'its state file is on a volume: the rest of its file system is read-only');
});
