import { join } from 'node:path';
import { badSpecs } from '../api/bad-specs.ts';
import { DEPLOY, installManifests, scalerManifest } from '../rig/manifests.ts';
import { realTest, useRig } from './real-test.ts';

const rig = useRig({ name: 'crd' }, installManifests);
const target = { kind: 'Deployment', name: 'shop' };

for (const [n, bad] of badSpecs.entries()) {
  realTest(`the API server refuses a spec with what it must be: ${bad.name}`, async (t) => {
    const created = await rig().kubectl(['create', '--validate=ignore', '-f', '-'], {
      stdin: scalerManifest('default', `bad-${n}`, bad.spec),
    });
    t.not(created.code, 0, `accepted: ${created.stdout}`);
    t.regex(created.stderr, bad.server ?? bad.process);
  });
}

realTest('the least spec is accepted and stored with every default', async (t) => {
  await rig().apply(scalerManifest('default', 'least', { scaleTargetRef: target, maxReplicas: 5 }));
  const got = await rig().kubectl(['get', 'pscaler', 'least', '-o', 'json']);
  t.deepEqual(JSON.parse(got.stdout).spec, {
    scaleTargetRef: { apiVersion: 'apps/v1', ...target },
    minReplicas: 1,
    maxReplicas: 5,
    mode: 'Advisory',
    actuation: { kind: 'Scale', mayRaiseMaximum: false },
    paused: false,
    objective: { percentile: 99, thresholdMs: 250, budgetPercent: 1 },
    capacity: {},
    forecast: { mayScaleDown: false },
    behavior: { scaleUp: {}, scaleDown: {} },
  });
});

realTest('a spec that was good cannot be made bad', async (t) => {
  await rig().apply(scalerManifest('default', 'good', { scaleTargetRef: target, maxReplicas: 5 }));
  const patched = await rig().kubectl([
    ...['patch', 'pscaler', 'good', '--type=merge'],
    ...['-p', JSON.stringify({ spec: { minReplicas: 6 } })],
  ]);
  t.not(patched.code, 0);
  t.regex(patched.stderr, /spec\.minReplicas.*must be <= maxReplicas/);
});

realTest('kubectl shows the columns an operator reads', async (t) => {
  const shown = await rig().kubectl(['get', 'pscaler', 'least']);
  const [header = '', row = ''] = shown.stdout.split('\n');
  t.deepEqual(header.split(/\s+/).filter(Boolean), [
    ...['NAME', 'TARGET', 'MODE', 'CURRENT', 'DESIRED', 'FORECAST', 'MODEL', 'READY', 'AGE'],
  ]);
  t.regex(row, /^least\s+shop\s+Advisory/);
});

realTest(
  'status is a subresource: writing the spec does not write it, and a bad one is refused',
  async (t) => {
    const status = { conditions: [{ type: 'Ready', status: 'Maybe' }] };
    const patched = await rig().kubectl([
      ...['patch', 'pscaler', 'least', '--subresource=status', '--type=merge'],
      ...['-p', JSON.stringify({ status })],
    ]);
    t.not(patched.code, 0);
    t.regex(patched.stderr, /status\.conditions\[0\]\.status: Unsupported value: "Maybe"/);
    t.regex(patched.stderr, /lastTransitionTime: Required value/);
  },
);

realTest('the API server finds nothing to warn of in the admission policies', async (t) => {
  const got = await rig().kubectl(['get', 'validatingadmissionpolicies', '-o', 'json']);
  const policies = JSON.parse(got.stdout).items as {
    metadata: { name: string };
    status?: { typeChecking?: { expressionWarnings?: object[] } };
  }[];
  t.deepEqual(policies.map((policy) => policy.metadata.name).sort(), [
    'foresail-approval',
    'foresail-bounds',
    'foresail-fence',
    'foresail-floor',
    'foresail-floor-bounds',
    'foresail-rotation',
  ]);
  for (const policy of policies) t.deepEqual(policy.status?.typeChecking?.expressionWarnings ?? [], []);
});

realTest(
  'the namespace is held to the restricted pod security standard, and the pods keep to it',
  async (t) => {
    const dryRun = await rig().kubectl(['rollout', 'restart', 'statefulset/foresail', '-n', 'foresail']);
    t.is(dryRun.code, 0);
    t.notRegex(dryRun.stderr, /would violate PodSecurity/);
  },
);

realTest(
  'the example with a sidecar is accepted where pod security is restricted, and its pods start',
  async (t) => {
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    };
    await rig().apply(`${JSON.stringify(namespace)}\n`);
    await rig().apply(join(DEPLOY, 'examples', 'sidecar.yaml'));
    await rig().apply(join(DEPLOY, 'examples', 'shop.yaml'));
    const ready = await rig().kubectl([
      'rollout',
      'status',
      'deployment/shop',
      '-n',
      'shop',
      '--timeout=60s',
    ]);
    t.is(ready.code, 0, ready.stderr);
  },
);
