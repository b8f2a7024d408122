import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installManifests } from './manifests.ts';
import type { Part } from './part.ts';
import { freePorts } from './ports.ts';
import type { Rig } from './rig.ts';

/** Foresail as it runs in a rig. */
export type InstalledForesail = {
  readonly controllers: readonly ControllerProcess[];
  /** Where sidecars send: every controller, as the headless Service does it. */
  readonly endpoints: readonly string[];
  /** One line for a person: what runs and where to look. */
  readonly description: string;
  stop(): Promise<void>;
};

export type ControllerProcess = {
  readonly name: string;
  readonly part: Part;
  readonly otlpUrl: string;
  readonly metricsUrl: string;
  readonly explainUrl: string;
  readonly historyFile: string;
  /** The value of one sample of /metrics, by the sample's text up to its value; undefined when it is not there. */
  metric(sample: string): Promise<number | undefined>;
  /** At its next write the process stops (SIGSTOP) between decision and write. */
  freezeAtNextWrite(): void;
};

export type ForesailOptions = {
  readonly names?: readonly string[];
  readonly stepSeconds?: number;
  readonly logLevel?: string;
  readonly args?: readonly string[];
  /** Called with each history file before its controller starts. */
  readonly prepare?: (historyFile: string) => Promise<void>;
};

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Installs Foresail from its own manifests and starts its controllers under their own ServiceAccount. kwok's pods run
 * no processes, so the StatefulSet is scaled to zero and the same command runs beside it.
 */
export async function installForesail(rig: Rig, options: ForesailOptions = {}): Promise<InstalledForesail> {
  await installManifests(rig);
  await rig.kubectl(['scale', 'statefulset/foresail', '-n', 'foresail', '--replicas=0']);
  const kubeconfig = await rig.serviceAccountKubeconfig('foresail', 'foresail');
  const names = options.names ?? ['foresail-0', 'foresail-1'];
  const controllers = await Promise.all(names.map((name) => startOne(rig, name, kubeconfig, options)));
  return {
    controllers,
    endpoints: controllers.map(({ otlpUrl }) => otlpUrl),
    description: `Foresail: ${controllers.map(({ name, metricsUrl }) => `${name} ${metricsUrl}/metrics`).join(', ')}`,
    stop: async () => {
      await Promise.all(controllers.map(({ part }) => part.stop()));
    },
  };
}

async function startOne(
  rig: Rig,
  name: string,
  kubeconfig: string,
  options: ForesailOptions,
): Promise<ControllerProcess> {
  const [otlpPort = 0, metricsPort = 0, explainPort = 0] = await freePorts(3);
  const historyFile = join(rig.folder, `${name}.sqlite`);
  const freezeFile = join(rig.folder, `${name}.freeze`);
  await options.prepare?.(historyFile);
  const metricsUrl = `http://127.0.0.1:${metricsPort}`;
  const part = await rig.startProcess({
    name,
    file: process.execPath,
    args: [
      join(ROOT, 'test', 'rig', 'controller-process.ts'),
      ...['--kubeconfig', kubeconfig, '--identity', name, '--history-file', historyFile],
      ...['--otlp-address', `127.0.0.1:${otlpPort}`, '--metrics-address', `127.0.0.1:${metricsPort}`],
      ...['--explain-address', `127.0.0.1:${explainPort}`],
      ...['--step-seconds', String(options.stepSeconds ?? 15), '--log-level', options.logLevel ?? 'debug'],
      ...(options.args ?? []),
    ],
    env: { RIG_FREEZE_FILE: freezeFile },
    ready: async () => (await fetch(`${metricsUrl}/readyz`)).ok,
  });
  return {
    ...{ name, part, metricsUrl, historyFile, explainUrl: `http://127.0.0.1:${explainPort}` },
    otlpUrl: `http://127.0.0.1:${otlpPort}`,
    metric: async (sample) => sampleValue(await (await fetch(`${metricsUrl}/metrics`)).text(), sample),
    freezeAtNextWrite: () => writeFileSync(freezeFile, ''),
  };
}

function sampleValue(text: string, sample: string): number | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}
