import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './command.ts';

export type KeyPair = { readonly certificate: string; readonly key: string };

export type Certificates = {
  readonly ca: KeyPair;
  readonly server: KeyPair;
  readonly clients: Readonly<Record<ClientName, KeyPair>>;
  /** Signs service-account tokens; the API server and the controller-manager share it. */
  readonly serviceAccountKey: string;
};

/** Each process has a user of its own, so that the audit log tells who did what. */
const CLIENTS = {
  admin: '/O=system:masters/CN=admin',
  rig: '/O=system:masters/CN=rig',
  kwok: '/O=system:masters/CN=kwok',
  controllerManager: '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  // Whom the API server is to the servers behind it.
  frontProxy: '/CN=front-proxy',
} as const;

export type ClientName = keyof typeof CLIENTS;

const SERVER_NAMES = [
  'DNS:localhost',
  'DNS:kubernetes',
  'DNS:kubernetes.default',
  'DNS:kubernetes.default.svc',
  'IP:127.0.0.1',
  'IP:10.96.0.1',
].join(',');

const CURVE = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout'];

/** A throw-away certificate authority and all that it signs, valid for a week. */
export async function createCertificates(folder: string): Promise<Certificates> {
  mkdirSync(folder, { recursive: true });
  const serviceAccountKey = join(folder, 'service-account.key');
  const [ca] = await Promise.all([
    createAuthority(folder),
    mustRun('openssl', [...CURVE, '-out', serviceAccountKey]),
  ]);
  const sign = (name: string, subject: string, extensions: string) =>
    createSigned(folder, ca, { name, subject, extensions });
  const clients = Object.entries(CLIENTS).map(async ([name, subject]) => {
    return [name, await sign(name, subject, 'extendedKeyUsage=clientAuth')] as const;
  });
  const server = sign(
    'server',
    '/CN=kube-apiserver',
    `extendedKeyUsage=serverAuth\nsubjectAltName=${SERVER_NAMES}`,
  );
  return {
    ca,
    server: await server,
    clients: Object.fromEntries(await Promise.all(clients)) as Record<ClientName, KeyPair>,
    serviceAccountKey,
  };
}

async function createAuthority(folder: string): Promise<KeyPair> {
  const pair = { certificate: join(folder, 'ca.crt'), key: join(folder, 'ca.key') };
  await mustRun('openssl', [...CURVE, '-out', pair.key]);
  await mustRun('openssl', [
    ...['req', '-x509', '-new', '-key', pair.key, '-subj', '/CN=rig-ca', '-days', '7', '-sha256'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature', '-out', pair.certificate],
  ]);
  return pair;
}

type Request = { readonly name: string; readonly subject: string; readonly extensions: string };

async function createSigned(folder: string, ca: KeyPair, request: Request): Promise<KeyPair> {
  const path = (suffix: string) => join(folder, `${request.name}.${suffix}`);
  const pair = { certificate: path('crt'), key: path('key') };
  writeFileSync(path('ext'), `${request.extensions}\n`);
  await mustRun('openssl', [...CURVE, '-out', pair.key]);
  await mustRun('openssl', ['req', '-new', '-key', pair.key, '-subj', request.subject, '-out', path('csr')]);
  // The serial number is given: the serial file of several signings at once would be a race.
  const serial = String(BigInt(`0x${Buffer.from(request.name).toString('hex')}`));
  await mustRun('openssl', [
    ...['x509', '-req', '-in', path('csr'), '-CA', ca.certificate, '-CAkey', ca.key, '-set_serial', serial],
    ...['-days', '7', '-sha256', '-extfile', path('ext'), '-out', pair.certificate],
  ]);
  return pair;
}

/** A kubeconfig with everything inline, so that one file is enough. */
export function kubeconfigOf(server: string, caFile: string, user: Readonly<Record<string, string>>): string {
  const encoded = (file: string) => readFileSync(file).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'rig',
    contexts: [{ name: 'rig', context: { cluster: 'rig', user: 'rig' } }],
    clusters: [{ name: 'rig', cluster: { server, 'certificate-authority-data': encoded(caFile) } }],
    users: [{ name: 'rig', user }],
  };
  // JSON is YAML.
  return `${JSON.stringify(config, null, 2)}\n`;
}

export function certificateUser(pair: KeyPair): Readonly<Record<string, string>> {
  const encoded = (file: string) => readFileSync(file).toString('base64');
  return { 'client-certificate-data': encoded(pair.certificate), 'client-key-data': encoded(pair.key) };
}
