import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { mustRun } from './command.ts';

/*
 * Other engines that run WebAssembly, from the npm registry into the rig's cache. Each rejects where it cannot be had.
 */

const CHROMIUM = '@sparticuz/chromium@153.0.0';

/** The executable of a Node of this version. */
export async function ensureNode(version: string, say: (line: string) => void): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = await cached(
    {
      name: 'node',
      inputs: [],
      salt: `${name}@${version}`,
      announcement: `node ${version}: fetching it (200 MB, once)`,
      build: (target) => install(`${name}@${version}`, target),
    },
    say,
  );
  return join(folder, 'node_modules', name, 'bin', 'node');
}

/** The executable of a headless Chromium. It needs the system's libnss3. */
export async function ensureChromium(say: (line: string) => void): Promise<string> {
  const folder = await cached(
    {
      name: 'chromium',
      inputs: [],
      salt: `${CHROMIUM} ${process.platform}-${process.arch}`,
      announcement: `${CHROMIUM}: fetching it (210 MB, once)`,
      build: async (target) => {
        await install(CHROMIUM, target);
        // The package unpacks its executable into the folder for temporary files.
        const unpack = "await (await import('@sparticuz/chromium')).default.executablePath()";
        await mustRun(process.execPath, ['--input-type=module', '--eval', unpack], {
          cwd: target,
          env: { TMPDIR: target },
        });
        rmSync(join(target, 'node_modules'), { recursive: true });
        chmodSync(join(target, 'chromium'), 0o755);
      },
    },
    say,
  );
  const executable = join(folder, 'chromium');
  await mustRun(executable, ['--version']);
  return executable;
}

async function install(packageAtVersion: string, folder: string): Promise<void> {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1', '--loglevel=error'];
  await mustRun('npm', ['install', ...flags, '--prefix', folder, packageAtVersion]);
}
