import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test from 'ava';
import { parseAllDocuments } from 'yaml';
import { run } from '../../controller/cli/main.ts';

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stream that keeps what is written to it. */
function sink(): { stream: NodeJS.WritableStream; text: () => string } {
  const pieces: string[] = [];
  const write = (text: string, done?: () => void) => {
    pieces.push(text);
    done?.();
    return true;
  };
  const stream = { write, on: () => {} };
  return { stream: stream as unknown as NodeJS.WritableStream, text: () => pieces.join('') };
}

async function inject(yaml: string, args: readonly string[] = []): Promise<Result> {
  const [stdout, stderr] = [sink(), sink()];
  const io = { stdout: stdout.stream, stderr: stderr.stream, stdin: Readable.from([yaml]), env: {} };
  const code = await run(['inject', '-', ...args], io);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

const objects = (yaml: string) => parseAllDocuments(yaml).map((document) => document.toJS());

const deployment = `# shop's web
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # as in the catalogue
  namespace: shop
spec:
  template:
    metadata:
      annotations: {foresail.dev/inject: enabled}
    spec:
      containers:
      - name: web
        image: web
        args: [--port, "8000"]
        # a long line that stays one line: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      restartPolicy: Always
`;

test('what has no object in it is said to have none', async (t) => {
  for (const nothing of ['', '# only a comment\n', '---\n---\n']) {
    const { code, stderr } = await inject(nothing);
    t.is(code, 0);
    t.is(stderr, 'standard input: there is no Kubernetes object in it\n');
  }
});

test('lines that were there stay as they were, and only lines are added', async (t) => {
  const { code, stdout, stderr } = await inject(deployment);
  t.is(code, 0);
  t.is(stderr, 'Deployment shop/web: injected, profile default\n');
  const rest = new Set(stdout.split('\n'));
  for (const line of deployment.split('\n')) t.true(rest.has(line) || /web {3}#/.test(line), line);
  t.regex(stdout, /name: web +# as in the catalogue/);
  t.regex(stdout, /restartPolicy: Always\n {6}initContainers:\n {6}- name: foresail\n/);
});

test('the example with a sidecar is the one that injection makes', async (t) => {
  const file = new URL('../../deploy/examples/sidecar.yaml', import.meta.url);
  const [example] = objects(readFileSync(file, 'utf8'));
  const { initContainers, volumes, ...bare } = example.spec.template.spec;
  const without = structuredClone(example);
  without.spec.template.spec = bare;
  const { stdout } = await inject(JSON.stringify(without), ['--enable']);
  const [made] = objects(stdout);
  const [sidecar] = made.spec.template.spec.initContainers;
  t.deepEqual([{ ...sidecar, image: 'foresail' }], initContainers);
  t.deepEqual(made.spec.template.spec.volumes, volumes);
});

test('what was injected is not injected again, and comes out to the byte', async (t) => {
  const { stdout } = await inject(deployment);
  const again = await inject(stdout);
  t.is(again.stdout, stdout);
  t.regex(again.stderr, /not injected \(SidecarPresent\)/);
});

const namespace = (label: string) => `kind: Namespace
metadata: { name: shop, labels: { foresail.dev/inject: ${label} } }
---
`;

test('the label of a Namespace in the file counts, and disabled wins', async (t) => {
  const plain = deployment.replace(
    '      annotations: {foresail.dev/inject: enabled}\n',
    '      labels: { app: web }\n',
  );
  t.regex((await inject(plain)).stderr, /not injected \(InjectionNotAsked\)/);
  t.regex((await inject(namespace('enabled') + plain)).stderr, /web: injected/);
  t.regex((await inject(plain, ['--enable'])).stderr, /web: injected/);
  t.regex((await inject(namespace('disabled') + deployment)).stderr, /not injected \(InjectionDisabled\)/);
});

test('workloads of every kind, also in a List; what has no pod passes by', async (t) => {
  const pod = { spec: { containers: [{ name: 'c', image: 'i' }] } };
  const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout'];
  const items = [
    { kind: 'Service', metadata: { name: 's' }, spec: {} },
    ...kinds.map((kind) => ({ kind, metadata: { name: kind.toLowerCase() }, spec: { template: pod } })),
    { kind: 'Pod', metadata: { name: 'pod' }, ...pod },
    {
      kind: 'CronJob',
      metadata: { name: 'cron' },
      spec: { jobTemplate: { spec: { template: { spec: { ...pod.spec, restartPolicy: 'Never' } } } } },
    },
  ];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const { stdout, stderr } = await inject(list, ['--enable', '--namespace', 'shop']);
  t.deepEqual(stderr.trim().split('\n'), [
    ...kinds.map((kind) => `${kind} shop/${kind.toLowerCase()}: injected, profile default`),
    'Pod shop/pod: injected, profile default',
    'CronJob shop/cron: not injected (RunsToCompletion): a pod of a Job, or one that is not restarted, is never scaled',
  ]);
  const [written] = objects(stdout);
  t.deepEqual(written.items[0], items[0]);
  t.is(written.items.at(-2).spec.initContainers[0].name, 'foresail');
  t.deepEqual(written.items.at(-1), items.at(-1));
});

test('an anchor that others refer to gets nothing that was meant for one', async (t) => {
  const yaml = `kind: List
items:
  - kind: Deployment
    metadata: { name: a }
    spec: &spec
      template:
        metadata: { labels: { foresail.dev/inject: enabled } }
        spec: { containers: [{ name: c }] }
  - kind: Other
    spec: *spec
`;
  const [list] = objects((await inject(yaml)).stdout);
  t.is(list.items[0].spec.template.spec.initContainers.length, 1);
  t.deepEqual(list.items[1].spec.template.spec, { containers: [{ name: 'c' }] });
});

test('documents keep their number and their order', async (t) => {
  const yaml = `---\n${namespace('enabled')}${deployment}---\nkind: Service\nmetadata: { name: web }\n`;
  const { stdout } = await inject(yaml);
  t.deepEqual(
    objects(stdout).map(({ kind }) => kind),
    ['Namespace', 'Deployment', 'Service'],
  );
});

function configFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'foresail-')), 'injection.yaml');
  writeFileSync(file, text);
  return file;
}

