import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Api, createApi } from './api.ts';
import { type AuditEvent, readAudit } from './audit.ts';
import { ensureParts } from './build.ts';
import {
  type Certificates,
  certificateUser,
  createCertificates,
  type KeyPair,
  kubeconfigOf,
} from './certificates.ts';
import { type CommandOptions, type CommandResult, command } from './command.ts';
import { type ControlPlane, createControlPlane } from './control-plane.ts';
import { type Envoy, type EnvoyOptions, startEnvoy } from './envoy.ts';
import { createKwok, nodeManifests } from './kwok.ts';
import { failedFolder, sessionFolder } from './namespace.ts';
import { createPart, type Part, type PartOptions } from './part.ts';
import { isMissing, type Parts } from './parts.ts';
import { type Pods, type PodsOptions, startPods } from './pods.ts';
import { freePorts } from './ports.ts';
import { type Prometheus, type PrometheusOptions, startPrometheus } from './prometheus.ts';
import { requestToken, type TokenRequest } from './tokens.ts';

export type RigOptions = {
  /** Names the folder of the logs. */
  readonly name?: string;
  readonly nodes?: number;
  /** A /16 inside POD_NETWORK. Two rigs at the same time need two. */
  readonly podCidr?: string;
  readonly controllerManagerFlags?: readonly string[];
};

