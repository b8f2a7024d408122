import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Api } from './api.ts';
import { AUDIT_POLICY } from './audit.ts';
import type { Certificates } from './certificates.ts';
import { createPart, type Part } from './part.ts';
import type { Parts } from './parts.ts';

export const ISSUER = 'https://kubernetes.default.svc';

export type ControlPlaneOptions = {
  readonly parts: Parts;
  readonly folder: string;
  readonly logs: string;
  readonly certificates: Certificates;
  readonly api: Api;
  readonly ports: { readonly etcd: number; readonly etcdPeer: number; readonly apiserver: number };
  readonly kubeconfigs: { readonly controllerManager: string; readonly scheduler: string };
  readonly auditLog: string;
  /** Beside or instead of the rig's own; the last of a name counts. */
  readonly controllerManagerFlags: readonly string[];
};

export type ControlPlane = {
  readonly etcd: Part;
  readonly apiserver: Part;
  readonly controllerManager: Part;
  readonly scheduler: Part;
};

export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { parts, logs } = options;
  const part = (name: string, file: string, args: readonly string[], ready?: () => Promise<boolean>): Part =>
    createPart({ name, file, args, logFile: join(logs, `${name}.log`), ...(ready && { ready }) });
  return {
    etcd: part('etcd', parts.etcd, etcdFlags(options), () => answers(options.ports.etcd, '/health')),
    apiserver: part('kube-apiserver', parts.apiserver, apiserverFlags(options), () => isReady(options.api)),
    controllerManager: part(
      'kube-controller-manager',
      parts.controllerManager,
      controllerManagerFlags(options),
    ),
    scheduler: part('kube-scheduler', parts.scheduler, schedulerFlags(options)),
  };
}

async function isReady(api: Api): Promise<boolean> {
  return (await api.request('GET', '/readyz')).status === 200;
}

function answers(port: number, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy());
    sent.end();
  });
}

function etcdFlags({ folder, ports }: ControlPlaneOptions): string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // The rig survives kill -9 of its parts, not the loss of the machine's power.
    '--unsafe-no-fsync',
  ];
}

function apiserverFlags({ folder, certificates, ports, auditLog }: ControlPlaneOptions): string[] {
  mkdirSync(folder, { recursive: true });
  const policy = join(folder, 'audit-policy.json');
  writeFileSync(policy, JSON.stringify(AUDIT_POLICY));
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    `--secure-port=${ports.apiserver}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--tls-cert-file=${certificates.server.certificate}`,
    `--tls-private-key-file=${certificates.server.key}`,
    `--client-ca-file=${certificates.ca.certificate}`,
    `--service-account-key-file=${certificates.serviceAccountKey}`,
    `--service-account-signing-key-file=${certificates.serviceAccountKey}`,
    `--service-account-issuer=${ISSUER}`,
    `--api-audiences=${ISSUER}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    // The API servers behind this one (KEDA's is one) know by these who asks.
    `--requestheader-client-ca-file=${certificates.ca.certificate}`,
    '--requestheader-allowed-names=front-proxy',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${certificates.clients.frontProxy.certificate}`,
    `--proxy-client-key-file=${certificates.clients.frontProxy.key}`,
    // There is no Service network in the rig that could lead to the API server.
    '--endpoint-reconciler-type=none',
    `--audit-policy-file=${policy}`,
    `--audit-log-path=${auditLog}`,
    // Rotated pieces would be out of sight of `audit()`.
    '--audit-log-maxsize=0',
  ];
}

function controllerManagerFlags(options: ControlPlaneOptions): string[] {
  const { certificates, kubeconfigs } = options;
  return [
    ...delegated(kubeconfigs.controllerManager),
    `--service-account-private-key-file=${certificates.serviceAccountKey}`,
    `--root-ca-file=${certificates.ca.certificate}`,
    '--use-service-account-credentials=true',
    // When the API server was gone, all nodes look silent. This must not mark them NotReady: kwok's pods would lose
    // their Ready condition, which is about the rig and not about what is tested.
    '--node-monitor-grace-period=1h',
    ...options.controllerManagerFlags,
  ];
}

function schedulerFlags({ kubeconfigs }: ControlPlaneOptions): string[] {
  return delegated(kubeconfigs.scheduler);
}

/** What controller-manager and scheduler have in common; they serve nothing that the rig needs, so no port. */
function delegated(kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--bind-address=127.0.0.1',
  ];
}
