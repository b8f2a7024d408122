import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** One thing that is built once and kept: its folder's name is the hash of all that goes into it. */
export type Recipe = {
  readonly name: string;
  /** Files and folders whose contents decide the result. */
  readonly inputs: readonly string[];
  /** Whatever else decides it: the compiler's version, flags. */
  readonly salt: string;
  /** What a person is told before a build. */
  readonly announcement: string;
  readonly build: (folder: string) => Promise<void>;
};

export function cacheFolder(): string {
  const base =
    process.env.FORESAIL_CACHE ?? process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? homedir(), '.cache');
  return join(base, 'foresail', 'rig');
}

/**
 * The folder with the recipe's result; built now if it is not there. It is built beside its place and renamed, so a
 * build that was cut short is never taken for a whole one.
 */
export async function cached(recipe: Recipe, say: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(), `${recipe.name}-${hashOf(recipe)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheFolder(), { recursive: true });
  const unlock = await lock(`${folder}.lock`, () => say(`${recipe.name}: waiting for another build`));
  try {
    // Another process may have built it while this one waited.
    if (existsSync(folder)) return folder;
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    say(recipe.announcement);
    const startedMs = performance.now();
    await recipe.build(partial);
    renameSync(partial, folder);
    say(`${recipe.name}: done in ${Math.round((performance.now() - startedMs) / 1000)} s`);
    return folder;
  } finally {
    unlock();
  }
}

function hashOf(recipe: Recipe): string {
  const hash = createHash('sha256').update(recipe.salt);
  for (const input of recipe.inputs) addToHash(hash, input);
  return hash.digest('hex').slice(0, 16);
}

function addToHash(hash: ReturnType<typeof createHash>, path: string): void {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) addToHash(hash, join(path, name));
    return;
  }
  const content = readFileSync(path);
  hash.update(`${path.split('/').at(-1)} ${content.length}\n`).update(content);
}

/**
 * An exclusive lock on a file. The kernel holds it for a `flock` process that lives as long as its standard input is
 * open, that is, no longer than this process: no stale lock after a kill -9, and no process ids to compare.
 */
function lock(path: string, onWait: () => void): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const holder = spawn('flock', ['--exclusive', path, 'sh', '-c', 'echo locked; exec cat >/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const waiting = setTimeout(onWait, 1000);
    holder.on('error', reject);
    holder.on('exit', (code) => reject(new Error(`the lock ${path} could not be had (flock: ${code})`)));
    holder.stdout.once('data', () => {
      clearTimeout(waiting);
      resolve(() => holder.stdin.end());
    });
  });
}
