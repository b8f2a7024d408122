import { type ChildProcessWithoutNullStreams, type SpawnOptions, spawn } from 'node:child_process';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../clock.ts';

type Start = (command: string, args: string[], options: SpawnOptions) => ChildProcessWithoutNullStreams;

/**
 * Gives the exec plug-ins of a kubeconfig a deadline: the library waits for them for ever, and every call with it. One
 * that is late is killed with all it started. The library's way to start a process is private there, so that only the
 * test of this would notice if it went by another name.
 */
export function limitExecPlugins(config: KubeConfig, clock: Clock, deadlineMs: number): void {
  const { authenticators } = config as unknown as { readonly authenticators: readonly object[] };
  const execFn: Start = (command, args, options) => start(command, args, options, clock, deadlineMs);
  for (const one of authenticators) if ('execFn' in one) Object.assign(one, { execFn });
}

function start(
  command: string,
  args: string[],
  options: SpawnOptions,
  clock: Clock,
  deadlineMs: number,
): ChildProcessWithoutNullStreams {
  // A process group of its own: a plug-in is often a script, and what hangs is what it started.
  const plugin = spawn(command, args, { ...options, stdio: 'pipe', detached: true });
  const closed = new AbortController();
  plugin.once('close', () => closed.abort());
  clock.sleep(deadlineMs, closed.signal).then(
    () => {
      killGroup(plugin.pid);
      for (const stream of [plugin.stdout, plugin.stderr]) stream.destroy();
      const late = `exec command ${command} gave no credentials within ${deadlineMs / 1000} s; it must answer without asking anything`;
      plugin.emit('error', new Error(late));
      // Said at once: a process that waits for a hung disk does not die of being killed.
      plugin.emit('close', null, 'SIGKILL');
    },
    () => undefined,
  );
  return plugin;
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // all of it has ended by itself
  }
}
