import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { type Cluster, KubeConfig } from '@kubernetes/client-node';
import { BadInput } from '../cli/bad-input.ts';

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

export interface KubeconfigSource {
  /**
   * A file, or several as in $KUBECONFIG, the first of which wins; absent: $KUBECONFIG, then ~/.kube/config, then the
   * pod's own service account.
   */
  readonly path?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Where to find the API server and who we are there. Throws BadInput with the file and what must be. */
export function loadKubeconfig(source: KubeconfigSource = {}): KubeConfig {
  const env = source.env ?? process.env;
  const given = (source.path ?? env.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
  const [path] = given;
  if (path !== undefined) return fromFile(given.find(existsSync) ?? path, '--kubeconfig or KUBECONFIG');
  const home = join(env.HOME ?? homedir(), '.kube', 'config');
  if (existsSync(home)) return fromFile(home, 'the default kubeconfig');
  if (env.KUBERNETES_SERVICE_HOST && existsSync(SERVICE_ACCOUNT_TOKEN)) {
    const config = new KubeConfig();
    config.loadFromCluster();
    return config;
  }
  throw new BadInput(
    `no kubeconfig: --kubeconfig or KUBECONFIG must name one (there is none at ${home}, and this is not a pod)`,
  );
}

function fromFile(path: string, named: string): KubeConfig {
  if (!existsSync(path)) throw new BadInput(`${path}: ${named} must name a file that exists`);
  const config = new KubeConfig();
  try {
    config.loadFromFile(path);
  } catch (error) {
    throw new BadInput(`${path}: must be a kubeconfig in YAML: ${firstLine(error)}`);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    const context = config.getCurrentContext() ?? '';
    throw new BadInput(
      `${path}: current-context must name a context with a cluster in this file (is ${JSON.stringify(context)})`,
    );
  }
  checkServer(path, cluster);
  checkUser(path, config);
  checkFiles(path, config);
  checkPem(path, config);
  return config;
}

/** Without its user the API server would be asked as nobody, and its refusals would say nothing of the reason. */
function checkUser(path: string, config: KubeConfig): void {
  const user = config.getContextObject(config.getCurrentContext())?.user;
  if (user && !config.getCurrentUser()) {
    throw new BadInput(`${path}: the context's user must be one of the users in this file (is "${user}")`);
  }
}

function checkServer(path: string, { server, skipTLSVerify }: Cluster): void {
  if (!/^https?:\/\//.test(server) || !URL.canParse(server)) {
    throw new BadInput(`${path}: cluster.server must be an http(s) URL (is ${JSON.stringify(server)})`);
  }
  if (server.startsWith('http:') && !skipTLSVerify) {
    throw new BadInput(
      `${path}: cluster.server must be https, or insecure-skip-tls-verify must be true (is ${server})`,
    );
  }
}

/** Certificates and keys in files of their own must be readable now: later the failure would look like a network's. */
function checkFiles(path: string, config: KubeConfig): void {
  const user = config.getCurrentUser();
  const files = {
    'certificate-authority': config.getCurrentCluster()?.caFile,
    'client-certificate': user?.certFile,
    'client-key': user?.keyFile,
  };
  for (const [field, file] of Object.entries(files)) {
    if (!file) continue;
    try {
      readFileSync(file);
    } catch (error) {
      throw new BadInput(`${path}: ${field} must name a readable file: ${firstLine(error)}`);
    }
  }
}

/** Each by itself, so that the message names the one that is wrong; then together, for a key of another certificate. */
function checkPem(path: string, config: KubeConfig): void {
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  const ca = pemOf(cluster?.caData, cluster?.caFile);
  const cert = pemOf(user?.certData, user?.certFile);
  const key = pemOf(user?.keyData, user?.keyFile);
  const checks = {
    // a secure context takes any text for an authority, and then trusts nobody
    'certificate-authority': () => ca && new X509Certificate(ca),
    'client-certificate': () => createSecureContext({ cert }),
    'client-key': () => createSecureContext({ key }),
    'client-key with client-certificate': () => createSecureContext({ cert, key }),
  };
  for (const [field, check] of Object.entries(checks)) {
    try {
      check();
    } catch (error) {
      throw new BadInput(`${path}: ${field} must be usable PEM: ${firstLine(error)}`);
    }
  }
}

function pemOf(data: string | undefined, file: string | undefined): Buffer | undefined {
  if (data) return Buffer.from(data, 'base64');
  return file ? readFileSync(file) : undefined;
}

const firstLine = (error: unknown): string => String((error as Error).message ?? error).split('\n')[0] ?? '';
