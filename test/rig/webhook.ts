import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { InjectionConfig } from '../../controller/inject/injection-config.ts';
import { command } from './command.ts';
import type { Part } from './part.ts';
import { freePorts } from './ports.ts';
import type { Rig } from './rig.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FORESAIL = join(ROOT, 'bin', 'foresail.js');

export type InstalledWebhook = {
  readonly parts: readonly Part[];
  /** Removes what makes the API server call it; the processes go on. */
  uninstall(): Promise<void>;
  metrics(): Promise<string>;
};

/**
 * The webhook from its own manifests. kwok's pods run no processes, so the same command runs beside the rig with the
 * files of the printed Secret, and the Service leads the API server to it by another name of this machine.
 */
export async function installWebhook(
  rig: Rig,
  config: InjectionConfig,
  certificateSeconds = 3600,
): Promise<InstalledWebhook> {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const configFile = join(rig.folder, 'injection.yaml');
  writeFileSync(configFile, stringify(config));
  const args = ['webhook', '--config', configFile];
  const printed = await command(process.execPath, [FORESAIL, ...args, '--print-manifests']);
  if (printed.code !== 0) throw new Error(printed.stderr);
  await rig.kubectl(['create', 'namespace', 'foresail']);
  await rig.apply(printed.stdout.replaceAll('port: 443', `port: ${port}`));
  await rig.apply(JSON.stringify(externalService(port)).concat('\n'));
  const certificates = await mountedSecret(rig);
  const metricsUrl = `http://127.0.0.1:${metricsPort}`;
  const part = await rig.startProcess({
    name: 'foresail-webhook',
    file: process.execPath,
    args: [
      ...[FORESAIL, ...args, '--certificates', certificates, '--drain-seconds', '0', '--log-level', 'debug'],
      ...['--address', `127.0.0.1:${port}`, '--metrics-address', `127.0.0.1:${metricsPort}`],
      ...['--certificate-seconds', String(certificateSeconds)],
    ],
    ready: async () => (await fetch(`${metricsUrl}/readyz`)).ok,
  });
  return {
    parts: [part],
    uninstall: async () => {
      await rig.kubectl(['delete', 'mutatingwebhookconfiguration', 'foresail-inject']);
    },
    metrics: async () => (await fetch(`${metricsUrl}/metrics`)).text(),
  };
}

function externalService(port: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'foresail-webhook', namespace: 'foresail' },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ name: 'https', port }] },
  };
}

/** The Secret's files, as the kubelet would mount them. */
async function mountedSecret(rig: Rig): Promise<string> {
  const folder = join(rig.folder, 'webhook-authority');
  mkdirSync(folder, { recursive: true });
  const path = '/api/v1/namespaces/foresail/secrets/foresail-webhook-authority';
  const { body } = await rig.api.request('GET', path);
  const { data } = body as { readonly data: Readonly<Record<string, string>> };
  for (const [name, content] of Object.entries(data)) {
    writeFileSync(join(folder, name), Buffer.from(content, 'base64'), { mode: 0o600 });
  }
  return folder;
}
