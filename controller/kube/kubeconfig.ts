import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
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
  checkFiles(path, config);
  return config;
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

const firstLine = (error: unknown): string => String((error as Error).message ?? error).split('\n')[0] ?? '';
