import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseAllDocuments } from 'yaml';
import { run } from '../../controller/cli/main.ts';
import { parseWebhookOptions } from '../../controller/cli/webhook-options.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'injection', 'webhook');
const parsed = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Manifest);
const files = readdirSync(folder).filter((file) => file !== 'kustomization.yaml');
const manifests = files.flatMap((file) => parsed(readFileSync(join(folder, file), 'utf8')));
const find = (kind: string) => manifests.find((manifest) => manifest.kind === kind);

interface Deployment {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly automountServiceAccountToken: boolean;
        readonly securityContext: object;
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly securityContext: object;
          readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
          readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
        }[];
        readonly volumes: readonly {
          readonly secret?: { readonly secretName: string };
          readonly configMap?: { readonly name: string };
        }[];
      };
    };
  };
}
const deployment = find('Deployment') as unknown as Deployment;
const pod = deployment.spec.template.spec;
const [container] = pod.containers;
const io = { stdout: process.stdout, stderr: process.stderr, env: { POD_NAMESPACE: 'foresail' } };

test('every manifest of the folder is in the kustomization', (t) => {
  const [kustomization] = parsed(readFileSync(join(folder, 'kustomization.yaml'), 'utf8'));
  t.deepEqual([...((kustomization ?? {}) as { resources: string[] }).resources].sort(), [...files].sort());
});

test('the webhook has no right, no token and no way out', (t) => {
  t.deepEqual(
    manifests.filter(({ kind }) => /Role/.test(kind)),
    [],
  );
  t.false(pod.automountServiceAccountToken);
  t.false(find('ServiceAccount')?.automountServiceAccountToken);
  t.is(pod.serviceAccountName, 'foresail-webhook');
  t.deepEqual((find('NetworkPolicy') as unknown as { spec: { egress: unknown } }).spec.egress, []);
  t.like(pod.securityContext, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  t.deepEqual(container?.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
});

test('its arguments, ports, folders and names are what the webhook reads and prints', async (t) => {
  const [name, ...args] = container?.args ?? [];
  const options = parseWebhookOptions(args, io);
  t.is(name, 'webhook');
  const ports = Object.fromEntries((container?.ports ?? []).map((port) => [port.name, port.containerPort]));
  t.deepEqual(ports, { https: options.address.port, metrics: options.metricsAddress.port });
  const mounts = container?.volumeMounts.map(({ mountPath }) => mountPath) ?? [];
  t.deepEqual(mounts, [options.certificates, '/etc/foresail/injection']);
  t.is(options.config, '/etc/foresail/injection/injection.yaml');
  t.true(pod.terminationGracePeriodSeconds > options.drainSeconds);

  const pieces: string[] = [];
  const write = (text: string, done?: () => void) => {
    pieces.push(text);
    done?.();
    return true;
  };
  const stdout = { write, on: () => {} } as unknown as NodeJS.WritableStream;
  t.is(await run(['webhook', '--print-manifests'], { ...io, stdout }), 0);
  const printed = parsed(pieces.join(''));
  const named = (kind: string) => printed.find((manifest) => manifest.kind === kind);
  const [secret, configMap] = pod.volumes;
  t.is(secret?.secret?.secretName, named('Secret')?.metadata.name);
  t.is(configMap?.configMap?.name, named('ConfigMap')?.metadata.name);
  const service = find('Service') as unknown as { metadata: object; spec: { ports: { port: number }[] } };
  const { webhooks } = named('MutatingWebhookConfiguration') as unknown as {
    webhooks: { failurePolicy: string; timeoutSeconds: number; clientConfig: { service: object } }[];
  };
  t.is(webhooks.length, 2);
  for (const webhook of webhooks) {
    t.is(webhook.failurePolicy, 'Ignore');
    t.true(webhook.timeoutSeconds <= 2);
    const { name, namespace } = find('Service')?.metadata ?? {};
    t.like(webhook.clientConfig.service, { name, namespace, port: service.spec.ports[0]?.port });
  }
});
