import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './command.ts';
import type { Part } from './part.ts';
import { freePorts } from './ports.ts';
import type { Rig } from './rig.ts';
import { until } from './until.ts';

/** The real KEDA: its operator and its metrics adapter, from its own manifests, under its own ServiceAccount. */
export type Keda = { readonly operator: Part; readonly adapter: Part };

const NAMESPACE = 'keda';
const METRICS_API = 'v1beta1.external.metrics.k8s.io';

export async function startKeda(rig: Rig): Promise<Keda> {
  await rig.kubectl(['create', 'namespace', NAMESPACE]);
  const { kedaManifests: manifests } = rig.parts;
  for (const path of [
    'crd/bases',
    'service_account/service_account.yaml',
    ...['rbac/role.yaml', 'rbac/role_binding.yaml'],
    ...['metrics-server/role.yaml', 'metrics-server/role_binding.yaml'],
  ]) {
    await rig.apply(join(manifests, path));
  }
  const kubeconfig = await rig.serviceAccountKubeconfig(NAMESPACE, 'keda-operator');
  const certificates = await certificatesIn(join(rig.folder, 'keda'));
  const [metrics = 0, probes = 0, service = 0, secure = 0, adapterMetrics = 0] = await freePorts(5);
  const env = {
    KUBECONFIG: kubeconfig,
    POD_NAMESPACE: NAMESPACE,
    KEDA_CLUSTER_OBJECT_NAMESPACE: NAMESPACE,
    WATCH_NAMESPACE: '',
  };
  const operator = await rig.startProcess({
    name: 'keda-operator',
    file: rig.parts.kedaOperator,
    args: [
      ...[`--metrics-bind-address=:${metrics}`, `--health-probe-bind-address=:${probes}`],
      ...[`--metrics-service-bind-address=:${service}`, `--cert-dir=${certificates}`],
      ...['--zap-log-level=info', '--zap-encoder=console'],
    ],
    env,
    ready: async () => (await fetch(`http://127.0.0.1:${probes}/readyz`)).ok,
  });
  const adapter = await rig.startProcess({
    name: 'keda-adapter',
    file: rig.parts.kedaAdapter,
    args: [
      ...[`--secure-port=${secure}`, `--port=${adapterMetrics}`, `--cert-dir=${certificates}`],
      ...[`--tls-cert-file=${join(certificates, 'tls.crt')}`],
      ...[`--tls-private-key-file=${join(certificates, 'tls.key')}`],
      ...[`--metrics-service-address=localhost:${service}`, `--lister-kubeconfig=${kubeconfig}`],
      ...[`--authentication-kubeconfig=${kubeconfig}`, `--authorization-kubeconfig=${kubeconfig}`],
    ],
    env,
  });
  await register(rig, secure);
  return { operator, adapter };
}

/** Operator and adapter show each other the same certificate, which is its own authority. */
async function certificatesIn(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const [certificate, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  await mustRun('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '7'],
    ...['-subj', '/CN=keda', '-addext', 'subjectAltName=DNS:localhost'],
    ...['-addext', 'extendedKeyUsage=serverAuth,clientAuth', '-keyout', key, '-out', certificate],
  ]);
  copyFileSync(certificate, join(folder, 'ca.crt'));
  return folder;
}

/** A Service of type ExternalName is the one kind that leads out of the cluster without a network for Services. */
async function register(rig: Rig, port: number): Promise<void> {
  const name = 'keda-metrics-apiserver';
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: NAMESPACE } },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
  };
  const apiService = {
    ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: METRICS_API } },
    spec: {
      ...{ group: 'external.metrics.k8s.io', version: 'v1beta1', insecureSkipTLSVerify: true },
      ...{ groupPriorityMinimum: 100, versionPriority: 100, service: { name, namespace: NAMESPACE, port } },
    },
  };
  await rig.apply(`${JSON.stringify(service)}\n---\n${JSON.stringify(apiService)}\n`);
  const wait = ['wait', `apiservice/${METRICS_API}`, '--for=condition=Available', '--timeout=20s'];
  await until(async () => (await rig.kubectl(wait)).code === 0, 60_000);
}
