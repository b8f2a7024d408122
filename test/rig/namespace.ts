import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * The rig lives in a network namespace and a process namespace of its own:
 *
 *   this process --> setpriv --> unshare --> sh (process 1 inside) --> node again, now inside
 *
 * The process namespace is what cleans up. When process 1 in it ends, the kernel kills all others in it, and with the
 * last process the network namespace, which has no name, is gone too. Both setpriv and unshare ask the kernel to kill
 * the next in line when the one before it dies, so a kill -9 of the first process takes everything along.
 */

/** All addresses that can be a pod's; every one of them is local inside the namespace. */
export const POD_NETWORK = '10.240.0.0/12';

const SESSION = 'FORESAIL_RIG_SESSION';
const SESSIONS = join(tmpdir(), 'foresail-rig');
const FAILED = 'failed-';
const ENTER = 'enter-command';
const KEEP_FAILED_MS = 24 * 3600 * 1000;

const PROCESS_ONE = `ip link set lo up && ip route add local ${POD_NETWORK} dev lo || exit 125\n"$@"\nexit $?`;

/** The folder for this session's files when the process is inside the namespace, else undefined. */
export function sessionFolder(): string | undefined {
  return process.env[SESSION];
}

/** Arguments for setpriv that run a command inside fresh namespaces. */
export function namespaceArguments(inner: readonly string[]): string[] {
  const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const unshare = ['unshare', ...asRoot, '--net', '--pid', '--fork', '--mount-proc', '--kill-child'];
  return ['--pdeathsig', 'KILL', '--', ...unshare, '--', 'sh', '-c', PROCESS_ONE, 'sh', ...inner];
}

/** What a person types to get a shell in the network of this session. */
export function enterCommand(session: string): string {
  return readFileSync(join(session, ENTER), 'utf8');
}

/** Runs a command inside fresh namespaces, with a session folder that is removed with it; gives its exit code. */
export async function runInNamespace(
  inner: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const session = openSession();
  const child = spawn('setpriv', namespaceArguments(inner), {
    stdio: 'inherit',
    env: { ...process.env, ...env, [SESSION]: session },
  });
  const user = process.getuid?.() === 0 ? '' : ' --user --preserve-credentials';
  // Only out here is it known which process holds the namespace.
  writeFileSync(join(session, ENTER), `nsenter --target ${child.pid} --net${user}`);
  // Ctrl-C reaches those inside by itself, as they share the terminal: wait for them to stop in order.
  const onInterrupt = () => undefined;
  const onTerminate = () => child.kill('SIGKILL');
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate).on('SIGHUP', onTerminate);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 137));
    });
  } finally {
    process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate).off('SIGHUP', onTerminate);
    rmSync(session, { recursive: true, force: true });
  }
}

function openSession(): string {
  removeDeadSessions();
  const session = join(SESSIONS, String(process.pid));
  mkdirSync(session, { recursive: true });
  return session;
}

/** A killed session leaves its files (no process, no namespace): the next start removes them. */
function removeDeadSessions(): void {
  mkdirSync(SESSIONS, { recursive: true });
  for (const name of readdirSync(SESSIONS)) {
    const folder = join(SESSIONS, name);
    const stale = name.startsWith(FAILED)
      ? Date.now() - statSync(folder).mtimeMs > KEEP_FAILED_MS
      : !isAlive(Number(name));
    if (stale) rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the logs of a failed run are kept for a day. */
export function failedFolder(name: string): string {
  return join(SESSIONS, `${FAILED}${new Date().toISOString().replaceAll(':', '-')}-${name}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