/** A real control plane with played nodes, and what a test wants from it. */
export type Rig = ControlPlane & {
  readonly parts: Parts;
  readonly server: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** What the API server shows to its clients; good for a test's own server, too. */
  readonly serverCertificate: KeyPair;
  /** For files of the test; gone after `stop`. */
  readonly folder: string;
  readonly logs: string;
  readonly kwok: Part;
  /** The rig's own user (cluster administrator, left out of the audit log when it reads). */
  readonly api: Api;
  kubectl(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Applies YAML text, or the file, folder or URL that one line names; throws when it is refused. */
  apply(yamlOrPath: string): Promise<string>;
  token(request: TokenRequest): Promise<string>;
  /** A kubeconfig whose only right is a real token of this service account, good for an hour. */
  serviceAccountKubeconfig(namespace: string, name: string): Promise<string>;
  /** What the API server recorded so far. */
  audit(): Promise<readonly AuditEvent[]>;
  startEnvoy(options: Omit<EnvoyOptions, 'parts' | 'folder' | 'logs'>): Promise<Envoy>;
  startPrometheus(options?: Omit<PrometheusOptions, 'parts' | 'folder' | 'logs'>): Promise<Prometheus>;
  startPods(options: Omit<PodsOptions, 'api' | 'logs'>): Promise<Pods>;
  /** Starts any other process as a part: its log is beside the others', and it ends with the rig. */
  startProcess(options: Omit<PartOptions, 'logFile'>): Promise<Part>;
  /** What else must end before the parts do. */
  onStop(stop: () => Promise<void>): void;
  /** Keeps a copy of the logs and says where. */
  keepLogs(): string;
  stop(): Promise<void>;
};

/** Starts everything and waits until a pod could be started; about 8 s. What started is stopped when a step fails. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const session = sessionFolder();
  if (session === undefined) {
    throw new Error('a rig must be started inside its namespace: run test/real/run.ts or test/rig/main.ts');
  }
  const parts = await ensureParts();
  if (isMissing(parts)) throw new Error(parts.missing);
  const rig = await createRig(parts, session, options);
  try {
    await rig.etcd.start();
    await rig.apiserver.start();
    await Promise.all([rig.controllerManager.start(), rig.scheduler.start(), rig.kwok.start()]);
    await addNodes(rig, options.nodes ?? 3);
    return rig;
  } catch (error) {
    const kept = rig.keepLogs();
    await rig.stop();
    throw new Error(`the rig did not start (logs: ${kept}): ${(error as Error).message}`, { cause: error });
  }
}

async function createRig(parts: Parts, session: string, options: RigOptions): Promise<Rig> {
  mkdirSync(session, { recursive: true });
  const name = options.name ?? 'rig';
  const folder = mkdtempSync(join(session, `${name}-`));
  const logs = join(folder, 'logs');
  const certificates = await createCertificates(join(folder, 'certificates'));
  const [etcd = 0, etcdPeer = 0, apiserver = 0] = await freePorts(3);
  const server = `https://127.0.0.1:${apiserver}`;
  const kubeconfigs = writeKubeconfigs(folder, server, certificates);
  const api = createApi(server, certificates.ca.certificate, certificates.clients.rig);
  const auditLog = join(logs, 'audit.log');
  const ports = { etcd, etcdPeer, apiserver };
  const plane = createControlPlane({
    ...{ parts, folder, logs, certificates, api, ports, kubeconfigs, auditLog },
    controllerManagerFlags: options.controllerManagerFlags ?? [],
  });
  const podCidr = options.podCidr ?? '10.244.0.0/16';
  const kwok = createKwok({ parts, logs, folder, kubeconfig: kubeconfigs.kwok, podCidr });
  const extras: (() => Promise<void>)[] = [];
  return {
    ...plane,
    ...{ parts, server, folder, logs, kwok, api, kubeconfig: kubeconfigs.admin },
    serverCertificate: certificates.server,
    ...kubectlOf(parts, kubeconfigs.admin),
    ...identitiesOf(api, server, folder, certificates),
    ...extrasOf({ parts, folder, logs, api }, extras),
    audit: async () => readAudit(auditLog),
    onStop: (stop) => void extras.push(stop),
    keepLogs: () => keepLogs(logs, name),
    stop: async () => {
      await Promise.all(extras.map((stop) => stop()));
      await Promise.all([kwok.stop(), plane.scheduler.stop(), plane.controllerManager.stop()]);
      await plane.apiserver.stop();
      await plane.etcd.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeKubeconfigs(folder: string, server: string, { ca, clients }: Certificates) {
  const write = (name: keyof Certificates['clients']): string => {
    const path = join(folder, `${name}.kubeconfig`);
    writeFileSync(path, kubeconfigOf(server, ca.certificate, certificateUser(clients[name])), {
      mode: 0o600,
    });
    return path;
  };
  return {
    admin: write('admin'),
    kwok: write('kwok'),
    controllerManager: write('controllerManager'),
    scheduler: write('scheduler'),
  };
}

function kubectlOf(parts: Parts, kubeconfig: string): Pick<Rig, 'kubectl' | 'apply'> {
  const kubectl: Rig['kubectl'] = (args, options) =>
    command(parts.kubectl, [`--kubeconfig=${kubeconfig}`, ...args], options);
  return {
    kubectl,
    apply: async (yamlOrPath) => {
      const isText = yamlOrPath.includes('\n');
      // A folder with a kustomization is built first, as `kubectl apply -k` does.
      const kustomized = !isText && existsSync(join(yamlOrPath, 'kustomization.yaml'));
      const flags = kustomized ? ['-k', yamlOrPath] : ['-f', isText ? '-' : yamlOrPath];
      const stdin = isText ? { stdin: yamlOrPath } : {};
      const result = await kubectl(['apply', '--server-side', '--force-conflicts', ...flags], stdin);
      if (result.code !== 0) throw new Error(`kubectl apply was refused: ${result.stderr.trim()}`);
      return result.stdout;
    },
  };
}

function identitiesOf(
  api: Api,
  server: string,
  folder: string,
  certificates: Certificates,
): Pick<Rig, 'token' | 'serviceAccountKubeconfig'> {
  const token: Rig['token'] = (request) => requestToken(api, certificates.serviceAccountKey, request);
  return {
    token,
    serviceAccountKubeconfig: async (namespace, name) => {
      const path = join(folder, `${namespace}-${name}.kubeconfig`);
      const user = { token: await token({ namespace, serviceAccount: name }) };
      writeFileSync(path, kubeconfigOf(server, certificates.ca.certificate, user), { mode: 0o600 });
      return path;
    },
  };
}

type Surroundings = {
  readonly parts: Parts;
  readonly folder: string;
  readonly logs: string;
  readonly api: Api;
};

/** What a test may start besides the control plane; it is stopped with the rig. */
function extrasOf(
  around: Surroundings,
  extras: (() => Promise<void>)[],
): Pick<Rig, 'startEnvoy' | 'startPrometheus' | 'startPods' | 'startProcess'> {
  const kept = <T extends { stop(): Promise<void> }>(extra: T): T => {
    extras.push(() => extra.stop());
    return extra;
  };
  return {
    startEnvoy: async (options) => kept(await startEnvoy({ ...around, ...options })),
    startPrometheus: async (options = {}) => kept(await startPrometheus({ ...around, ...options })),
    startPods: async (options) => kept(await startPods({ ...around, ...options })),
    startProcess: async (options) => {
      const part = kept(createPart({ ...options, logFile: join(around.logs, `${options.name}.log`) }));
      await part.start();
      return part;
    },
  };
}

function keepLogs(logs: string, name: string): string {
  const target = failedFolder(name);
  if (existsSync(logs)) cpSync(logs, target, { recursive: true });
  return target;
}

/** Nodes must be Ready and the default service account there before a pod can be made. */
async function addNodes(rig: Rig, count: number): Promise<void> {
  await rig.apply(
    nodeManifests(count)
      .map((node) => JSON.stringify(node))
      .join('\n---\n')
      .concat('\n'),
  );
  for (const condition of [
    ['wait', 'node', '--all', '--for=condition=Ready', '--timeout=30s'],
    ['wait', 'serviceaccount/default', '--for=create', '--timeout=30s'],
  ]) {
    const result = await rig.kubectl(condition);
    if (result.code !== 0) throw new Error(result.stderr);
  }
}
