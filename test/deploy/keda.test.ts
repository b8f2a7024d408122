import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parse, parseAllDocuments } from 'yaml';
import { predictiveScalerSpec } from '../../controller/api/predictive-scaler.ts';
import { readConfig } from '../../controller/config.ts';

const deploy = join(import.meta.dirname, '..', '..', 'deploy');
const keda = (name: string) => parse(readFileSync(join(deploy, 'keda', name), 'utf8'));
const [scaler, scaledObject] = parseAllDocuments(
  readFileSync(join(deploy, 'examples', 'keda.yaml'), 'utf8'),
).map((document) => document.toJS());

test('the example is a valid scaler, and its ScaledObject asks for it at the Service, within its range', (t) => {
  const { spec } = scaler;
  t.notThrows(() => predictiveScalerSpec.parse(spec));
  const { metadata, spec: port } = keda('service.yaml');
  t.like(scaledObject.spec, { minReplicaCount: spec.minReplicas, maxReplicaCount: spec.maxReplicas });
  t.deepEqual(scaledObject.spec.triggers[0].metadata, {
    scalerAddress: `${metadata.name}.${metadata.namespace}.svc:${port.ports[0].port}`,
    scaler: scaler.metadata.name,
  });
});

test('the port of the Service is where the controller is told to listen, and the only one KEDA may reach', (t) => {
  const [container] = keda('statefulset-patch.yaml').spec.template.spec.containers;
  const [port] = container.ports;
  const [{ name, value }] = container.env;
  t.is(name, 'FORESAIL_EXTERNAL_SCALER_LISTEN');
  const io = { stdout: process.stdout, stderr: process.stderr, stdin: process.stdin, env: {} };
  const config = readConfig(['--external-scaler-listen', value], io as never);
  t.deepEqual(config.externalScalerListen, { host: '0.0.0.0', port: port.containerPort });
  t.is(keda('service.yaml').spec.ports[0].targetPort, port.name);
  t.is(keda('network-policy.yaml').spec.ingress[0].ports[0].port, port.name);
});

test('the document shows the example as it is', (t) => {
  const document = readFileSync(join(deploy, '..', 'docs', 'reference', 'keda.md'), 'utf8');
  const [, shown = ''] = /## External scaler\n\n```yaml\n([\s\S]*?)```/.exec(document) ?? [];
  t.deepEqual(
    parseAllDocuments(shown).map((one) => one.toJS()),
    [scaler, scaledObject],
  );
});