test('profiles come from the operators’ file', async (t) => {
  const file = configFile(
    'profiles: { default: { image: registry.example/foresail:2, intervalSeconds: 15 } }',
  );
  const [made] = objects((await inject(deployment, ['--config', file])).stdout);
  const [sidecar] = made.spec.template.spec.initContainers;
  t.is(sidecar.image, 'registry.example/foresail:2');
  t.deepEqual(sidecar.args.slice(-2), ['--interval-seconds', '15']);
});

const refused = test.macro({
  title: (_, says: RegExp) => `exit code 2 and ${says.source}`,
  exec: async (t, says: RegExp, yaml: string, config?: string) => {
    const { code, stdout, stderr } = await inject(yaml, config ? ['--config', configFile(config)] : []);
    t.is(code, 2);
    t.is(stdout, '');
    t.regex(stderr, says);
  },
});

test(refused, /standard input: .*at line 1/, 'kind: [');
test(refused, /document 1 must be a Kubernetes object/, 'just text');
test(
  refused,
  /Deployment a: spec\.template\.spec\.containers: /,
  'kind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {}}}',
);
test(refused, /profiles\.default\.image/, deployment, 'profiles: { default: {} }');
test(
  refused,
  /profiles\.default\.resources: requests must be <= limits/,
  deployment,
  'profiles: { default: { image: a, resources: { requests: { cpu: "1", memory: 1Gi }, limits: { cpu: 500m, memory: 1Gi } } } }',
);
test(refused, /defaultProfile must be the name of one of profiles/, deployment, 'defaultProfile: x');
test(
  refused,
  /Unrecognized key: "arguments"/,
  deployment,
  'profiles: { default: { image: a, arguments: [b] } }',
);
